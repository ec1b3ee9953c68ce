import type { ComparisonOption } from '@rookery/shared/api';
import {
  maxSpans,
  optionJudgementSchema,
  type FormField,
  type OptionJudgement,
  type Relevance,
  type Span,
  type Support,
  type Trust,
} from '@rookery/shared/comparisons';
import { citedNumbers } from '@rookery/shared/text';
import { stemsOf } from '../../text/words.ts';
import { backedFrom, seenSentences, shareWithin, type SeenSentence } from './features.ts';

/**
 * What a simulated rater marks in one answer, as far as it is to be filled in: every sentence as a claim, with support by the words
 * it shares with quotes and relevance by those it shares with the question, and trust in each cited reference.
 */
export function annotate(
  question: string,
  option: ComparisonOption,
  fills: readonly FormField[],
): OptionJudgement {
  return optionJudgementSchema.parse({
    ...(fills.includes('claims') && {
      spans: seenSentences(question, option).slice(0, maxSpans).map(spanOf),
    }),
    ...(fills.includes('trust') && { trust: trustOf(question, option) }),
  });
}

function spanOf(sentence: SeenSentence): Span {
  const { start, end } = sentence;
  const support = supportOf(sentence);
  const isBacked = support === 'strong' || support === 'weak';
  return { start, end, support, relevance: relevanceOf(sentence), quote: isBacked ? sentence.quote : null };
}

function supportOf({ backed, citesNothing }: SeenSentence): Support {
  if (citesNothing) return 'citation-error';
  if (backed >= backedFrom.strong) return 'strong';
  return backed >= backedFrom.weak ? 'weak' : 'none';
}

function relevanceOf({ asked, backed }: SeenSentence): Relevance {
  if (asked > 0) return 'core';
  return backed >= backedFrom.weak ? 'side' : 'irrelevant';
}

/** By how much of the question a reference speaks of. */
function trustOf(question: string, { text, quotes }: ComparisonOption): Record<string, Trust> {
  const asked = stemsOf(question);
  const entries = citedNumbers(text).flatMap((number) => {
    const quote = quotes[number - 1];
    if (!quote) return [];
    const told = shareWithin(asked, stemsOf(`${quote.title} ${quote.extract}`));
    const trust: Trust = told >= 0.5 ? 'trustworthy' : told > 0 ? 'neutral' : 'suspicious';
    return [[String(number), trust] as const];
  });
  return Object.fromEntries(entries);
}
