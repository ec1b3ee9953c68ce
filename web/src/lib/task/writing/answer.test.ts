import { describe, expect, test } from 'vitest';
import { countWords, readAnswer } from './answer.ts';
import { checkAnswer } from './checks.ts';

const sentencesOf = (text: string, quotes = 3): string[] =>
  readAnswer(text, quotes).sentences.map(({ start, end }) => text.slice(start, end).trim());

describe('sentences', () => {
  test.each([
    ['Crows give gifts [1]. They remember faces [2].', ['Crows give gifts [1].', 'They remember faces [2].']],
    ['Crows give gifts.[1][2] They remember.', ['Crows give gifts.[1][2]', 'They remember.']],
    ['Crows give gifts. [1] They remember.', ['Crows give gifts. [1]', 'They remember.']],
    ['[1] says that crows give gifts. So does [2].', ['[1] says that crows give gifts.', 'So does [2].']],
    [
      'Crows are O.K. But J. Smith and Dr. Jones fear them [1].',
      ['Crows are O.K. But J. Smith and Dr. Jones fear them [1].'],
    ],
    ['Crows are O.K. [1] People fear them.', ['Crows are O.K. [1]', 'People fear them.']],
    ['One line\nand another', ['One line', 'and another']],
    ['カラスは贈り物をする。[1] 顔を覚える。', ['カラスは贈り物をする。[1]', '顔を覚える。']],
    ['الغربان تجلب الهدايا [1]. وهي تتذكر الوجوه.', ['الغربان تجلب الهدايا [1].', 'وهي تتذكر الوجوه.']],
  ])('of %j keep their citations', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });

  test('together are the whole of every line', () => {
    const text = '  First one [1].  Second? Third: [9]\n\n- a point. [2]\nlast';
    const { paragraphs } = readAnswer(text, 2);
    const lines = paragraphs.map((lines) =>
      lines.map((line) =>
        line.flatMap(({ pieces, gap }) => [...pieces.map((piece) => piece.text), gap]).join(''),
      ),
    );
    expect(lines).toEqual([['  First one [1].  Second? Third: [9]'], ['- a point. [2]', 'last']]);
  });

  test('are claims unless they ask, lead to something or are very short', () => {
    const text =
      'Why do crows give gifts? There are two reasons for it:\nYes. Crows remember who feeds them.';
    expect(readAnswer(text, 0).sentences.map(({ isClaim }) => isClaim)).toEqual([false, false, false, true]);
  });
});

describe('citations', () => {
  test('are numbers in brackets, each counted once in the order of its first place', () => {
    const { cited, unknown } = readAnswer('Gifts [2][1]. More [2], not [x] nor [ 3], but [4].', 3);
    expect(cited).toEqual([2, 1]);
    expect(unknown).toEqual([{ number: 4, start: 46, end: 49 }]);
  });
});

test('words are counted in any script; one with an apostrophe is one, a citation none', () => {
  expect(countWords("Crows don't lie – أبدا [1].")).toBe(4);
  expect(countWords('')).toBe(0);
});

describe('what an answer is looked at for', () => {
  const extracts = [
    'Many animals give gifts to members of their own species, but crows give them to humans.',
    'Feed crows at the same time every day.',
  ];
  const check = (text: string, quotes = 2) =>
    checkAnswer({ text, read: readAnswer(text, quotes), extracts: extracts.slice(0, quotes) }).map((found) =>
      'numbers' in found ? [found.kind, found.numbers] : found.kind,
    );

  test.each([
    ['', 2, ['empty']],
    [' \n', 0, ['empty']],
    ['There is no source for any of it.', 1, ['no-citation']],
    ['People get gifts from birds that they feed [1].', 2, [['unused-quote', [2]]]],
    ['People who feed birds get gifts [1][2].', 2, []],
    ['A quote too far off is cited here [4].', 2, [['unknown-citation', [4]], 'no-citation']],
    ['None is zero [0], but this is one [1].', 1, [['unknown-citation', [0]]]],
    ['They bring presents to people [1][2]. Nobody knows why they do it.', 2, ['uncited-claims']],
    ['Feed crows at the same time every day. [2]', 2, ['copied', ['unused-quote', [1]]]],
    [
      '“Feed crows, at the same time every day” [2]; a friend of mine did it for a year.',
      2,
      [['unused-quote', [1]]],
    ],
  ])('%j with %i quotes', (text, quotes, expected) => {
    expect(check(text, quotes)).toEqual(expected);
  });

  test('says where claims without a citation are', () => {
    const text = 'They bring presents [1]. Nobody knows why they do it. Or do they?';
    const [uncited] = checkAnswer({ text, read: readAnswer(text, 1), extracts: extracts.slice(0, 1) });
    expect(uncited).toMatchObject({ kind: 'uncited-claims', places: [{ start: 25, end: 54 }] });
  });
});
