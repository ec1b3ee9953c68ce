import { cleanText } from '../api/common.ts';
import { cellFields, cellText } from './cells.ts';
import type { ReadRow } from './rows.ts';

/** The question that an answer is to, as a file names it. */
export interface NamedQuestion {
  dataset: string;
  id: string;
  fullText: string;
}

/** A quote. Of published files the title holds the domain too, and `domain` is empty. */
export interface QuoteContent {
  title: string;
  domain: string;
  extract: string;
}

/** GPT-2's tokens (r50k) by their ids. */
export interface TokenIds {
  prefix: number[];
  completion: number[];
}

export interface AnswerContent {
  /** As it stands in the file, white space included. */
  text: string;
  quotes: QuoteContent[];
  /** Null where the file brings none. */
  tokens: TokenIds | null;
}

/** A row of a file of answers: `{question, answer, quotes?, tokens?, source?}`. */
export interface AnswerRow {
  question: NamedQuestion;
  answer: AnswerContent;
  source: string;
}

export interface QuestionNaming {
  /** Of questions whose rows do not say; null: `imported`. */
  dataset: string | null;
  /** Makes an id of a question's text, for rows that give none. */
  idOf: (text: string) => string;
}

/** The source of people's demonstrations. Imported answers cannot say that they are from it, or "across sources" would mix the two. */
export const demonstrationsSource = 'demonstrations';

const unnamedDataset = 'imported';
const maxTextLength = 100_000;
const maxNameLength = 200;
const maxIdLength = 500;
const maxQuotes = 999;

/** What is wrong with a row, in words for whoever made the file. */
export class Refused extends Error {}

/** What `read` gives, or what it refuses with. */
export function reading<T>(read: () => T): ReadRow<T> {
  try {
    return { row: read() };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    throw error;
  }
}

/** Reads one row of a file of answers. The question is an object of `dataset`, `id` and `full_text`, or its text alone. */
export function readAnswerRow(
  value: unknown,
  options: QuestionNaming & { source: string | null },
): ReadRow<AnswerRow> {
  return reading(() => {
    const columns = columnsOf(value);
    if ('answer_0' in columns) throw new Refused('the row is a comparison; import the file as comparisons');
    const question = readQuestion(columns['question'], options);
    const answer = readAnswer(columns, (column) => column);
    const source = cellText(columns['source']) ?? options.source;
    if (source === null) throw new Refused('"source" is missing, and the import names none');
    const named = checked(cleanText(source).trim(), 'source', maxNameLength);
    if (named === demonstrationsSource)
      throw new Refused(
        `"source" is ${demonstrationsSource}, which are this project's own; give it another name`,
      );
    return { question, answer, source: named };
  });
}

/** An object's columns under lower-case names. */
export function columnsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refused('the row is not an object of columns');
  return cellFields(value);
}

export function readQuestion(value: unknown, { dataset, idOf }: QuestionNaming): NamedQuestion {
  if (value === undefined || value === null) throw new Refused('"question" is missing');
  const isText = typeof value === 'string';
  const columns = isText ? { full_text: value } : cellFields(value);
  const name = isText ? 'question' : 'question.full_text';
  if (typeof columns['full_text'] !== 'string') throw new Refused(`"${name}" must be a text`);
  const fullText = checked(cleanText(columns['full_text']).trim(), name, maxTextLength);
  const ownDataset = cellText(columns['dataset']) ?? dataset ?? unnamedDataset;
  const ownId = cellText(columns['id']) ?? idOf(fullText);
  return {
    dataset: checked(cleanText(ownDataset), 'question.dataset', maxNameLength),
    id: checked(cleanText(ownId), 'question.id', maxIdLength),
    fullText,
  };
}

/** Reads an answer with its quotes and tokens. `nameOf` gives the column that holds each of them. */
export function readAnswer(
  columns: Readonly<Record<string, unknown>>,
  nameOf: (column: string) => string,
): AnswerContent {
  const [answer, quotes, tokens] = [nameOf('answer'), nameOf('quotes'), nameOf('tokens')];
  const text = columns[answer];
  if (text === undefined || text === null) throw new Refused(`"${answer}" is missing`);
  if (typeof text !== 'string') throw new Refused(`"${answer}" must be a text`);
  return {
    text: checked(cleanText(text), answer, maxTextLength),
    quotes: readQuotes(columns[quotes], quotes),
    tokens: readTokens(columns[tokens], tokens),
  };
}

/** `{title: [], extract: []}`, or a list of `{title, extract}`; either may have domains too. */
function readQuotes(value: unknown, name: string): QuoteContent[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value.map((one) => cellFields(one)) : quotesOfLists(value, name);
  if (list.length > maxQuotes) throw new Refused(`"${name}" has more than ${maxQuotes} quotes`);
  return list.map((quote, index) => {
    const part = (field: 'title' | 'extract'): string => {
      const text = quote[field];
      if (typeof text !== 'string')
        throw new Refused(`quote ${index + 1} of "${name}" has no text as its "${field}"`);
      if (text.length > maxTextLength) throw tooLong(`${name}.${field}`, maxTextLength);
      return cleanText(text);
    };
    const domain = cleanText(cellText(quote['domain']) ?? '');
    return { title: part('title'), domain, extract: part('extract') };
  });
}

function quotesOfLists(value: unknown, name: string): Record<string, unknown>[] {
  const { title = [], extract = [], domain = [] } = cellFields(value);
  if (typeof value !== 'object' || ![title, extract, domain].every((list) => Array.isArray(list)))
    throw new Refused(
      `"${name}" must be lists of titles and of extracts, or a list of quotes with a title and an extract each`,
    );
  const [titles, extracts, domains] = [title, extract, domain] as unknown[][];
  const { length } = titles!;
  if (extracts!.length !== length)
    throw new Refused(`"${name}" has ${length} titles, but ${extracts!.length} extracts`);
  if (domains!.length !== 0 && domains!.length !== length)
    throw new Refused(`"${name}" has ${length} titles, but ${domains!.length} domains`);
  return titles!.map((own, index) => ({ title: own, extract: extracts![index], domain: domains![index] }));
}

function readTokens(value: unknown, name: string): TokenIds | null {
  if (value === undefined || value === null) return null;
  const columns = cellFields(value);
  const part = (field: 'prefix' | 'completion'): number[] => {
    const ids = columns[field];
    if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id) && id >= 0))
      throw new Refused(`"${name}.${field}" must be a list of token ids, which are whole numbers from 0`);
    return ids as number[];
  };
  return { prefix: part('prefix'), completion: part('completion') };
}

function checked(text: string, name: string, maxLength: number): string {
  if (text.trim() === '') throw new Refused(`"${name}" is empty`);
  if (text.length > maxLength) throw tooLong(name, maxLength);
  return text;
}

const tooLong = (name: string, maxLength: number): Refused =>
  new Refused(`"${name}" is longer than ${maxLength.toLocaleString('en')} characters`);
