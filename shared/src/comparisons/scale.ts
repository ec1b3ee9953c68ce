/** The five points of every rating, in the exact words and order of WebGPT's comparison form, by the side an answer was shown on. */
export const choices = ['a-much-better', 'a-better', 'equal', 'b-better', 'b-much-better'] as const;
export type Choice = (typeof choices)[number];

/** What the points are called on every screen and in every guide. */
export const choiceWords: Readonly<Record<Choice, string>> = {
  'a-much-better': 'A much better',
  'a-better': 'A better',
  equal: 'Equally good',
  'b-better': 'B better',
  'b-much-better': 'B much better',
};

/** The two sides of a comparison form. */
export const sides = ['a', 'b'] as const;
export type Side = (typeof sides)[number];

/** Half-unit steps from the pair's first answer (1) to its second (−1): what people's ratings are stored as. */
export const ratingValues = [1, 0.5, 0, -0.5, -1] as const;

/**
 * What a choice says about the pair, in [−1, 1]: positive prefers the pair's first answer, whatever side it was shown on.
 * 1 is much better, 0.5 better, 0 equally good.
 */
export function valueOfChoice(choice: Choice, firstSide: Side): number {
  const value = ratingValues[choices.indexOf(choice)]!;
  return firstSide === 'a' || value === 0 ? value : -value;
}

/** The choice that a rater made, from what is stored; null for a value between the five points, as imports may have. */
export function choiceOfValue(value: number, firstSide: Side): Choice | null {
  const index = (ratingValues as readonly number[]).indexOf(
    firstSide === 'a' || value === 0 ? value : -value,
  );
  return choices[index] ?? null;
}
