import type { rewardRoutes, ScoredAnswer } from '@rookery/shared/api';
import { wordCountOf } from '@rookery/shared/reward';
import { and, asc, desc, eq, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { answers, answerScores, episodes, questions, samples } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { countsNow, countUnscored } from './scoring.ts';
import { findModel, type ModelKey } from './versions.ts';

/** Characters of an answer in a list. */
export const beginningCharacters = 300;

/** The last answer of the page before: its score and id. */
const placeSchema = z.tuple([z.number(), z.uuid()]);

type Query = z.output<(typeof rewardRoutes)['listScoredAnswers']['query']>;

/** A page of answers by their score, and how many have none yet. @throws ApiError `not_found` */
export async function listScoredAnswers(
  { db, clock }: Pick<Dependencies, 'db' | 'clock'>,
  request: ModelKey & Query,
): Promise<z.input<(typeof rewardRoutes)['listScoredAnswers']['answer']>> {
  const { projectId, modelId, limit, order, origin, planId, questionId: ofQuestion } = request;
  await findModel(db, { projectId, modelId });
  const place = readCursor(placeSchema, request.cursor);
  const matching = and(
    eq(answerScores.projectId, projectId),
    eq(answerScores.modelId, modelId),
    countsNow,
    origin === undefined ? undefined : eq(answers.origin, origin),
    planId === undefined ? undefined : eq(samples.planId, planId),
    ofQuestion === undefined ? undefined : eq(answers.questionId, ofQuestion),
  );
  const isAfter: SQL | null =
    place &&
    (order === 'best'
      ? sql`(${answerScores.score}, ${answerScores.answerId}) < (${place[0]}::float8, ${place[1]}::uuid)`
      : sql`(${answerScores.score}, ${answerScores.answerId}) > (${place[0]}::float8, ${place[1]}::uuid)`);
  const direction = order === 'best' ? desc : asc;
  const rows = await selectScored(db)
    .where(and(matching, isAfter ?? undefined))
    .orderBy(direction(answerScores.score), direction(answerScores.answerId))
    .limit(limit + 1);
  const total = await db.$count(selectScored(db).where(matching).as('matching'));
  const spread = await readSpread(db, modelId);
  const items: ScoredAnswer[] = [];
  for (const { questionId, fullText, text, ...row } of rows.slice(0, limit)) {
    items.push({
      ...row,
      question: { id: questionId, fullText },
      text: text.slice(0, beginningCharacters),
      words: wordCountOf(text),
      standardised:
        spread === null || spread.deviation === 0 ? null : (row.score - spread.mean) / spread.deviation,
    });
  }
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? writeCursor([last.score, last.answerId]) : null,
    total,
    waiting: await countUnscored(db, { projectId, modelId, planId: planId ?? null, before: clock() }),
  };
}

const selectScored = (db: Queryable) =>
  db
    .select({
      answerId: answers.id,
      questionId: answers.questionId,
      fullText: questions.fullText,
      origin: answers.origin,
      source: answers.source,
      text: answers.text,
      score: answerScores.score,
      uncertainty: answerScores.uncertainty,
      sampleId: episodes.sampleId,
      episodeId: answers.episodeId,
    })
    .from(answerScores)
    .innerJoin(answers, eq(answers.id, answerScores.answerId))
    .innerJoin(questions, eq(questions.id, answers.questionId))
    .leftJoin(episodes, eq(episodes.id, answers.episodeId))
    .leftJoin(samples, eq(samples.id, episodes.sampleId));

/** Mean and standard deviation of the scores of all samples by a version. */
async function readSpread(
  db: Queryable,
  modelId: string,
): Promise<{ mean: number; deviation: number } | null> {
  const [row] = await db
    .select({
      mean: sql<number | null>`avg(${answerScores.score})`,
      deviation: sql<number | null>`stddev_pop(${answerScores.score})`,
    })
    .from(answerScores)
    .innerJoin(answers, eq(answers.id, answerScores.answerId))
    .innerJoin(questions, eq(questions.id, answers.questionId))
    .innerJoin(episodes, eq(episodes.id, answers.episodeId))
    .innerJoin(samples, eq(samples.id, episodes.sampleId))
    .where(and(eq(answerScores.modelId, modelId), countsNow));
  return row?.mean == null || row.deviation === null ? null : { mean: row.mean, deviation: row.deviation };
}
