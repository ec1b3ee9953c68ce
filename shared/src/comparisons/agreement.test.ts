import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alphaMetrics, krippendorffAlpha, ordinalAlpha, tieAwareAgreement } from './agreement.ts';

/** Units from the rows of observers, as they are printed: a point where an observer has none. */
function unitsOf(rows: string[], valueOf: (cell: string) => number): number[][] {
  const cells = rows.map((row) => row.split(' '));
  return cells[0]!.map((_, unit) =>
    cells
      .map((row) => row[unit]!)
      .filter((cell) => cell !== '.')
      .map(valueOf),
  );
}

/** The values 1 to 5 on the scale of ratings; all three metrics keep their alpha. */
const five = (cell: string): number => (Number(cell) - 3) / 2;

const anyValue = fc.constantFrom(-1, -0.5, 0, 0.5, 1);
const anyUnits = fc.array(fc.array(anyValue, { maxLength: 5 }), { maxLength: 12 });
const anyFineValue = fc.integer({ min: -100, max: 100 }).map((hundredths) => hundredths / 100);
const anyFineUnits = fc.array(fc.array(anyFineValue, { maxLength: 4 }), { maxLength: 8 });

/** But for rounding. */
const isSame = (one: number | null, other: number | null): boolean =>
  one === null || other === null ? one === other : Math.abs(one - other) < 1e-9;

describe('Krippendorff’s alpha', () => {
  const fourObservers = unitsOf(
    [
      '1 2 3 3 2 1 4 1 2 . . .',
      '1 2 3 3 2 2 4 1 2 5 . 3',
      '. 3 3 3 2 3 4 2 2 5 1 .',
      '1 2 3 3 2 4 4 1 2 5 1 .',
    ],
    five,
  );

  test.each([
    ['nominal', 0.743],
    ['ordinal', 0.815],
    ['interval', 0.849],
  ] as const)(
    'with the %s metric is %d for 4 observers of 12 units with missing values, as in Krippendorff 2011',
    (metric, alpha) => {
      expect(krippendorffAlpha(fourObservers, metric)).toBeCloseTo(alpha, 3);
    },
  );

  test('is 0.095 for 2 observers of 10 binary units, as in Krippendorff 2011', () => {
    const units = unitsOf(['0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0'], Number);
    expect(krippendorffAlpha(units, 'nominal')).toBeCloseTo(0.095, 3);
    // With two values, all metrics are one.
    expect(ordinalAlpha(units)).toBeCloseTo(0.095, 3);
  });

  test('is 0.692 for 2 observers of 12 nominal units, as in Krippendorff 2011', () => {
    const units = unitsOf(
      ['a a b b d c c c e d d a', 'b a b b b c c c e d d d'],
      (letter) => ('abcde'.indexOf(letter) - 2) / 2,
    );
    expect(krippendorffAlpha(units, 'nominal')).toBeCloseTo(0.692, 3);
  });

  test('is 1 where raters agree about units that differ', () => {
    expect(
      ordinalAlpha([
        [1, 1],
        [-0.5, -0.5, -0.5],
        [0, 0],
      ]),
    ).toBe(1);
  });

  test('is below 0 where raters are opposed', () => {
    // One unit: all disagreement is within it. n = 2, D_o = 1, D_e = 1.
    expect(ordinalAlpha([[1, -1]])).toBe(0);
    // n = 4: 1 − 3 · 2 / 4.
    expect(
      ordinalAlpha([
        [1, -1],
        [-1, 1],
      ]),
    ).toBeCloseTo(-0.5, 12);
  });

  test.each([
    ['nothing', []],
    ['empty units', [[], []]],
    ['one rating a unit', [[1], [0], [-1]]],
    [
      'the same rating everywhere',
      [
        [0.5, 0.5],
        [0.5, 0.5, 0.5],
      ],
    ],
    ['the same rating wherever two can be compared', [[0.5, 0.5], [1]]],
  ])('is none for %s', (_, units) => {
    for (const metric of alphaMetrics) expect(krippendorffAlpha(units, metric)).toBeNull();
  });

  test('is what the coincidence matrix gives by its definition', () => {
    fc.assert(
      fc.property(fc.oneof(anyUnits, anyFineUnits), fc.constantFrom(...alphaMetrics), (units, metric) => {
        expect(isSame(krippendorffAlpha(units, metric), alphaByDefinition(units, metric))).toBe(true);
      }),
    );
  });

  test('with the ordinal metric asks for nothing but the order of values', () => {
    const stretch = [(value: number) => value ** 3, (value: number) => (value + 1) / 2, Math.sin];
    fc.assert(
      fc.property(anyUnits, fc.constantFrom(...stretch), (units, relabel) => {
        expect(
          isSame(ordinalAlpha(units.map((unit) => unit.map((value) => relabel(value)))), ordinalAlpha(units)),
        ).toBe(true);
      }),
    );
  });
});

