import type { PairSelection } from '@rookery/shared/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairKey } from '../pairs/index.ts';
import { choosePairs, possiblePairs, type ChosenPair, type SampledQuestion } from './choose.ts';

/** A question whose samples have these scores and texts; `existing` are places of two samples. */
function questionOf(
  questionId: string,
  samples: readonly { score: number | null; text?: number }[],
  existing: readonly (readonly [number, number])[] = [],
): SampledQuestion {
  const answerId = (index: number): string => `${questionId} ${String(index).padStart(3, '0')}`;
  return {
    questionId,
    samples: samples.map(({ score, text }, index) => ({
      answerId: answerId(index),
      score,
      text: text ?? index,
    })),
    existing: new Set(existing.map(([one, other]) => pairKey(answerId(one), answerId(other)))),
  };
}
const scored = (questionId: string, ...scores: number[]) =>
  questionOf(
    questionId,
    scores.map((score) => ({ score })),
  );
const keysOf = (pairs: readonly ChosenPair[]): string[] =>
  pairs.map(({ answerIds }) => pairKey(...answerIds));
const choose = (
  questions: readonly SampledQuestion[],
  count: number,
  selection: Partial<PairSelection> = {},
  seed = 'one',
) =>
  [
    ...choosePairs({
      questions,
      count,
      seed,
      selection: { rule: 'random', randomPercent: 25, ...selection },
    }),
  ].flat();

const questionsGiven = fc
  .array(
    fc.record({
      samples: fc.array(
        fc.record({
          score: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }),
          text: fc.integer({ min: 0, max: 6 }),
        }),
        { maxLength: 8 },
      ),
      existing: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 })), { maxLength: 3 }),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.map(({ samples, existing }, index) => questionOf(`q${index}`, samples, existing)));
const selectionGiven = fc.record({
  rule: fc.constantFrom('random' as const, 'closest' as const, 'best-of-n' as const),
  randomPercent: fc.integer({ min: 0, max: 100 }),
});

test('as many pairs as asked for, or all there can be; none twice, of one text, or there before; the same in any order', () => {
  fc.assert(
    fc.property(
      questionsGiven,
      fc.integer({ min: 1, max: 60 }),
      selectionGiven,
      fc.string({ maxLength: 3 }),
      (questions, count, selection, seed) => {
        const rooms = questions.map((question) => possiblePairs(question).length);
        const chosen = choose(questions, count, selection, seed);
        expect(chosen).toHaveLength(
          Math.min(
            count,
            rooms.reduce((sum, room) => sum + room, 0),
          ),
        );
        expect(new Set(keysOf(chosen)).size).toBe(chosen.length);
        for (const { questionId, answerIds, probability } of chosen) {
          const question = questions.find((one) => one.questionId === questionId)!;
          const [one, other] = answerIds.map((id) =>
            question.samples.find(({ answerId }) => answerId === id)!,
          );
          expect(one!.text).not.toBe(other!.text);
          expect(question.existing.has(pairKey(...answerIds))).toBe(false);
          expect(probability).toBeGreaterThan(0);
          expect(probability).toBeLessThanOrEqual(1);
        }
        const atRandom = chosen.filter(({ rule }) => rule === 'random').length;
        const percent = selection.rule === 'random' ? 100 : selection.randomPercent;
        expect(atRandom).toBeGreaterThanOrEqual(Math.round((chosen.length * percent) / 100));
        // No question has two more than another that could have taken one of them.
        const places = questions.map(
          ({ questionId }) => chosen.filter((pair) => pair.questionId === questionId).length,
        );
        const withRoom = places.filter((count, index) => count < rooms[index]!);
        expect(Math.max(0, ...places)).toBeLessThanOrEqual(Math.min(Infinity, ...withRoom) + 1);
        const shuffled = questions.toReversed().map(({ questionId, samples, existing }) => ({
          questionId,
          existing,
          samples: samples.toReversed(),
        }));
        expect(choose(shuffled, count, selection, seed)).toEqual(chosen);
      },
    ),
    { numRuns: 300 },
  );
});

