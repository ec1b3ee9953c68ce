import type { DifferenceSegment, Span } from '@rookery/shared/comparisons';
import { answerSentences, citedNumbers, type TextRange } from '@rookery/shared/text';

/** A sentence of an answer as it is walked through. */
export interface ReadSentence extends TextRange {
  /** Numbers that it cites, of quotes that there are. */
  cites: number[];
  /** White space between it and the next one. */
  gap: string;
}

/** A stretch of a sentence of which the same is to be shown all along. */
export interface Run extends TextRange {
  text: string;
  /** Index of the claim that it is part of. */
  span: number | null;
  /** The quote that it cites, where it is a citation of one that there is. */
  cites: number | null;
  /** Whether the other answer has it too; null where that is not asked. */
  isShared: boolean | null;
}

export interface ReadAnswer {
  /** White space before the first sentence. */
  lead: string;
  sentences: ReadSentence[];
}

/** Takes an answer apart into sentences; `quotes` is how many there are to cite. All its parts together are the answer. */
export function readAnswer(text: string, quotes: number): ReadAnswer {
  const ranges = answerSentences(text);
  const sentences = ranges.map(({ start, end }, index) => ({
    start,
    end,
    cites: citedNumbers(text.slice(start, end)).filter((number) => number >= 1 && number <= quotes),
    gap: text.slice(end, ranges[index + 1]?.start ?? text.length),
  }));
  return { lead: text.slice(0, ranges[0]?.start ?? text.length), sentences };
}

/** A sentence in runs; `spans` and `difference` are in the order of the text, and none overlaps another. */
export function runsOf(options: {
  text: string;
  range: TextRange;
  quotes: number;
  spans: readonly Span[];
  difference: readonly DifferenceSegment[] | null;
}): Run[] {
  const { text, range, quotes, spans, difference } = options;
  const citations = [...text.slice(range.start, range.end).matchAll(/\[([1-9]\d{0,2})\]/g)]
    .map((match) => ({
      number: Number(match[1]),
      start: range.start + match.index,
      end: range.start + match.index + match[0].length,
    }))
    .filter(({ number }) => number <= quotes);
  const edges = new Set([range.start, range.end]);
  for (const { start, end } of [...citations, ...spans, ...(difference ?? [])]) {
    for (const edge of [start, end]) if (range.start < edge && edge < range.end) edges.add(edge);
  }
  // A citation is one button, whatever ends within it.
  for (const { start, end } of citations) {
    for (let edge = start + 1; edge < end; edge += 1) edges.delete(edge);
  }
  const places = [...edges].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => {
    const start = places[index]!;
    const covers = (one: TextRange): boolean => one.start <= start && start < one.end;
    const span = spans.findIndex(covers);
    return {
      start,
      end,
      text: text.slice(start, end),
      span: span < 0 ? null : span,
      cites: citations.find(covers)?.number ?? null,
      isShared: difference?.find(covers)?.isShared ?? null,
    };
  });
}
