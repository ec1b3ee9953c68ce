import { tieAwareAgreement, valueOfChoice } from '@rookery/shared/comparisons';
import { describe, expect, test } from 'vitest';
import { expectedAgreement } from './expected.ts';
import { judge, plainDifferences, type Character, type SeenTask } from './judge.ts';
import { defaultTaste } from './taste.ts';

/** Pairs of three ratings each, of which the first answers are worth so much more. */
const pairsOf = (differences: readonly number[], noise: number) =>
  differences.map((difference) => Array.from({ length: 3 }, () => ({ difference, noise })));
const seed = 'expected';

describe('the expected agreement', () => {
  test('of raters without noise is perfect', () => {
    const { agreement, alpha } = expectedAgreement(pairsOf([2, 0.5, 0, -0.5, -2], 0), { seed });
    expect(agreement).toEqual({ mean: 1, range: { low: 1, high: 1 } });
    expect(alpha).toEqual({ mean: 1, range: { low: 1, high: 1 } });
  });

  test('of raters who know nothing is what chance gives for the thresholds', () => {
    const even = pairsOf(
      Array.from({ length: 500 }, () => 0),
      1,
    );
    const { agreement, alpha } = expectedAgreement(even, { seed });
    // p₀ = P(|N| < 0.25) = 0.19741 of a standard normal N: 2 ((1 − p₀) / 2)² + p₀² + p₀ (1 − p₀).
    expect(agreement!.mean).toBeCloseTo(0.5195, 2);
    expect(agreement!.range.low).toBeLessThan(0.5195);
    expect(agreement!.range.high).toBeGreaterThan(0.5195);
    expect(alpha!.mean).toBeCloseTo(0, 2);
  });

  test('of endless noise is one half, whatever the answers are worth', () => {
    const { agreement, alpha } = expectedAgreement(
      pairsOf(
        Array.from({ length: 500 }, () => 3),
        1e9,
      ),
      { seed },
    );
    expect(agreement!.mean).toBeCloseTo(0.5, 2);
    expect(alpha!.mean).toBeCloseTo(0, 2);
  });

  test('of raters on opposite sides of a strong position bias is nothing', () => {
    const pairs = [[1.5, -1.5].map((difference) => ({ difference, noise: 0 }))];
    expect(expectedAgreement(pairs, { seed }).agreement!.mean).toBe(0);
  });

  test('is the same for the same seed, and null where no pair has two ratings', () => {
    const pairs = pairsOf([1, 0.2, -0.4], 1);
    expect(expectedAgreement(pairs, { seed })).toEqual(expectedAgreement(pairs, { seed }));
    expect(expectedAgreement(pairs, { seed })).not.toEqual(expectedAgreement(pairs, { seed: 'another' }));
    const single = [[{ difference: 1, noise: 1 }]];
    expect(expectedAgreement(single, { seed })).toMatchObject({ agreement: null, alpha: null });
  });

  test('is what simulated raters come to', () => {
    const tasks = Array.from({ length: 600 }, (_, index): SeenTask => {
      const text = (words: number) =>
        `Crows ${index} ${Array.from({ length: words }, (_, at) => `word${at}`).join(' ')}.`;
      const [a, b] = [text(5 + (index % 40)), text(5 + ((index * 7) % 40))];
      return {
        form: { name: 'webgpt-five', version: 1 },
        question: { fullText: 'Why do crows bring gifts?' },
        options: { a: { text: a, quotes: [] }, b: { text: b, quotes: [] } },
      };
    });
    const raters = [0.4, 0.8, 1.2].map((noise, index): Character => ({
      seed: 7,
      name: `R${index}`,
      taste: defaultTaste,
      noise,
      positionBias: 0.2,
    }));
    const units = tasks.map((task) =>
      raters.map((rater) => valueOfChoice(judge(rater, task, ['overall']).ratings.overall!, 'a')),
    );
    const implied = tasks.map((task) => {
      const difference = plainDifferences(task, defaultTaste).overall + 0.2;
      return raters.map(({ noise }) => ({ difference, noise }));
    });
    const { range } = expectedAgreement(implied, { seed }).agreement!;
    const { agreement } = tieAwareAgreement(units);
    expect(agreement).toBeGreaterThan(range.low);
    expect(agreement).toBeLessThan(range.high);
  });
});
