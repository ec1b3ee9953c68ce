import type { Span } from '@rookery/shared/comparisons';

/** A run of an answer's text: the claim that it is part of, by its place in the list of spans, and the quote that it cites. */
export interface MarkedPiece {
  text: string;
  cites: number | null;
}

/** A claim, or what stands between two; the pieces of all runs, joined, are the text. */
export interface MarkedRun {
  /** Index in the list of spans; null between claims. */
  span: number | null;
  pieces: MarkedPiece[];
}

/**
 * Takes an answer apart by its claims and citations.
 * @param spans in the order of the text, none over another, as judgements have them
 * @param quotes how many quotes there are to cite; other numbers in brackets are text
 */
export function markedRuns(
  text: string,
  { spans, quotes }: { spans: readonly Pick<Span, 'start' | 'end'>[]; quotes: number },
): MarkedRun[] {
  const runs: MarkedRun[] = [];
  const add = (span: number | null, part: string): void => {
    if (part !== '') runs.push({ span, pieces: piecesOf(part, quotes) });
  };
  let end = 0;
  for (const [index, span] of spans.entries()) {
    add(null, text.slice(end, span.start));
    add(index, text.slice(span.start, span.end));
    end = Math.max(end, span.end);
  }
  add(null, text.slice(end));
  return runs;
}

function piecesOf(part: string, quotes: number): MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  let end = 0;
  for (const match of part.matchAll(/\[([1-9]\d{0,2})\]/g)) {
    const number = Number(match[1]);
    if (number > quotes) continue;
    if (match.index > end) pieces.push({ text: part.slice(end, match.index), cites: null });
    end = match.index + match[0].length;
    pieces.push({ text: match[0], cites: number });
  }
  if (end < part.length) pieces.push({ text: part.slice(end), cites: null });
  return pieces;
}
