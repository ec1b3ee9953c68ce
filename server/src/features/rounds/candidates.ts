import type { RoundOptions } from '@rookery/shared/api';
import { and, asc, count, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { answers, answerScores, episodes, questions, samples } from '../../db/schema/index.ts';
import { twinKey } from '../answers/index.ts';
import { readExisting } from '../pairs/index.ts';
import type { SampledQuestion, ScoredSample } from './choose.ts';
import { ofSample } from './facts.ts';
import type { RoundRow } from './rows.ts';

/** Questions in use of which the round has an answered sample. */
const inScope = (round: RoundRow) =>
  and(eq(samples.planId, round.planId), eq(samples.state, 'answered'), isNull(questions.excludedAt));

/** How many questions `readCandidates` gives. */
export async function countCandidates(db: Queryable, round: RoundRow): Promise<number> {
  const ofRound = db
    .selectDistinct({ id: samples.questionId })
    .from(samples)
    .innerJoin(questions, eq(questions.id, samples.questionId))
    .where(inScope(round))
    .as('of_round');
  const [counted] = await db.select({ total: count() }).from(ofRound);
  return counted!.total;
}

/** Questions that are read together: their answers' texts are in memory. */
const questionsAtOnce = 100;

/** The questions of a round with what can be paired, in the order of their ids. */
export async function* readCandidates(
  db: Queryable,
  { round, form }: { round: RoundRow; form: RoundOptions['form'] },
): AsyncGenerator<SampledQuestion[]> {
  for (let after: string | null = null; ;) {
    const page = await db
      .selectDistinct({ id: samples.questionId })
      .from(samples)
      .innerJoin(questions, eq(questions.id, samples.questionId))
      .where(and(inScope(round), after === null ? undefined : gt(samples.questionId, after)))
      .orderBy(asc(samples.questionId))
      .limit(questionsAtOnce);
    const questionIds = page.map(({ id }) => id);
    const last = questionIds.at(-1);
    if (last === undefined) return;
    after = last;
    const { projectId } = round;
    const [byQuestion, existing] = await Promise.all([
      readSamples(db, { round, questionIds }),
      readExisting(db, { projectId, questionIds, form }),
    ]);
    yield questionIds.map((questionId) => ({
      questionId,
      samples: byQuestion.get(questionId) ?? [],
      existing: existing.get(questionId) ?? new Set(),
    }));
  }
}

async function readSamples(
  db: Queryable,
  { round, questionIds }: { round: RoundRow; questionIds: string[] },
): Promise<Map<string, ScoredSample[]>> {
  const { planId, startModelId } = round;
  const isByStart =
    startModelId === null
      ? sql`false`
      : and(eq(answerScores.modelId, startModelId), eq(answerScores.answerId, answers.id));
  const rows = await db
    .select({
      questionId: samples.questionId,
      answerId: answers.id,
      text: answers.text,
      score: answerScores.score,
    })
    .from(samples)
    .innerJoin(episodes, ofSample.episode)
    .innerJoin(answers, ofSample.answer)
    .leftJoin(answerScores, isByStart)
    .where(
      and(
        eq(samples.planId, planId),
        eq(samples.state, 'answered'),
        inArray(samples.questionId, questionIds),
      ),
    );
  // Texts are long, and all that matters is which are the same.
  const texts = new Map<string, number>();
  const numberOf = (text: string): number => {
    const key = twinKey(text);
    const number = texts.get(key) ?? texts.size;
    texts.set(key, number);
    return number;
  };
  const byQuestion = new Map<string, ScoredSample[]>();
  for (const { questionId, answerId, text, score } of rows) {
    const list = byQuestion.get(questionId) ?? [];
    byQuestion.set(questionId, list);
    list.push({ answerId, score, text: numberOf(text) });
  }
  return byQuestion;
}
