import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentileInterval, wilsonInterval } from './intervals.ts';

describe('the interval of a share', () => {
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is that of Newcombe 1998, table I, method 3', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n)!;
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test('is none without a trial', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  test('takes a tie for half a success', () => {
    const interval = wilsonInterval(4.5, 9)!;
    expect(interval.low + interval.high).toBeCloseTo(1, 10);
  });

  test('holds the share, within 0 and 1, and is mirrored with it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 5000 }), (halves, misses) => {
        const n = (halves + misses) / 2;
        fc.pre(n > 0);
        const { low, high } = wilsonInterval(halves / 2, n)!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(halves / 2 / n);
        expect(high).toBeGreaterThanOrEqual(halves / 2 / n);
        expect(high).toBeLessThanOrEqual(1);
        const mirrored = wilsonInterval(misses / 2, n)!;
        expect(mirrored.low).toBeCloseTo(1 - high, 10);
        expect(mirrored.high).toBeCloseTo(1 - low, 10);
      }),
    );
  });

  test.each([
    [2, 1],
    [-1, 1],
    [Number.NaN, 1],
    [0, Number.NaN],
    [0, -1],
    [1, Number.POSITIVE_INFINITY],
  ])('refuses %s of %s', (successes, n) => {
    expect(() => wilsonInterval(successes, n)).toThrow(RangeError);
  });
});

describe('the middle 95 % of values', () => {
  test('goes from the 2.5 % to the 97.5 % quantile, whatever their order', () => {
    const values = Array.from({ length: 1001 }, (_, index) => 1000 - index);
    expect(percentileInterval(values)).toEqual({ low: 25, high: 975 });
  });

  test('lies between neighbours, is the value itself for one, and none for none', () => {
    expect(percentileInterval([0, 1])).toEqual({ low: 0.025, high: 0.975 });
    expect(percentileInterval([3])).toEqual({ low: 3, high: 3 });
    expect(percentileInterval([])).toBeNull();
  });
});
