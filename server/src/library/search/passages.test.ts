import { describe, expect, test } from 'vitest';
import { bestPassage, candidateFinder, hitsAmong, snippetOf } from './passages.ts';
import type { Term } from './terms.ts';

const term = (lexeme: string, weight = 1, isPrefix = false): Term => ({
  lexeme,
  weight,
  isPrefix,
  typed: lexeme,
  pages: 1,
});
const plain = (word: string) => word.replace(/s$/, '');

function hitsIn(text: string, terms: Term[]) {
  return hitsAmong(candidateFinder(terms)(text), { terms, lexemeOf: plain });
}

describe('words of a text', () => {
  test('are the terms by their stems, whatever their case and wherever they end', () => {
    const text = 'Crows, a CROW; crowbars and scarecrow. Émile’s crow-like';
    expect(hitsIn(text, [term('crow')]).map((hit) => text.slice(hit.start, hit.end))).toEqual([
      'Crows',
      'CROW',
      'crow',
    ]);
    expect(hitsIn('Über über', [term('über')])).toHaveLength(2);
  });

  test('are found by their beginnings, and by nothing where nothing is looked for', () => {
    expect(hitsIn('photosynthesis photon pho', [term('photo', 1, true)]).map(({ word }) => word)).toEqual([
      'photosynthesis',
      'photon',
    ]);
    expect(hitsIn('anything', [])).toEqual([]);
  });

  test('keep their places where lower case is longer than upper case', () => {
    const text = 'İİİ crow';
    const [hit] = hitsIn(text, [term('crow')]);
    expect(text.slice(hit!.start, hit!.end)).toBe('crow');
  });
});

describe('the best passage', () => {
  const filler = 'Nothing of interest is said in this sentence. '.repeat(20);

  test('is where most of the weight stands together, not where one word is repeated', () => {
    const text = `crow crow crow crow. ${filler} A crow left a gift for a child. ${filler} gift`;
    const terms = [term('crow', 1), term('gift', 2), term('child', 3)];
    const passage = bestPassage(hitsIn(text, terms), terms);
    expect(text.slice(passage.start, passage.end)).toBe('crow left a gift for a child');
    expect(passage.terms).toEqual(new Set([0, 1, 2]));
    expect(snippetOf(text, passage)).toMatch(
      /^Nothing of interest .* A crow left a gift for a child\. Nothing/,
    );
  });

  test('of equally good ones is the first, and the beginning where nothing is found', () => {
    const text = `${filler}first crow. ${filler}second crow.`;
    expect(snippetOf(text, bestPassage(hitsIn(text, [term('crow')]), [term('crow')]))).toContain(
      'first crow',
    );
    expect(snippetOf(text, bestPassage([], [term('crow')]))).toMatch(/^Nothing of interest/);
    expect(snippetOf('', bestPassage([], []))).toBe('');
  });

  test('says where it is cut, and cuts no word', () => {
    const text = `${'word '.repeat(200)}crow ${'rest '.repeat(200)}`;
    const snippet = snippetOf(text, bestPassage(hitsIn(text, [term('crow')]), [term('crow')]));
    expect(snippet).toMatch(/^\.\.\. (?:word )+crow (?:rest )+\.\.\.$/);
    expect(snippet.length).toBeLessThan(300);
  });
});
