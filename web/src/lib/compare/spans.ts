import type { Relevance, Span, Support } from '@rookery/shared/comparisons';
import type { TextRange } from '@rookery/shared/text';

/** What a rater can say of a claim beside its support. */
export interface ClaimDetails {
  relevance: Relevance | null;
  quote: number | null;
}

const touches = (span: TextRange, range: TextRange): boolean =>
  span.start < range.end && range.start < span.end;

/** The claims that share text with `range`, in order. */
export const spansIn = (spans: readonly Span[], range: TextRange): Span[] =>
  spans.filter((span) => touches(span, range));

/** The claim that a place in the text belongs to. */
export const spanAt = (spans: readonly Span[], offset: number): Span | null =>
  spans.find(({ start, end }) => start <= offset && offset < end) ?? null;

/**
 * Marks `range` as a claim. What other claims covered of it is theirs no more: they are cut, parted or gone. What was said of the
 * relevance and the quote of the text stays, unless `details` says otherwise.
 */
export function markSpan(
  spans: readonly Span[],
  { range, support, details = {} }: { range: TextRange; support: Support; details?: Partial<ClaimDetails> },
): Span[] {
  const before = spans.find(
    ({ start, end }) =>
      (start <= range.start && range.end <= end) || (range.start <= start && end <= range.end),
  );
  const span: Span = {
    start: range.start,
    end: range.end,
    support,
    relevance: details.relevance ?? before?.relevance ?? null,
    quote: details.quote ?? before?.quote ?? null,
  };
  return [...unmark(spans, range), span].toSorted((a, b) => a.start - b.start);
}

/** Takes the marks from `range`; of claims that reach beyond it, the rest stays. */
export function unmark(spans: readonly Span[], range: TextRange): Span[] {
  return spans.flatMap((span) => {
    if (!touches(span, range)) return [span];
    const left = { ...span, end: Math.min(span.end, range.start) };
    const right = { ...span, start: Math.max(span.start, range.end) };
    return [left, right].filter(({ start, end }) => start < end);
  });
}

/** Changes what is said of all claims that share text with `range`. */
export const changeSpans = (
  spans: readonly Span[],
  range: TextRange,
  change: Partial<ClaimDetails> & { support?: Support },
): Span[] => spans.map((span) => (touches(span, range) ? { ...span, ...change } : span));

/**
 * The quote after or before `current` among none and 1 … `count`. From none, forwards begins with those that the text cites.
 */
export function stepQuote(options: {
  current: number | null;
  step: 1 | -1;
  count: number;
  cited: readonly number[];
}): number | null {
  const { current, step, count, cited } = options;
  const others = Array.from({ length: count }, (_, index) => index + 1).filter((n) => !cited.includes(n));
  const order: (number | null)[] = [null, ...cited, ...others];
  const place = order.indexOf(current);
  return order[(place + step + order.length) % order.length] ?? null;
}

/** Spans as they are in the text: without white space at their ends, the same in order, those that became empty left out. */
export function trimSpan(text: string, range: TextRange): TextRange | null {
  const shown = text.slice(range.start, range.end);
  const start = range.start + (shown.length - shown.trimStart().length);
  const end = range.end - (shown.length - shown.trimEnd().length);
  return start < end ? { start, end } : null;
}

const wordPart = /[\p{L}\p{M}\p{N}'’_-]/u;

/** A selection made by hand, brought out to whole words and without white space at its ends; null if nothing is left. */
export function snapToWords(text: string, range: TextRange): TextRange | null {
  const trimmed = trimSpan(text, range);
  if (!trimmed) return null;
  let { start, end } = trimmed;
  // A word that runs on for longer is no word, and a mark of it no longer what was selected.
  const most = 40;
  while (start > 0 && trimmed.start - start < most && isWithinWord(text, start)) start -= 1;
  while (end < text.length && end - trimmed.end < most && isWithinWord(text, end)) end += 1;
  return { start, end };
}

const isWithinWord = (text: string, offset: number): boolean =>
  wordPart.test(text[offset - 1] ?? '') && wordPart.test(text[offset] ?? '');
