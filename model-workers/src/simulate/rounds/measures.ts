import { bestOfNEstimate } from '@rookery/shared/reward';
import { thresholds } from '../raters/taste.ts';

/** An answer with what the hidden rule says it is worth, and a reward model's score of it. */
export interface JudgedAnswer {
  /** By the hidden rule, without noise. */
  utility: number;
  score: number;
}

/** How often scores and the hidden rule prefer the same one of two answers. */
export interface Agreement {
  /** Pairs right; one half where both have the same score. */
  right: number;
  /** Pairs of which the hidden rule prefers one. */
  of: number;
}

/**
 * Over every two answers to one question, whether the one with the higher score is the better one by the hidden rule. Pairs on which a
 * rater without noise would be neutral (utilities nearer than `thresholds.better`) are left out. All pairs count, not only those
 * that were compared: which those are was chosen by scores, and the model that chose them would be tested on what it knew least of.
 *
 * @param questions by question its answers, each text once
 */
export function pairAgreement(questions: readonly (readonly JudgedAnswer[])[]): Agreement {
  let right = 0;
  let of = 0;
  for (const answers of questions) {
    for (const [index, one] of answers.entries()) {
      for (const other of answers.slice(index + 1)) {
        const difference = one.utility - other.utility;
        if (Math.abs(difference) < thresholds.better) continue;
        of += 1;
        const said = Math.sign(one.score - other.score) * Math.sign(difference);
        right += (said + 1) / 2;
      }
    }
  }
  return { right, of };
}

/** What choosing the best of n samples by score comes to, by the hidden rule; null where no question has n samples. */
export interface BestOfN {
  /** Questions with at least n samples. */
  questions: number;
  /** How often the chosen one of n is one that the hidden rule puts first among the n. */
  success: number;
  /** How often one drawn at random would be. */
  chance: number;
  /** Mean utility of the chosen one above the question's mean, in standard deviations of utility within questions. */
  gain: number;
  /** The same for what the hidden rule itself would choose: the most that is possible. */
  mostGain: number;
}

/**
 * Best of n over all ways to draw n of each question's samples, exactly; means over questions.
 * @throws RangeError unless n is a whole number from 1
 */
export function bestOfN(questions: readonly (readonly JudgedAnswer[])[], n: number): BestOfN | null {
  const enough = questions.filter((answers) => answers.length >= n);
  if (enough.length === 0) return null;
  const deviation = deviationWithin(enough.map((answers) => answers.map(({ utility }) => utility)));
  const gainBy = (by: (answer: JudgedAnswer) => number): number => {
    const gains = enough.map((answers) => {
      const samples = answers.map((answer) => ({ training: by(answer), value: answer.utility }));
      return bestOfNEstimate(samples, n)! - bestOfNEstimate(samples, 1)!;
    });
    return deviation === 0 ? 0 : meanOf(gains) / deviation;
  };
  return {
    questions: enough.length,
    success: meanOf(enough.map((answers) => successOf(answers, n))),
    chance: meanOf(
      enough.map((answers) =>
        successOf(
          answers.map(({ utility }) => ({ utility, score: 0 })),
          n,
        ),
      ),
    ),
    gain: gainBy(({ score }) => score),
    mostGain: gainBy(({ utility }) => utility),
  };
}

/**
 * The probability, over all draws of n of the answers, that the chosen one, by the highest score, is one with the highest utility of the
 * n; of those with the same score each is as likely to be chosen. An answer is rightly chosen from the draws in which nothing is worth
 * more and nothing has a higher score: C(l, n − 1 − s) · C(t, s) of them have s of the t others of the same score, beside some of the l of
 * a lower one, and it is chosen from each with the probability 1 / (s + 1).
 */
function successOf(answers: readonly JudgedAnswer[], n: number): number {
  let favourable = 0;
  for (const answer of answers) {
    const others = answers.filter((other) => other !== answer && other.utility <= answer.utility);
    const lower = others.filter(({ score }) => score < answer.score).length;
    const same = others.filter(({ score }) => score === answer.score).length;
    for (let drawn = 0; drawn <= Math.min(same, n - 1); drawn += 1) {
      favourable += (choose(lower, n - 1 - drawn) * choose(same, drawn)) / (drawn + 1);
    }
  }
  return favourable / choose(answers.length, n);
}

/** The binomial coefficient: in how many ways k of m can be drawn. */
function choose(m: number, k: number): number {
  if (k < 0 || k > m) return 0;
  let ways = 1;
  for (let drawn = 1; drawn <= k; drawn += 1) ways *= (m - k + drawn) / drawn;
  return ways;
}

/** Standard deviation of values around the means of their groups. */
function deviationWithin(groups: readonly (readonly number[])[]): number {
  const squares = groups.flatMap((values) => {
    const mean = meanOf(values);
    return values.map((value) => (value - mean) ** 2);
  });
  return Math.sqrt(meanOf(squares));
}

/** Of no values, NaN. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A mean over seeds with its standard error; the error is null of one value alone. */
export function overSeeds(values: readonly number[]): { mean: number; error: number | null } {
  const mean = meanOf(values);
  if (values.length < 2) return { mean, error: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}
