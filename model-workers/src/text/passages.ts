import { stemOf, stemsOf } from './words.ts';

/** A passage of shown text, as UTF-16 offsets in it, and how much of what is sought it says. */
export interface Passage {
  start: number;
  end: number;
  /** Sought words it has, for each square root of its own: long sentences do not win by length alone. */
  score: number;
}

const shortest = 40;
const longest = 420;
const longestWithNext = 320;

/** The sentences of a window that can be quoted as they are, headings and fragments left out. */
export function sentencesOf(text: string): { start: number; end: number }[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const sentences: { start: number; end: number }[] = [];
  for (const line of text.matchAll(/[^\n]+/g)) {
    if (/^\s*(#|\||\[Image)/.test(line[0])) continue;
    for (const { segment, index } of segmenter.segment(line[0])) {
      const sentence = segment.trim();
      const start = line.index + index + segment.indexOf(sentence);
      if (sentence.length < shortest || sentence.length > longest || !/[.!?]["”’)]?$/.test(sentence))
        continue;
      sentences.push({ start, end: start + sentence.length });
    }
  }
  return sentences;
}

/** The passage, of one sentence or two, that says most of what is sought; null where none says any of it. */
export function bestPassage(text: string, sought: ReadonlySet<string>): Passage | null {
  const sentences = sentencesOf(text);
  let best: Passage | null = null;
  for (const [index, { start, end }] of sentences.entries()) {
    const next = sentences[index + 1];
    const ends =
      next && next.start - end <= 2 && next.end - start <= longestWithNext ? [end, next.end] : [end];
    for (const to of ends) {
      const score = relevance(text.slice(start, to), sought);
      if (score > (best?.score ?? 0)) best = { start, end: to, score };
    }
  }
  return best;
}

/** Sought stems in a text, over the square root of how many it has. */
export function relevance(text: string, sought: ReadonlySet<string>): number {
  const stems = stemsOf(text);
  let found = 0;
  for (const stem of stems) if (sought.has(stem)) found += 1;
  return stems.size === 0 ? 0 : found / Math.sqrt(stems.size);
}

/** The content word of a text that it names most often, to look for on a page; null for none. */
export function rarestWord(words: readonly string[], shown: string): string | null {
  const stems = stemsOf(shown);
  return words.find((word) => word.length > 4 && !stems.has(stemOf(word))) ?? null;
}
