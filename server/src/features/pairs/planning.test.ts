import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawPair, pairKey } from './draws.ts';
import { planQuestion, type Candidate } from './planning.ts';

const answersOf = (count: number, more: (index: number) => Partial<Candidate> = () => ({})): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `answer ${String(index).padStart(3, '0')}`,
    source: 'ours',
    twinKey: `text ${index}`,
    isSample: false,
    ...more(index),
  }));
const planOf = (input: Partial<Parameters<typeof planQuestion>[0]>) =>
  planQuestion({
    questionId: 'question',
    answers: answersOf(4),
    existing: new Set(),
    seed: 'seed',
    perQuestion: null,
    acrossSources: false,
    ofSamples: false,
    ...input,
  });

describe('pairs of a question', () => {
  test('are every two of its answers where no number is given, each for certain', () => {
    const plan = planOf({ answers: answersOf(5) });
    expect(plan).toMatchObject({ answers: 5, candidates: 10, twins: 0, existing: 0, probability: 1 });
    expect(new Set(plan.chosen.map(([one, other]) => pairKey(one, other))).size).toBe(10);
    expect(planOf({ answers: answersOf(1) })).toMatchObject({ candidates: 0, chosen: [] });
    expect(planOf({ answers: [] })).toMatchObject({ answers: 0, candidates: 0, chosen: [] });
  });

  test('are never twins, which are counted', () => {
    const answers = answersOf(4, (index) => ({ twinKey: index < 3 ? 'same' : 'other' }));
    expect(planOf({ answers })).toMatchObject({ candidates: 3, twins: 3 });
  });

  test('across sources are of different ones, and only they count as candidates or twins', () => {
    const answers = answersOf(4, (index) => ({
      source: index < 3 ? 'ours' : 'theirs',
      twinKey: `${index % 3}`,
    }));
    expect(planOf({ answers, acrossSources: true })).toMatchObject({ candidates: 2, twins: 1 });
  });

  test('of a sampling plan have a sample', () => {
    const answers = answersOf(5, (index) => ({ isSample: index < 2 }));
    expect(planOf({ answers, ofSamples: true })).toMatchObject({ answers: 5, candidates: 7 });
  });

  test('so many of them are drawn with the probability that is kept, every one as often as the others', () => {
    const answers = answersOf(4);
    const times = new Map<string, number>();
    const runs = 3000;
    for (let run = 0; run < runs; run += 1) {
      const { chosen, probability } = planOf({ answers, perQuestion: 2, seed: `${run}` });
      expect(probability).toBe(2 / 6);
      expect(chosen).toHaveLength(2);
      for (const [one, other] of chosen)
        times.set(pairKey(one, other), (times.get(pairKey(one, other)) ?? 0) + 1);
    }
    expect(times.size).toBe(6);
    // Each is binomial with p = 1/3: six standard deviations of 25.8.
    for (const count of times.values()) expect(Math.abs(count - runs / 3)).toBeLessThan(155);
  });

  test('are the same for the same seed, in whatever order the answers come, and none is made twice', () => {
    const input = fc.record({
      count: fc.integer({ min: 0, max: 12 }),
      perQuestion: fc.option(fc.integer({ min: 1, max: 80 })),
      seed: fc.string(),
      order: fc.infiniteStream(fc.nat()),
    });
    fc.assert(
      fc.property(input, ({ count, perQuestion, seed, order }) => {
        const answers = answersOf(count);
        const plan = planOf({ answers, perQuestion, seed });
        const shuffled = answers
          .map((answer) => ({ answer, at: order.next().value as number }))
          .toSorted((one, other) => one.at - other.at)
          .map(({ answer }) => answer);
        expect(planOf({ answers: shuffled, perQuestion, seed })).toEqual(plan);
        const existing = new Set(plan.chosen.map(([one, other]) => pairKey(one, other)));
        expect(existing.size).toBe(Math.min(perQuestion ?? Infinity, (count * Math.max(0, count - 1)) / 2));
        const again = planOf({ answers, perQuestion, seed, existing });
        expect(again).toEqual({ ...plan, existing: existing.size, chosen: [] });
      }),
    );
  });
});

describe('what is drawn for a pair', () => {
  test('depends on the seed and the two answers, whichever is named first', () => {
    expect(drawPair('seed', ['a', 'b'])).toEqual(drawPair('seed', ['b', 'a']));
    expect(drawPair('seed', ['a', 'b'])).not.toEqual(drawPair('other', ['a', 'b']));
    expect(drawPair('seed', ['a', 'b'])).not.toEqual(drawPair('seed', ['a', 'c']));
  });

  test('puts either answer first, and re-rates the share that is asked for', () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => drawPair('seed', ['a', `b${index}`]));
    const share = (has: (draw: (typeof draws)[number]) => boolean) => draws.filter(has).length / draws.length;
    // Six standard deviations of the share.
    expect(Math.abs(share(({ order }) => order[0] === 'a') - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(share(({ reratedLot }) => reratedLot < 10) - 0.1)).toBeLessThan(0.018);
    expect(Math.abs(share(({ lot }) => lot < 0.25) - 0.25)).toBeLessThan(0.026);
    expect(
      draws.every(({ lot, reratedLot }) => lot >= 0 && lot < 1 && reratedLot >= 0 && reratedLot < 100),
    ).toBe(true);
    expect(share(({ reratedLot }) => reratedLot < 0)).toBe(0);
    expect(share(({ reratedLot }) => reratedLot < 100)).toBe(1);
  });
});
