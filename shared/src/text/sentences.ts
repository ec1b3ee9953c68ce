import type { TextRange } from './range.ts';

/** What stands before a line's own words: a heading's, an item's or a quotation's mark. */
const lineMarks = /^(?:\s*(?:#{1,6}|[*•-]|\d{1,4}[.)]|>) +)+/;

/** The sentences of shown text in order, without white space and line marks around them; a line break ends one. */
export function sentencesOf(text: string): TextRange[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  const sentences: TextRange[] = [];
  for (const line of text.matchAll(/[^\n]+/g)) {
    const marks = lineMarks.exec(line[0])?.[0].length ?? 0;
    for (const { segment, index } of segmenter.segment(line[0].slice(marks))) {
      const trimmed = segment.trim();
      if (trimmed === '') continue;
      const start = line.index + marks + index + segment.indexOf(trimmed);
      sentences.push({ start, end: start + trimmed.length });
    }
  }
  return sentences;
}

/** Where selecting begins: the first sentence that ends after `offset`, or the last one. */
export function sentenceAt(sentences: TextRange[], offset: number): TextRange | null {
  return sentences.find(({ end }) => end > offset) ?? sentences.at(-1) ?? null;
}

/**
 * The selection with one word more or less at its start or end; at least one word stays. Words are those of the language of the
 * text, with what stands close after them, such as a full stop.
 */
export function stepWord(options: {
  text: string;
  selected: TextRange;
  edge: 'start' | 'end';
  step: 1 | -1;
}): TextRange {
  const { text, selected, edge, step } = options;
  const words = wordsOf(text);
  const first = words.findIndex(({ end }) => end > selected.start);
  const last = words.findLastIndex(({ start }) => start < selected.end);
  if (first < 0 || last < 0) return selected;
  const from = edge === 'start' ? Math.min(Math.max(0, first + step), last) : first;
  const to = edge === 'end' ? Math.max(Math.min(words.length - 1, last + step), first) : last;
  // The edge that does not move stays where it is, also within a word.
  return {
    start: edge === 'start' ? words[from]!.start : selected.start,
    end: edge === 'end' ? words[to]!.end : selected.end,
  };
}

function wordsOf(text: string): TextRange[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  const words: TextRange[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    const last = words.at(-1);
    if (isWordLike === true) words.push({ start: index, end: index + segment.length });
    else if (last?.end === index && !/^\s/.test(segment)) last.end += segment.length;
  }
  return words;
}

/**
 * Selecting by sentences: the next selection after a step forwards (1) or backwards (−1). Without a selection it is the first
 * sentence, or the last. `extend` moves the selection's end and keeps its start.
 */
export function stepSentence(options: {
  sentences: TextRange[];
  selected: TextRange | null;
  step: 1 | -1;
  extend: boolean;
}): TextRange | null {
  const { sentences, selected, step, extend } = options;
  if (!selected) return sentences.at(step === 1 ? 0 : -1) ?? null;
  if (extend) {
    const last = lastBefore(sentences, selected.end);
    const end = sentences[Math.max(0, last + step)]?.end ?? selected.end;
    return end > selected.start ? { start: selected.start, end } : selected;
  }
  const current = step === 1 ? lastBefore(sentences, selected.end) : firstAfter(sentences, selected.start);
  return sentences[Math.min(Math.max(0, current + step), sentences.length - 1)] ?? selected;
}

function lastBefore(sentences: TextRange[], end: number): number {
  return sentences.findLastIndex((sentence) => sentence.start < end);
}

function firstAfter(sentences: TextRange[], start: number): number {
  const index = sentences.findIndex((sentence) => sentence.end > start);
  return index === -1 ? sentences.length - 1 : index;
}
