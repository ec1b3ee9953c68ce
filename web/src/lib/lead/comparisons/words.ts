import type { Comparison } from '@rookery/shared/api';
import { choiceOfValue, choiceWords } from '@rookery/shared/comparisons';
import { formatValue } from '../../format.ts';
import { text } from '../../text.ts';

/**
 * A rating in the exact words of the form, by side as its rater saw it; of an import, which has no sides, with the pair's
 * first answer as A. Values between the five points are told as numbers.
 */
export function ratingWords(value: number | undefined, { firstSide }: Pick<Comparison, 'firstSide'>): string {
  if (value === undefined) return text.comparisons.list.unrated;
  const choice = choiceOfValue(value, firstSide ?? 'a');
  return choice === null ? formatValue(value) : choiceWords[choice];
}
