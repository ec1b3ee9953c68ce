import { stripLinks } from '../v1/links.ts';
import type { Page } from '../page.ts';

/** How many words in a row make an overlap. */
export const gramLength = 10;

/**
 * A word: a run of letters, marks and digits. In scripts that are written without spaces every character is a word. Apostrophes within
 * a word are dropped before; everything else only separates words.
 */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{M}\p{N}])+/gu;
const apostrophes = /(?<=\p{L})['’ʼ](?=\p{L})/gu;

/**
 * The words of a text as the rule compares them: compatibility forms made one (NFKC), lower case, without punctuation; `don't` is
 * `dont`, `sea-level` is two words.
 */
export function wordsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().replace(apostrophes, '').match(word) ?? [];
}

/** Where a protected text stands: what the log names beside the words. */
export interface ProtectedText {
  name: string;
  text: string;
}

/** The 10-grams of protected texts, made once and looked for in many pages. */
export interface GramSet {
  /** How many different ones there are. */
  readonly size: number;
  /** By their first two words. */
  readonly byStart: ReadonlyMap<string, readonly { words: readonly string[]; name: string }[]>;
}

const startOf = (first: string, second: string): string => `${first} ${second}`;

/** All 10-grams of the texts. A text of fewer than ten words has none and protects nothing. */
export function makeGramSet(texts: readonly ProtectedText[]): GramSet {
  const byStart = new Map<string, { words: readonly string[]; name: string }[]>();
  const seen = new Set<string>();
  for (const { name, text } of texts) {
    const words = wordsOf(text);
    for (let start = 0; start + gramLength <= words.length; start += 1) {
      const gram = words.slice(start, start + gramLength);
      const key = gram.join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      const first = startOf(gram[0]!, gram[1]!);
      const others = byStart.get(first) ?? [];
      others.push({ words: gram, name });
      byStart.set(first, others);
    }
  }
  return { size: seen.size, byStart };
}

/** The first 10-gram of the set that a text has, or null. Takes time linear in the text's length. */
export function findGram(text: string, grams: GramSet): { name: string; gram: string } | null {
  if (grams.size === 0) return null;
  const words = wordsOf(text);
  for (let start = 0; start + gramLength <= words.length; start += 1) {
    const candidates = grams.byStart.get(startOf(words[start]!, words[start + 1]!));
    const found = candidates?.find((gram) =>
      gram.words.every((each, index) => words[start + index] === each),
    );
    if (found) return { name: found.name, gram: found.words.join(' ') };
  }
  return null;
}

/** The first 10-gram of the set that a page has in its title or in its text, links read as their text; null if it has none. */
export function findGramOnPage(
  page: Pick<Page, 'title' | 'text'>,
  grams: GramSet,
): { name: string; gram: string } | null {
  return findGram(page.title, grams) ?? findGram(stripLinks(page.text), grams);
}
