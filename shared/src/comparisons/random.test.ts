import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, xoshiro128 } from './random.ts';

const draws = (seed: string | number, count = 20): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('seeded draws', () => {
  test('come from xoshiro128**: the words of its authors’ C code, version 1.1, for the state 1, 2, 3, 4', () => {
    const next = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(draws('round 1')).toEqual(draws('round 1'));
    expect(draws(7)).toEqual(draws('7'));
    expect(new Set(['', 'a', 'b', 'ab', 'ba', '0', '1'].map((seed) => draws(seed)[0])).size).toBe(7);
  });

  test('are spread evenly', () => {
    const numbers = draws('even', 20_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 2);
    const random = seededRandom('dice');
    const counts = [0, 0, 0, 0, 0, 0];
    for (let count = 0; count < 60_000; count += 1) counts[random.below(6)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test('stay below their bound, up to 2³²', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const number = seededRandom(seed).below(bound);
        expect(Number.isInteger(number) && number >= 0 && number < bound).toBe(true);
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuse the bound %s', (bound) => {
    expect(() => seededRandom('').below(bound)).toThrow(RangeError);
  });

  test('shuffle keeps what there is, and leaves the list handed in', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = seededRandom(seed).shuffle(items);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
        expect(items).toEqual(before);
      }),
    );
  });

  test('shuffle makes each order as often as the others', () => {
    const random = seededRandom('orders');
    const counts = new Map<string, number>();
    for (let count = 0; count < 12_000; count += 1) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  test('sample draws without replacement, none to all', () => {
    const items = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 4 }), (seed, count) => {
        const drawn = seededRandom(seed).sample(items, count);
        expect(drawn).toHaveLength(count);
        expect(new Set(drawn).size).toBe(count);
        expect(items).toEqual(expect.arrayContaining(drawn));
      }),
    );
    expect(() => seededRandom('').sample(items, 5)).toThrow('5 of 4 cannot be drawn.');
    expect(() => seededRandom('').sample(items, -1)).toThrow(RangeError);
  });
});
