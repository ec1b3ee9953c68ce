import { expect, test } from 'vitest';
import { decideHeldOut, type Drawable } from './held-out.ts';

const questions = (from: number, to: number, isHeldOut: boolean | null = null): Drawable[] =>
  Array.from({ length: to - from }, (_, index) => ({
    questionId: `q${from + index}`,
    fullText: `Question ${from + index}?`,
    isHeldOut,
  }));
const options = { projectId: 'p', percent: 25 };
const heldIn = (decided: Map<string, boolean>): string[] =>
  [...decided].filter(([, held]) => held).map(([id]) => id);

test('the share is kept as questions are added, and who comes first does not matter', () => {
  const first = decideHeldOut(questions(0, 12), options);
  expect(heldIn(first)).toHaveLength(3);
  expect(decideHeldOut(questions(0, 12).toReversed(), options)).toEqual(new Map([...first].toReversed()));
  const known = [...first].flatMap(([id, held]) => {
    const number = Number(id.slice(1));
    return questions(number, number + 1, held);
  });
  const second = decideHeldOut([...known, ...questions(12, 20)], options);
  expect(second.size).toBe(8);
  expect(heldIn(second)).toHaveLength(2);
});

test('at least one is held out and one is not', () => {
  expect(heldIn(decideHeldOut(questions(0, 2), { ...options, percent: 50 }))).toHaveLength(1);
  expect(heldIn(decideHeldOut(questions(0, 3), { ...options, percent: 5 }))).toHaveLength(1);
});

test('questions of the same text go together, whatever else is decided', () => {
  const twins = [
    { questionId: 'old', fullText: 'Why do crows gather?', isHeldOut: true },
    { questionId: 'new', fullText: ' why do crows gather? ', isHeldOut: null },
    ...questions(0, 10),
  ];
  expect(decideHeldOut(twins, options).get('new')).toBe(true);
});

test('a question goes with one of the same text that this snapshot leaves out', () => {
  const fullText = 'QUESTION 3?';
  for (const isHeldOut of [true, false]) {
    const decided = [{ fullText, isHeldOut }];
    expect(decideHeldOut(questions(0, 12), { ...options, decided }).get('q3')).toBe(isHeldOut);
  }
});
