import type { BestOf } from '@rookery/shared/api';
import { bestOfNEstimate, type ScoredSample } from '@rookery/shared/reward';
import { sql } from 'drizzle-orm';
import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../db/database.ts';
import { resampledMeans } from './resampled-means.ts';
import { findModel, type ModelKey } from './versions.ts';

interface Scores {
  score: number | null;
  firstHalf: number | null;
  secondHalf: number | null;
  /** 1 if it does; null where its question has no reference pages. */
  citesReference: number | null;
}
interface Row extends Scores, Record<string, unknown> {
  questionId: string;
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
      case when jsonb_array_length(questions.reference_pages) > 0 then episodes.cites_reference::int end as "citesReference"
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
  const sizes = sizesUpTo(Math.max(0, ...questions.map((samples) => samples.length)));
  const rowsOfQuestions: (number | null)[][] = [];
  for (const samples of questions) {
    rowsOfQuestions.push(sizes.flatMap((n) => figuresOf(samples, n)));
    await setImmediate();
  }
  const means = await resampledMeans(rowsOfQuestions, 'best of n');
  const points = sizes.map((n, at): BestOf['points'][number] => {
    const [score, chosen, judged, citing] = means.slice(at * figures.length, (at + 1) * figures.length);
    const enough = questions.filter((samples) => samples.length >= n);
    return { n, questions: enough.length, score: score!, chosen: chosen!, judged: judged!, citing: citing! };
  });
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

/** The figures of a point, in the order in which they are worked out. */
const figures = ['score', 'chosen', 'judged', 'citing'] as const;

/** What a question adds to the figures of a point; null where it has too few samples, or not what the figure takes. */
function figuresOf(samples: readonly Row[], n: number): (number | null)[] {
  if (samples.length < n) return figures.map(() => null);
  const worth = (training: keyof Scores, value: keyof Scores): number | null => {
    const picked: ScoredSample[] = [];
    for (const row of samples) {
      const [by, of] = [row[training], row[value]];
      if (by === null || of === null) return null;
      picked.push({ training: by, value: of });
    }
    return bestOfNEstimate(picked, n);
  };
  const bothWays = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : (one + other) / 2;
  return [
    worth('score', 'score'),
    bothWays(worth('firstHalf', 'firstHalf'), worth('secondHalf', 'secondHalf')),
    bothWays(worth('firstHalf', 'secondHalf'), worth('secondHalf', 'firstHalf')),
    worth('score', 'citesReference'),
  ];
}
