import type { BestOf } from '@rookery/shared/api';
import { bestOfNEstimate, meanOf, type ScoredSample } from '@rookery/shared/reward';
import { sql } from 'drizzle-orm';
import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../db/database.ts';
import { findModel, type ModelKey } from './versions.ts';

interface Row extends Record<string, unknown> {
  questionId: string;
  score: number | null;
  firstHalf: number | null;
  secondHalf: number | null;
  citesReference: boolean | null;
}

/** Every n up to here, and from there on every power of 2. */
const everyUpTo = 16;

/**
 * What the best of n samples is worth, by the model that chooses, by the halves of which one chooses and the other judges, and by
 * whether it cites a reference page. Each point is the mean over questions with at least n samples of the unbiased estimate.
 * @throws ApiError `not_found`
 */
export async function readBestOf(
  db: Queryable,
  request: ModelKey & { planId?: string | undefined; versionId?: string | undefined },
): Promise<BestOf> {
  const { projectId, modelId, planId, versionId } = request;
  const { manifest } = await findModel(db, { projectId, modelId });
  const { rows } = await db.execute<Row>(sql`
    select samples.question_id as "questionId", answer_scores.score, answer_scores.first_half as "firstHalf",
      answer_scores.second_half as "secondHalf",
      case when jsonb_array_length(questions.reference_pages) > 0 then episodes.cites_reference end as "citesReference"
    from samples
    inner join questions on questions.id = samples.question_id and questions.excluded_at is null
    inner join episodes on episodes.sample_id = samples.id and episodes.draw = samples.draw
    inner join answers on answers.episode_id = episodes.id and answers.revision = episodes.answer_revision
    left join answer_scores on answer_scores.answer_id = answers.id and answer_scores.model_id = ${modelId}
    where samples.project_id = ${projectId} and samples.state = 'answered'
      ${planId === undefined ? sql`` : sql`and samples.plan_id = ${planId}`}
      ${versionId === undefined ? sql`` : sql`and samples.policy_version_id = ${versionId}`}
    order by samples.question_id, samples.id`);
  const scored = rows.filter(({ score }) => score !== null);
  const questions = [...Map.groupBy(scored, ({ questionId }) => questionId).values()].filter(
    (samples) => samples.length > 1,
  );
  const points: BestOf['points'] = [];
  for (const n of sizesUpTo(Math.max(0, ...questions.map((samples) => samples.length)))) {
    points.push(pointOf(questions, n));
    await setImmediate();
  }
  const scores = scored.map(({ score }) => score!);
  const mean = scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return {
    questions: questions.length,
    samples: scored.length,
    waiting: rows.length - scored.length,
    zero: manifest.zero,
    mean,
    deviation:
      mean === null
        ? null
        : Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length),
    points,
  };
}

function sizesUpTo(most: number): number[] {
  const sizes = Array.from({ length: Math.min(most, everyUpTo) }, (_, before) => before + 1);
  for (let n = 2 * everyUpTo; n < most; n *= 2) sizes.push(n);
  if (most > everyUpTo) sizes.push(most);
  return sizes;
}

function pointOf(questions: readonly (readonly Row[])[], n: number): BestOf['points'][number] {
  const enough = questions.filter((samples) => samples.length >= n);
  /** The mean over questions of what the chosen sample is worth; null where no question has what it takes. */
  const mean = (pick: (row: Row) => ScoredSample | null) => {
    const units = enough.flatMap((samples) => {
      const picked = samples.map(pick);
      const value = picked.includes(null) ? null : bestOfNEstimate(picked as ScoredSample[], n);
      return value === null ? [] : [[value, 1] as const];
    });
    return meanOf(units, 'best of n');
  };
  const both = (value: 'own' | 'other') => {
    const units = enough.flatMap((samples) => {
      const ways = (['firstHalf', 'secondHalf'] as const).map((chooser) => {
        const judge = value === 'own' ? chooser : chooser === 'firstHalf' ? 'secondHalf' : 'firstHalf';
        const picked = samples.flatMap((row) =>
          row[chooser] === null || row[judge] === null ? [] : [{ training: row[chooser], value: row[judge] }],
        );
        return picked.length < samples.length ? null : bestOfNEstimate(picked, n);
      });
      return ways[0] === null || ways[1] === null ? [] : [[(ways[0]! + ways[1]!) / 2, 1] as const];
    });
    return meanOf(units, 'best of n');
  };
  return {
    n,
    questions: enough.length,
    score: mean(({ score }) => ({ training: score!, value: score! }))!,
    chosen: both('own'),
    judged: both('other'),
    citing: mean(({ score, citesReference }) =>
      citesReference === null ? null : { training: score!, value: Number(citesReference) },
    ),
  };
}
