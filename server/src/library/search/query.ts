/** What a typed query asks for. */
export interface TypedQuery {
  /** Words to look for, as typed; the more of them a page has, the better. */
  words: string[];
  /** What has to stand on the page word by word: the insides of quotation marks. */
  phrases: string[];
  /** Beginnings of words, typed with a star at the end. */
  prefixes: string[];
  /** Words and phrases that must not be on the page, typed with a minus before them. */
  excluded: string[];
}

/** What questions for laypeople begin with, and no page that answers one has. */
const preamble = /^\s*(?:\[?eli5\]?|explain(?: (?:it )?like i(?:['’]?m| am) (?:five|5))?)\b\s*[:,.-]*\s*/i;
const part = /(?<minus>(?<!\S)-)?(?:["“”„](?<phrase>[^"“”„]*)["“”„]|(?<word>[^\s"“”„]+))/g;
const hasWord = /[\p{L}\p{N}]/u;
/** Shorter beginnings of words would find half of the library. */
const shortestPrefix = 2;

/**
 * Reads a query as people type them: a whole question, words, `"a phrase"`, `begin*` and `-not`. Nothing typed is an error; what has no
 * letter or digit is dropped.
 */
export function readQuery(typed: string): TypedQuery {
  const query: TypedQuery = { words: [], phrases: [], prefixes: [], excluded: [] };
  const text = typed.toWellFormed().replaceAll('\0', ' ');
  const withoutPreamble = text.replace(preamble, '');
  const asked = hasWord.test(withoutPreamble) ? withoutPreamble : text;
  for (const { groups = {} } of asked.matchAll(part)) {
    const { minus, phrase, word = '' } = groups;
    const said = phrase ?? word;
    if (!hasWord.test(said)) continue;
    if (minus !== undefined) query.excluded.push(said);
    else if (phrase !== undefined) query.phrases.push(phrase);
    else if (isPrefix(word)) query.prefixes.push(word.replace(/\*+$/, ''));
    else query.words.push(word);
  }
  return query;
}

const isPrefix = (word: string): boolean => /^[\p{L}\p{N}]+\*+$/u.test(word) && word.length > shortestPrefix;
