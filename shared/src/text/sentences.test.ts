import { describe, expect, test } from 'vitest';
import { sentenceAt, sentencesOf, stepSentence, stepWord } from './sentences.ts';

const text = 'One crow came.  It ate. \n\n  هل جاء الغراب؟ نعم.';
const sentences = sentencesOf(text);

describe('selecting by sentences', () => {
  test('finds the sentences, without the white space around them', () => {
    expect(sentences.map(({ start, end }) => text.slice(start, end))).toEqual([
      'One crow came.',
      'It ate.',
      'هل جاء الغراب؟',
      'نعم.',
    ]);
  });

  test('begins with the first sentence, or with the last one backwards', () => {
    expect(stepSentence({ sentences, selected: null, step: 1, extend: false })).toEqual(sentences[0]);
    expect(stepSentence({ sentences, selected: null, step: -1, extend: false })).toEqual(sentences[3]);
  });

  test('walks on from a selection made by mouse in the middle of a sentence', () => {
    const selected = { start: 4, end: 8 };
    expect(stepSentence({ sentences, selected, step: 1, extend: false })).toEqual(sentences[1]);
    expect(stepSentence({ sentences, selected, step: -1, extend: false })).toEqual(sentences[0]);
  });

  test('adds and takes back sentences at the end, and never the first one', () => {
    const both = stepSentence({ sentences, selected: sentences[0]!, step: 1, extend: true });
    expect(both).toEqual({ start: sentences[0]!.start, end: sentences[1]!.end });
    const one = stepSentence({ sentences, selected: both, step: -1, extend: true });
    expect(one).toEqual(sentences[0]);
    expect(stepSentence({ sentences, selected: one, step: -1, extend: true })).toEqual(sentences[0]);
  });

  test('stays at the last sentence, and has nothing to select in nothing', () => {
    expect(stepSentence({ sentences, selected: sentences[3]!, step: 1, extend: false })).toEqual(
      sentences[3],
    );
    expect(stepSentence({ sentences: [], selected: null, step: 1, extend: false })).toBeNull();
  });

  test('leaves the marks of headings, items and quotations out', () => {
    const marked = '## Of crows\n* one crow\n  2. two\n> * said so. And more.\n* * *';
    expect(sentencesOf(marked).map(({ start, end }) => marked.slice(start, end))).toEqual([
      'Of crows',
      'one crow',
      'two',
      'said so.',
      'And more.',
      '*',
    ]);
  });

  test('begins where somebody reads', () => {
    expect(sentenceAt(sentences, 0)).toEqual(sentences[0]);
    expect(sentenceAt(sentences, sentences[1]!.start + 2)).toEqual(sentences[1]);
    expect(sentenceAt(sentences, 10_000)).toEqual(sentences[3]);
    expect(sentenceAt([], 0)).toBeNull();
  });
});

describe('adjusting by words', () => {
  const words = 'Crows, it seems, bring gifts.';
  const at = (part: string) => ({ start: words.indexOf(part), end: words.indexOf(part) + part.length });
  const step = (part: string, edge: 'start' | 'end', by: 1 | -1) => {
    const { start, end } = stepWord({ text: words, selected: at(part), edge, step: by });
    return words.slice(start, end);
  };

  test('adds and takes words at either end, with the signs that stand close after them', () => {
    expect(step('it', 'end', 1)).toBe('it seems,');
    expect(step('it seems, bring', 'end', -1)).toBe('it seems,');
    expect(step('seems, bring', 'start', -1)).toBe('it seems, bring');
    expect(step('seems, bring', 'start', 1)).toBe('bring');
    expect(step('bring', 'end', 1)).toBe('bring gifts.');
  });

  test('stops at the ends of the text, and keeps one word', () => {
    expect(step('gifts.', 'end', 1)).toBe('gifts.');
    expect(step('Crows,', 'start', -1)).toBe('Crows,');
    expect(step('bring', 'end', -1)).toBe('bring');
    expect(step('bring', 'start', 1)).toBe('bring');
  });

  test('leaves the other end where the mouse put it', () => {
    expect(step('ring', 'end', 1)).toBe('ring gifts.');
  });
});
