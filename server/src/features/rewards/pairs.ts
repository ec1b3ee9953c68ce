import type { RewardPair, rewardRoutes } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { beginningCharacters } from './scored-answers.ts';
import { findModel, type ModelKey } from './versions.ts';

type Query = z.output<(typeof rewardRoutes)['listRewardPairs']['query']>;
type Row = RewardPair & { total: number } & Record<string, unknown>;

/**
 * A page of the pairs that a version learnt from or was tested on, with its own scores. The cursor counts what came before: pairs and
 * ratings of a version never change.
 * @throws ApiError `not_found`
 */
export async function listRewardPairs(
  db: Queryable,
  request: ModelKey & Query,
): Promise<z.input<(typeof rewardRoutes)['listRewardPairs']['answer']>> {
  const { projectId, modelId, limit, heldOut, sort } = request;
  const { jobId, manifest } = await findModel(db, { projectId, modelId });
  const before = readCursor(z.int().min(0), request.cursor) ?? 0;
  // As `labelOf` has it.
  const overall = sql`(fixed.ratings ->> 'overall')::float8`;
  const rating = manifest.settings.muchBetter === 'graded' ? overall : sql`sign(${overall})`;
  const order = sort === 'pair' ? sql`"pairId"` : sql`abs(predicted - label) desc nulls last, "pairId"`;
  const answerOf = (
    name: string,
  ) => sql`jsonb_build_object('answerId', ${sql.raw(name)}.id, 'source', ${sql.raw(name)}.source,
    'text', left(${sql.raw(name)}.text, ${beginningCharacters}))`;
  const { rows } = await db.execute<Row>(sql`
    with fixed_pairs as (
      select fixed.pair_id, avg((1 + ${rating}) / 2) as label, bool_or(fixed.is_held_out) as is_held_out,
        mode() within group (order by fixed.source) as source,
        jsonb_agg(jsonb_build_object('id', fixed.comparison_id, 'revision', fixed.revision, 'overall', ${overall})
          order by fixed.comparison_id) as comparisons
      from reward_training_comparisons as fixed
      where fixed.job_id = ${jobId} ${heldOut === undefined ? sql`` : sql`and fixed.is_held_out = ${heldOut === 'yes'}`}
      group by fixed.pair_id
    ), judged as (
      select fixed_pairs.*, pairs.question_id, pairs.first_answer_id, pairs.second_answer_id,
        -- Beyond these bounds exp is refused; for what is missing, least and greatest would give them.
        case when first_score.score is not null and second_score.score is not null
          then 1 / (1 + exp(greatest(-700, least(700, second_score.score - first_score.score)))) end as predicted,
        pairs.id as "pairId"
      from fixed_pairs
      inner join pairs on pairs.id = fixed_pairs.pair_id
      left join answer_scores as first_score
        on first_score.model_id = ${modelId} and first_score.answer_id = pairs.first_answer_id
      left join answer_scores as second_score
        on second_score.model_id = ${modelId} and second_score.answer_id = pairs.second_answer_id
    ), page as (
      select judged.*, count(*) over ()::int as total from judged order by ${order} limit ${limit + 1} offset ${before}
    )
    select "pairId", jsonb_build_object('id', questions.id, 'fullText', questions.full_text) as question,
      ${answerOf('one')} as first, ${answerOf('other')} as second, page.source, page.comparisons, page.label,
      page.is_held_out as "isHeldOut", page.predicted, page.total
    from page
    inner join questions on questions.id = page.question_id
    inner join answers as one on one.id = page.first_answer_id
    inner join answers as other on other.id = page.second_answer_id
    order by ${order}`);
  return {
    items: rows.slice(0, limit),
    nextCursor: rows.length > limit ? writeCursor(before + limit) : null,
    total: rows[0]?.total ?? 0,
  };
}
