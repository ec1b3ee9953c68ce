import type { ComparisonOption } from '@rookery/shared/api';
import {
  choiceWords,
  criterionIds,
  emptyJudgement,
  judgementSchema,
  sides,
  type Choice,
  type ComparisonForm,
  type CriterionId,
  type JudgedOption,
  type Judgement,
  type OptionJudgement,
  type Side,
  type Trust,
} from '@rookery/shared/comparisons';
import { citedNumbers } from '@rookery/shared/text';
import { text } from '../text.ts';

/** An answer as far as a judgement has to fit it. */
export function judgedOption({ text: answer, quotes }: ComparisonOption): JudgedOption {
  const cited = citedNumbers(answer).filter((number) => number >= 1 && number <= quotes.length);
  return { text: answer, quotes: quotes.length, cited };
}

export function withOption(judgement: Judgement, side: Side, change: Partial<OptionJudgement>): Judgement {
  return {
    ...judgement,
    options: { ...judgement.options, [side]: { ...judgement.options[side], ...change } },
  };
}

export const withTrust = (
  judgement: Judgement,
  { side, quote, trust }: { side: Side; quote: number; trust: Trust },
): Judgement => withOption(judgement, side, { trust: { ...judgement.options[side].trust, [quote]: trust } });

export const withRating = (judgement: Judgement, id: CriterionId, choice: Choice): Judgement => ({
  ...judgement,
  ratings: { ...judgement.ratings, [id]: choice },
});

/** A judgement as one text, the same for judgements that say the same: a database gives keys back in an order of its own. */
export function serialise(judgement: Judgement): string {
  const { questionFlag, options, ratings } = judgement;
  const option = ({ spans, trust, notes }: OptionJudgement) => ({
    spans: spans.map(({ start, end, support, relevance, quote }) => ({
      start,
      end,
      support,
      relevance,
      quote,
    })),
    trust: Object.fromEntries(Object.entries(trust).toSorted(([a], [b]) => Number(a) - Number(b))),
    notes,
  });
  return JSON.stringify({
    questionFlag,
    options: { a: option(options.a), b: option(options.b) },
    ratings: Object.fromEntries(criterionIds.flatMap((id) => (ratings[id] ? [[id, ratings[id]]] : []))),
  });
}

/** What `serialise` made; an empty judgement for a text that is none, as an older version of this page may have left. */
export function parseJudgement(serialised: string): Judgement {
  try {
    const parsed = judgementSchema.safeParse(JSON.parse(serialised));
    return parsed.success ? parsed.data : emptyJudgement();
  } catch {
    return emptyJudgement();
  }
}

/** A judgement in words, for who wants to keep it elsewhere. Claims are told where the answers are known. */
export function judgementInWords(
  judgement: Judgement,
  known: { form: ComparisonForm; options: Readonly<Record<Side, ComparisonOption>> } | null,
): string {
  const words = text.compare;
  const lines: string[] = [];
  if (judgement.questionFlag) lines.push(words.questionFlags[judgement.questionFlag]);
  for (const [id, choice] of Object.entries(judgement.ratings)) {
    const label = known?.form.criteria.find((one) => one.id === id)?.label ?? id;
    lines.push(`${label}: ${choiceWords[choice]}`);
  }
  for (const side of sides) {
    const { spans, trust, notes } = judgement.options[side];
    const own: string[] = [];
    for (const [number, value] of Object.entries(trust)) own.push(`[${number}] ${words.trusts[value]}`);
    for (const span of spans) {
      const claim = known?.options[side].text.slice(span.start, span.end) ?? `${span.start}–${span.end}`;
      own.push(`“${claim}”: ${words.claimInWords(span)}`);
    }
    if (notes.trim() !== '') own.push(`${words.notes}: ${notes}`);
    if (own.length > 0) lines.push('', words.answer(side), ...own);
  }
  return lines.join('\n').trim();
}
