import { answerPrompt } from '@rookery/shared/browser';
import type { AnswerContent, NamedQuestion } from '@rookery/shared/datasets';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import type { Queryable, Transaction } from '../../db/database.ts';
import { answers, questions } from '../../db/schema/index.ts';
import { tokensOf } from '../../tokens.ts';

type Tokens = ReturnType<typeof tokensOf>;

/** An answer of a file, with what its content is known by. */
export interface ImportedAnswer {
  question: NamedQuestion;
  content: AnswerContent;
  contentHash: string;
}

/** SHA-256 over the JSON of text and quotes, their fields in this order. */
export function contentHashOf({ text, quotes }: Pick<AnswerContent, 'text' | 'quotes'>): string {
  const canonical = {
    text,
    quotes: quotes.map(({ title, domain, extract }) => ({ title, domain, extract })),
  };
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);

/**
 * The tokens of the answers that the project does not have yet: the file's own where it brings them, else counted. Counting is slow, so
 * call it before the transaction that saves them.
 * @returns by content hash and the question's text, which together are what tokens depend on
 */
export async function tokensOfNew(
  db: Queryable,
  batch: { projectId: string; answers: readonly ImportedAnswer[] },
): Promise<Map<string, Tokens>> {
  const known = await findKnown(db, batch);
  const tokens = new Map<string, Tokens>();
  for (const answer of batch.answers) {
    const key = tokensKey(answer);
    if (tokens.has(key) || known.has(keyOf(answer.question.dataset, answer.question.id, answer.contentHash)))
      continue;
    tokens.set(key, countedOrOwn(answer));
    // Other requests are answered between two texts.
    await setImmediate();
  }
  return tokens;
}

const tokensKey = ({ question, contentHash }: ImportedAnswer): string =>
  keyOf(question.fullText, contentHash);

/** What is there already, by the question's names and the content. */
async function findKnown(
  db: Queryable,
  batch: { projectId: string; answers: readonly ImportedAnswer[] },
): Promise<Set<string>> {
  const { projectId, answers: list } = batch;
  if (list.length === 0) return new Set();
  const rows = await db
    .select({ dataset: questions.dataset, id: questions.externalId, contentHash: answers.contentHash })
    .from(answers)
    .innerJoin(questions, eq(questions.id, answers.questionId))
    .where(
      and(
        eq(questions.projectId, projectId),
        inArray(questions.externalId, [...new Set(list.map(({ question }) => question.id))]),
        inArray(questions.dataset, [...new Set(list.map(({ question }) => question.dataset))]),
        eq(answers.origin, 'import'),
      ),
    );
  return new Set(rows.map((row) => keyOf(row.dataset, row.id, row.contentHash ?? '')));
}

function countedOrOwn({ question, content }: ImportedAnswer): Tokens {
  const { text, quotes, tokens } = content;
  if (tokens === null)
    return tokensOf({ prompt: answerPrompt({ question: question.fullText, quotes }), text });
  const { prefix, completion } = tokens;
  return {
    prefixTokens: prefix.length,
    completionTokens: completion.length,
    prefixTokenIds: JSON.stringify(prefix),
    completionTokenIds: JSON.stringify(completion),
  };
}

/**
 * Saves answers of a file; the same content from the same source again is the answer that there is. Hand in a transaction that holds
 * the questions' locks, so that two imports do not save one answer twice.
 *
 * @param batch `ofAnySource`: the file does not say where its answers come from, so that the same content from another source is the
 *   same answer, and `source` is what new ones are said to be from
 * @returns the answers' ids, in order, and whether each was added
 */
export async function saveImportedAnswers(
  tx: Transaction,
  batch: {
    projectId: string;
    importId: string;
    at: Date;
    ofAnySource: boolean;
    tokens: ReadonlyMap<string, Tokens>;
    rows: readonly { questionId: string; source: string; answer: ImportedAnswer }[];
  },
): Promise<{ id: string; isAdded: boolean }[]> {
  const { projectId, importId, at, ofAnySource, tokens, rows } = batch;
  if (rows.length === 0) return [];
  const found = await findSaved(tx, batch);
  const keyOfRow = ({ questionId, source, answer }: (typeof rows)[number]): string =>
    ofAnySource ? keyOf(questionId, answer.contentHash) : keyOf(questionId, answer.contentHash, source);
  const values: (typeof answers.$inferInsert)[] = [];
  const saved = rows.map((row) => {
    const key = keyOfRow(row);
    const known = found.get(key);
    if (known !== undefined) return { id: known, isAdded: false };
    const { questionId, source, answer } = row;
    const id = uuidv7();
    found.set(key, id);
    values.push({
      id,
      projectId,
      questionId,
      origin: 'import',
      source,
      importId,
      text: answer.content.text,
      quotes: answer.content.quotes,
      contentHash: answer.contentHash,
      ...(tokens.get(tokensKey(answer)) ?? countedOrOwn(answer)),
      createdAt: at,
    });
    return { id, isAdded: true };
  });
  for (let from = 0; from < values.length; from += savedAtOnce) {
    await tx.insert(answers).values(values.slice(from, from + savedAtOnce));
  }
  return saved;
}

/** Rows of one statement, whose values must stay fewer than PostgreSQL's 65,535. */
const savedAtOnce = 500;

/** The answers' ids by question, content and source; and by question and content alone, of several the oldest, those of the named source first. */
async function findSaved(
  tx: Transaction,
  batch: {
    projectId: string;
    rows: readonly { questionId: string; source: string; answer: ImportedAnswer }[];
  },
): Promise<Map<string, string>> {
  const { projectId, rows } = batch;
  const sources = new Set(rows.map(({ source }) => source));
  const stored = await tx
    .select({
      id: answers.id,
      questionId: answers.questionId,
      source: answers.source,
      contentHash: sql<string>`${answers.contentHash}`,
    })
    .from(answers)
    .where(
      and(
        eq(answers.projectId, projectId),
        eq(answers.origin, 'import'),
        inArray(answers.questionId, [...new Set(rows.map(({ questionId }) => questionId))]),
      ),
    )
    .orderBy(answers.id);
  const found = new Map<string, string>();
  const [own, others] = [
    stored.filter(({ source }) => sources.has(source)),
    stored.filter(({ source }) => !sources.has(source)),
  ];
  for (const { id, questionId, source, contentHash } of [...own, ...others]) {
    found.set(keyOf(questionId, contentHash, source), id);
    const anySource = keyOf(questionId, contentHash);
    if (!found.has(anySource)) found.set(anySource, id);
  }
  return found;
}
