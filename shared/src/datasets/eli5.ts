import { cellFields, cellText, cellTexts, cellValue } from './cells.ts';
import type { Columns, FormatOptions, QuestionFormat } from './formats.ts';
import { readQuestionRow, type ReadQuestionRow } from './questions.ts';

/** A post with one of these words (whole, in any case), or with a question mark, asks something by itself (WebGPT, appendix). */
const askingWords = new Set(
  (
    'explain eli5 which what whats whose who whos whom where wheres when whens how hows why whys am is isn isnt are ' +
    'aren arent was wasn wasnt were weren werent do don dont does doesn doesnt did didn didnt can cant could couldn ' +
    'couldnt have haven havent has hasn hasnt may might must mustn mustnt shall shant should shouldn shouldnt will ' +
    'wont would wouldn wouldnt'
  ).split(' '),
);

const nothing = new Set(['', '[deleted]', '[removed]']);
const urlToken = /_URL_(\d+)_/g;

/**
 * Posts of r/explainlikeimfive as the ELI5 and KILT data sets hold them: `title`, `selftext`, `q_id` (or `id`), addresses cut out as
 * `_URL_n_` and listed in `title_urls`, `selftext_urls` and `answers_urls`, and `answers` of `text` and `score`.
 */
export const eli5: QuestionFormat = {
  recognises: (columns) =>
    'title' in columns && ['selftext', 'q_id', 'title_urls', 'answers'].some((name) => name in columns),
  read: readPost,
};

/** `Explain: ` is set before a post that asks nothing in so many words. */
export function withPrefix(text: string): string {
  if (text.includes('?')) return text;
  const words = text.toLowerCase().split(/[^\p{L}\p{M}\p{N}_]+/u);
  return words.some((word) => askingWords.has(word)) ? text : `Explain: ${text}`;
}

function readPost(columns: Columns, options: FormatOptions): ReadQuestionRow {
  const title = cellText(columns['title']);
  if (title === null) return { problem: 'the post has no "title"' };
  if (title === '[deleted by user]') return { dropped: 'the title is [deleted by user]' };
  const body = cellText(columns['selftext']) ?? '';
  const parts: string[] = [];
  for (const [name, text] of [
    ['title', title],
    ['selftext', nothing.has(body) ? '' : body],
  ] as const) {
    const { filled, missing } = fillAddresses(text, addressesOf(columns[`${name}_urls`]));
    if (missing !== null) {
      return { problem: `"${name}" mentions ${missing}, but "${name}_urls" has no such address` };
    }
    if (filled !== '') parts.push(filled);
  }
  const text = parts.join('\n\n');
  return readQuestionRow({
    dataset: options.dataset ?? 'eli5',
    id: cellText(columns['q_id']) ?? cellText(columns['id']) ?? options.idOf(text),
    full_text: withPrefix(text),
    reference_answers: bestAnswers(columns).slice(0, options.referenceAnswers),
  });
}

/** `{"url": [...]}` as the Hugging Face loader writes it, or the list alone. */
function addressesOf(cell: unknown): string[] {
  const value = cellValue(cell);
  return cellTexts(Array.isArray(value) ? value : cellValue(cellFields(value)['url']));
}

/** Puts addresses in the place of their tokens; `missing` is the first token that has none. */
function fillAddresses(
  text: string,
  addresses: readonly string[],
): { filled: string; missing: string | null } {
  let missing: string | null = null;
  const filled = text.replaceAll(urlToken, (token, index: string) => {
    const address = addresses[Number(index)];
    if (address === undefined) missing ??= token;
    return address ?? token;
  });
  return { filled, missing };
}

/** The answers, by score from the highest; of the same score, in their order. */
function bestAnswers(columns: Columns): string[] {
  const all = addressesOf(columns['answers_urls']);
  return answersOf(columns['answers'])
    .filter(({ text }) => !nothing.has(text))
    .toSorted((one, other) => other.score - one.score)
    .map(({ text, own }) => fillAddresses(text, own ?? all).filled);
}

/** Columns of lists (`{text: [...], score: [...]}`), or a list of objects. `own`: the answer's own addresses, which some files have. */
function answersOf(cell: unknown): { text: string; score: number; own: string[] | null }[] {
  const value = cellValue(cell);
  const listed = Array.isArray(value) ? value.map(cellFields) : rowsOf(cellFields(value));
  return listed.map(({ text, score, text_urls: urls }) => ({
    text: cellText(text) ?? '',
    score: Number(score) || 0,
    own: urls === undefined ? null : addressesOf(urls),
  }));
}

function rowsOf(fields: Record<string, unknown>): Record<string, unknown>[] {
  const { text, score, text_urls: urls } = fields;
  if (!Array.isArray(text)) return [];
  return text.map((one: unknown, index) => ({
    text: one,
    score: Array.isArray(score) ? (score[index] as unknown) : 0,
    text_urls: Array.isArray(urls) ? (urls[index] as unknown) : undefined,
  }));
}