test('the random share is exact where samples have scores, and is dealt by lot over all places', () => {
  const questions = Array.from({ length: 10 }, (_, index) => scored(`q${index}`, 1, 2, 4, 7, 11));
  const chosen = choose(questions, 40, { rule: 'closest', randomPercent: 25 });
  expect(chosen.filter(({ rule }) => rule === 'random')).toHaveLength(10);
  const shares = questions.map(
    ({ questionId }) =>
      chosen.filter((pair) => pair.questionId === questionId && pair.rule === 'random').length,
  );
  expect(new Set(shares).size).toBeGreaterThan(1);
  expect(choose(questions, 40, { rule: 'random' }).every(({ rule }) => rule === 'random')).toBe(true);
});

test('closest takes those whose scores differ least, and what has no score only at random', () => {
  const question = questionOf('q', [
    { score: 0 },
    { score: 5 },
    { score: 5.5 },
    { score: 7 },
    { score: null },
  ]);
  const nothingRandom = { rule: 'closest', randomPercent: 0 } as const;
  expect(choose([question], 2, nothingRandom)).toEqual([
    { questionId: 'q', answerIds: ['q 001', 'q 002'], rule: 'closest', probability: 1 },
    { questionId: 'q', answerIds: ['q 002', 'q 003'], rule: 'closest', probability: 1 },
  ]);
  const all = choose([question], 10, nothingRandom);
  expect(all.filter(({ rule }) => rule === 'closest')).toHaveLength(6);
  expect(all.filter(({ rule }) => rule === 'random')).toHaveLength(4);
  expect(
    all.filter(({ rule }) => rule === 'random').every(({ answerIds }) => answerIds.includes('q 004')),
  ).toBe(true);
});

test('best-of-n takes the best against another one, drawn', () => {
  const question = scored('q', 1, 9, 3, 2);
  const drawn = Array.from({ length: 60 }, (_, seed) =>
    choose([question], 1, { rule: 'best-of-n', randomPercent: 0 }, `${seed}`),
  ).flat();
  expect(drawn.every(({ answerIds }) => answerIds.includes('q 001'))).toBe(true);
  expect(new Set(drawn.map(({ probability }) => probability))).toEqual(new Set([1 / 3]));
  expect(new Set(keysOf(drawn)).size).toBe(3);
  const four = choose([question], 4, { rule: 'best-of-n', randomPercent: 0 });
  expect(four.filter(({ answerIds }) => answerIds.includes('q 001'))).toHaveLength(3);
  expect(four.at(-1)).toMatchObject({ rule: 'best-of-n', probability: 1 / 2 });
  expect(four.at(-1)!.answerIds).toContain('q 002');
});

test('a random pair is drawn as often as its probability says', () => {
  const question = scored('q', 1, 2, 3, 4);
  const seeds = 2000;
  const times = new Map<string, number>();
  for (let seed = 0; seed < seeds; seed += 1) {
    const chosen = choose([question], 2, {}, `seed ${seed}`);
    expect(chosen.map(({ probability }) => probability)).toEqual([1 / 3, 1 / 3]);
    for (const key of keysOf(chosen)) times.set(key, (times.get(key) ?? 0) + 1);
  }
  expect(times.size).toBe(6);
  // Four standard deviations of a share of 1/3 in 2,000 draws.
  for (const count of times.values()) expect(Math.abs(count / seeds - 1 / 3)).toBeLessThan(0.043);
});

test('it gives way after each question that it has to go through, before the first pair too', () => {
  const questions = ['a', 'b', 'c'].map((id) =>
    questionOf(id, [{ score: 0 }, { score: 1 }, { score: 2 }], [[0, 1]]),
  );
  const selection = { rule: 'random', randomPercent: 25 } as const;
  const steps = [...choosePairs({ questions, count: 3, seed: 'one', selection })];
  expect(steps.map(({ length }) => length)).toEqual([0, 0, 0, 1, 1, 1]);
});
