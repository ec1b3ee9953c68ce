import type { Answer, AnswerFilter, answerRoutes } from '@rookery/shared/api';
import { and, asc, count, countDistinct, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { wordBeginnings } from '../../db/word-beginnings.ts';
import { answers, episodes, members, questions, wordsOf } from '../../db/schema/index.ts';
import { keyset } from '../../http/cursor.ts';

/** The answers of a project with these ids, in their order. */
export async function readAnswers(
  db: Queryable,
  key: { projectId: string; answerIds: readonly string[] },
): Promise<Answer[]> {
  const { projectId, answerIds } = key;
  if (answerIds.length === 0) return [];
  const rows = await db
    .select({
      id: answers.id,
      question: {
        id: questions.id,
        fullText: questions.fullText,
        dataset: questions.dataset,
        use: questions.use,
      },
      origin: answers.origin,
      source: answers.source,
      episodeId: answers.episodeId,
      sampleId: episodes.sampleId,
      revision: answers.revision,
      isNewest: sql<boolean>`(${answers.revision} is not distinct from ${episodes.answerRevision})`,
      author: members.pseudonym,
      text: answers.text,
      quotes: answers.quotes,
      tokens: { prefix: answers.prefixTokens, completion: answers.completionTokens },
      pairs: sql<number>`(select count(*)::int from pairs
        where pairs.first_answer_id = ${answers.id} or pairs.second_answer_id = ${answers.id})`,
      createdAt: answers.createdAt,
    })
    .from(answers)
    .innerJoin(questions, eq(questions.id, answers.questionId))
    .leftJoin(episodes, eq(episodes.id, answers.episodeId))
    .leftJoin(members, eq(members.id, answers.authorId))
    .where(and(eq(answers.projectId, projectId), inArray(answers.id, [...answerIds])));
  const byId = new Map(
    rows.map((row) => [row.id, { ...row, createdAt: row.createdAt.toISOString() } satisfies Answer]),
  );
  return answerIds.flatMap((id) => byId.get(id) ?? []);
}

const sorts = { created: { by: answers.createdAt, type: 'timestamptz' } } as const;

export async function listAnswers(
  db: Queryable,
  options: AnswerFilter & { projectId: string; limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof answerRoutes)['listAnswers']['answer']>> {
  const { projectId, limit, cursor } = options;
  const set = keyset({ sorts, sort: 'created', order: 'desc', id: answers.id, cursor, limit });
  const matching = matches(options);
  const [found, [counted]] = await Promise.all([
    db
      .select({ id: answers.id, place: set.place })
      .from(answers)
      .innerJoin(questions, eq(questions.id, answers.questionId))
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db
      .select({ total: count() })
      .from(answers)
      .innerJoin(questions, eq(questions.id, answers.questionId))
      .where(matching),
  ]);
  const { rows, nextCursor } = set.page(found);
  const items = await readAnswers(db, { projectId, answerIds: rows.map((row) => row.id) });
  return { items, nextCursor, total: counted?.total ?? 0 };
}

function matches(filter: AnswerFilter & { projectId: string }): SQL | undefined {
  const { projectId, questionId, origin, source, use, dataset, contains, answer } = filter;
  return and(
    eq(answers.projectId, projectId),
    questionId === undefined ? undefined : eq(answers.questionId, questionId),
    origin === undefined ? undefined : eq(answers.origin, origin),
    source === undefined ? undefined : eq(answers.source, source),
    use === undefined ? undefined : eq(questions.use, use),
    dataset === undefined ? undefined : eq(questions.dataset, dataset),
    contains === undefined ? undefined : sql`${questions.fullText} ilike ${likePattern(contains)}`,
    answer === undefined ? undefined : hasWords(answer),
  );
}

/** Whether the text has every word, or words that begin so. */
function hasWords(typed: string): SQL | undefined {
  const query = wordBeginnings(typed);
  return query === null ? undefined : sql`${wordsOf(answers.text)} @@ to_tsquery('simple', ${query})`;
}

/** By source, those of people first. */
export async function listAnswerSources(
  db: Queryable,
  projectId: string,
): Promise<z.input<(typeof answerRoutes)['listAnswerSources']['answer']>> {
  return db
    .select({
      origin: answers.origin,
      source: answers.source,
      answers: count(),
      questions: countDistinct(answers.questionId),
    })
    .from(answers)
    .where(eq(answers.projectId, projectId))
    .groupBy(answers.origin, answers.source)
    .orderBy(asc(answers.origin), sql`${answers.source} collate "C"`);
}
