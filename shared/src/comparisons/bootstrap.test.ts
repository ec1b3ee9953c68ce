import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ordinalAlpha, tieAwareAgreement } from './agreement.ts';
import { bootstrapIntervals, startBootstrap } from './bootstrap.ts';
import { seededRandom } from './random.ts';

const values = [-1, -0.5, 0, 0.5, 1];
/** Units of two to four ratings; of the raters, a share says the same and the others anything. */
function someUnits(count: number, share: number): number[][] {
  const random = seededRandom('units');
  const any = (): number => values[random.below(values.length)]!;
  return Array.from({ length: count }, () => {
    const usual = any();
    return Array.from({ length: 2 + random.below(3) }, () => (random.next() < share ? usual : any()));
  });
}

describe('intervals of agreement', () => {
  const units = someUnits(150, 0.6);

  test('hold the measures, and are the narrower the more units there are', () => {
    const few = bootstrapIntervals(units, { seed: 'few' });
    const many = bootstrapIntervals(someUnits(1500, 0.6), { seed: 'many', resamples: 300 });
    expect(few.alpha!.low).toBeLessThan(ordinalAlpha(units)!);
    expect(few.alpha!.high).toBeGreaterThan(ordinalAlpha(units)!);
    expect(few.agreement!.low).toBeLessThan(tieAwareAgreement(units).agreement!);
    expect(few.agreement!.high).toBeGreaterThan(tieAwareAgreement(units).agreement!);
    const width = ({ low, high }: { low: number; high: number }): number => high - low;
    expect(width(many.alpha!)).toBeLessThan(width(few.alpha!) / 2);
    expect(width(many.agreement!)).toBeLessThan(width(few.agreement!) / 2);
  });

  test('are the bounds of a binomial share where every unit is one comparison that agrees or not', () => {
    const plain = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? [1, -1] : [1, 1]));
    const { low, high } = bootstrapIntervals(plain, { seed: 1, resamples: 2000 }).agreement!;
    const half = 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(low).toBeCloseTo(0.75 - half, 2);
    expect(high).toBeCloseTo(0.75 + half, 2);
  });

  test('are the same for the same seed', () => {
    const options = { seed: 'report 7', resamples: 200 };
    expect(bootstrapIntervals(units, options)).toEqual(bootstrapIntervals(units, options));
    expect(bootstrapIntervals(units, options)).not.toEqual(
      bootstrapIntervals(units, { ...options, seed: 'report 8' }),
    );
  });

  test('are the same in slices as at once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), (slices) => {
        const bootstrap = startBootstrap(units, { seed: 'sliced', resamples: 60 });
        for (const slice of slices) bootstrap.run(slice);
        const made = slices.reduce((sum, slice) => sum + slice, 0);
        expect(bootstrap.isDone).toBe(made >= 60);
        bootstrap.run(60);
        expect(bootstrap.isDone).toBe(true);
        expect(bootstrap.intervals()).toEqual(bootstrapIntervals(units, { seed: 'sliced', resamples: 60 }));
      }),
      { numRuns: 20 },
    );
  });

  test('do not depend on units of one rating', () => {
    const options = { seed: 'same', resamples: 100 };
    expect(bootstrapIntervals([...units, [1], []], options)).toEqual(bootstrapIntervals(units, options));
  });

  test.each([
    ['nothing', []],
    ['one rating a unit', [[1], [0]]],
    ['a single unit', [[1, 0, -1]]],
  ])('are none for %s', (_, few) => {
    const bootstrap = startBootstrap(few, { seed: '' });
    expect(bootstrap.isDone).toBe(true);
    expect(bootstrap.intervals()).toEqual({ agreement: null, alpha: null });
  });

  test('are none of alpha where all ratings are the same', () => {
    const same = [
      [1, 1],
      [1, 1],
      [1, 1],
    ];
    expect(bootstrapIntervals(same, { seed: '' })).toEqual({ agreement: { low: 1, high: 1 }, alpha: null });
  });

  test('need whole resamples and ratings in range', () => {
    expect(() => bootstrapIntervals(units, { seed: '', resamples: 0 })).toThrow(RangeError);
    expect(() => bootstrapIntervals(units, { seed: '', resamples: 1.5 })).toThrow(RangeError);
    expect(() => bootstrapIntervals([[1, 2]], { seed: '' })).toThrow('A rating has to be in [−1, 1], not 2.');
  });
});
