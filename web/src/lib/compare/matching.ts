import { sentencesOf, type TextRange } from '@rookery/shared/text';

const word = /[\p{L}\p{N}]+/gu;
const citation = /\[\d{1,3}\]/g;

/** The words of a text as they are compared, each with its number of uses. Short ones say little, and are left out. */
function wordsOf(text: string): Set<string> {
  const words = text.replaceAll(citation, ' ').normalize('NFKC').toLowerCase().match(word) ?? [];
  return new Set(words.filter((one) => one.length > 3 || /\p{N}|[^\p{ASCII}]/u.test(one)));
}

/**
 * The sentence of an extract that shares most with a claim: words that both have, over the mean of how many each has (Dice).
 * Words that many sentences of the extract have count less. Null if none shares a word.
 */
export function bestSentence(extract: string, claim: string): TextRange | null {
  const sought = wordsOf(claim);
  const sentences = sentencesOf(extract).map((range) => ({
    range,
    words: wordsOf(extract.slice(range.start, range.end)),
  }));
  const uses = new Map<string, number>();
  for (const { words } of sentences) for (const one of words) uses.set(one, (uses.get(one) ?? 0) + 1);
  const weigh = (words: Iterable<string>): number =>
    [...words].reduce((sum, one) => sum + 1 / (uses.get(one) ?? 1), 0);
  let best: { range: TextRange; score: number } | null = null;
  for (const { range, words } of sentences) {
    const shared = [...words].filter((one) => sought.has(one));
    const score = (2 * weigh(shared)) / (weigh(words) + weigh(sought));
    if (shared.length > 0 && score > (best?.score ?? 0)) best = { range, score };
  }
  return best?.range ?? null;
}