describe('the tie-aware agreement', () => {
  test.each([
    [[1, 0.5], 1],
    [[-0.5, -1], 1],
    [[0, 0], 1],
    [[0, 1], 0.5],
    [[-0.5, 0], 0.5],
    [[0.5, -0.5], 0],
    [[1, -1], 0],
  ])('of the ratings %j is %d', (unit, agreement) => {
    expect(tieAwareAgreement([unit])).toEqual({ agreement, ratingPairs: 1, units: 1 });
  });

  test('counts every pair of ratings the same, across units', () => {
    // Three pairs, of which one agrees and two are half: 2; one pair, which disagrees.
    expect(tieAwareAgreement([[1, 0.5, 0], [1, -1], [0.5], []])).toEqual({
      agreement: 0.5,
      ratingPairs: 4,
      units: 2,
    });
  });

  test('is none without two ratings of a pair', () => {
    expect(tieAwareAgreement([])).toEqual({ agreement: null, ratingPairs: 0, units: 0 });
    expect(tieAwareAgreement([[1], [0]])).toEqual({ agreement: null, ratingPairs: 0, units: 0 });
  });

  test('is the mean over pairs of ratings, compared one by one', () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const scores = units.flatMap((unit) =>
          unit.flatMap((one, index) =>
            unit.slice(index + 1).map((other) => 1 - Math.abs(Math.sign(one) - Math.sign(other)) / 2),
          ),
        );
        const { agreement, ratingPairs } = tieAwareAgreement(units);
        expect(ratingPairs).toBe(scores.length);
        const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
        expect(isSame(agreement, scores.length === 0 ? null : mean)).toBe(true);
      }),
    );
  });
});

describe('both measures', () => {
  test('ask neither who rated nor in which order, and nothing changes when the answers change places', () => {
    const anyShuffled = anyUnits.chain((units) =>
      fc.record({
        units: fc.constant(units),
        shuffled: fc
          .tuple(...units.map((unit) => fc.shuffledSubarray(unit, { minLength: unit.length })))
          .chain((same) => fc.shuffledSubarray(same, { minLength: same.length })),
      }),
    );
    fc.assert(
      fc.property(anyShuffled, ({ units, shuffled }) => {
        const swapped = units.map((unit) => unit.map((value) => -value));
        for (const other of [shuffled, swapped]) {
          expect(isSame(ordinalAlpha(other), ordinalAlpha(units))).toBe(true);
          expect(tieAwareAgreement(other)).toEqual(tieAwareAgreement(units));
        }
      }),
    );
  });

  test.each([Number.NaN, 1.01, -2, Number.POSITIVE_INFINITY])('refuse a rating of %d', (value) => {
    const message = `A rating has to be in [−1, 1], not ${value}.`;
    expect(() => ordinalAlpha([[0, value]])).toThrow(message);
    expect(() => tieAwareAgreement([[value]])).toThrow(message);
  });
});

/** Alpha step by step as Krippendorff writes it, with the whole coincidence matrix. */
function alphaByDefinition(units: number[][], metric: (typeof alphaMetrics)[number]): number | null {
  const pairable = units.filter((unit) => unit.length >= 2);
  const levels = [...new Set(pairable.flat())].sort((a, b) => a - b);
  if (levels.length < 2) return null;
  const matrix = levels.map((c) =>
    levels.map((k) => {
      let cell = 0;
      for (const unit of pairable) {
        for (const [i, one] of unit.entries()) {
          for (const [j, other] of unit.entries()) {
            if (i !== j && one === c && other === k) cell += 1 / (unit.length - 1);
          }
        }
      }
      return cell;
    }),
  );
  const sums = matrix.map((row) => row.reduce((sum, cell) => sum + cell, 0));
  const n = sums.reduce((sum, count) => sum + count, 0);
  const squared = (c: number, k: number): number => {
    if (metric === 'nominal') return 1;
    if (metric === 'interval') return (levels[c]! - levels[k]!) ** 2;
    const between = sums.slice(c, k + 1).reduce((sum, count) => sum + count, 0);
    return (between - (sums[c]! + sums[k]!) / 2) ** 2;
  };
  let observed = 0;
  let expected = 0;
  for (let c = 0; c < levels.length; c += 1) {
    for (let k = c + 1; k < levels.length; k += 1) {
      observed += matrix[c]![k]! * squared(c, k);
      expected += sums[c]! * sums[k]! * squared(c, k);
    }
  }
  return 1 - ((n - 1) * observed) / expected;
}
