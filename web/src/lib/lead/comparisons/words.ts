import type { Comparison, PairingOptions } from '@rookery/shared/api';
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

const probabilities = new Intl.NumberFormat(text.locale, { maximumSignificantDigits: 3 });

/** A probability, to three figures. */
export const formatProbability = (probability: number): string => probabilities.format(probability);

/** What a run of pairing was asked for, as far as it differs from every two answers. */
export function optionWords(options: PairingOptions): string {
  const words = text.comparisons.pairings;
  const list = (values: readonly string[]): string => values.join(', ');
  return [
    text.comparisons.forms[options.form],
    options.perQuestion === null ? words.everyPair : words.perQuestion(options.perQuestion),
    ...(options.acrossSources ? [words.acrossSources] : []),
    ...(options.sources ? [words.sources(list(options.sources))] : []),
    ...(options.uses ? [words.uses(list(options.uses))] : []),
    ...(options.datasets ? [words.datasets(list(options.datasets))] : []),
    ...(options.overlap === null ? [] : [words.overlap(options.overlap)]),
    ...(options.reratedPercent === null ? [] : [words.rerated(options.reratedPercent)]),
    ...(options.calibration ? [words.calibration] : []),
    ...(options.priority === 0 ? [] : [words.priority(options.priority)]),
  ].join(' · ');
}
