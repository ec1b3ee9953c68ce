import type { rewardJobRoutes } from '@rookery/shared/api';
import { sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { answers, questions } from '../../db/schema/index.ts';
import { writeCursor } from '../../http/cursor.ts';

export type AnswerPage = z.input<(typeof rewardJobRoutes)['listRewardAnswers']['answer']>;

/**
 * A page of answers as a reward model reads them, by id.
 * @param page.ids a statement that selects the ids
 * @param page.isZero whether an answer belongs to the zero of the scale, of `answers`; left out: none does
 */
export async function selectAnswers(
  db: Queryable,
  page: { ids: SQL; after: string | null; limit: number; isZero?: SQL },
): Promise<AnswerPage> {
  const { ids, after, limit, isZero = sql`false` } = page;
  const { rows } = await db.execute<AnswerPage['items'][number]>(sql`
    select answers.id as "answerId", answers.question_id as "questionId", questions.full_text as question,
      (select coalesce(jsonb_agg(jsonb_build_object('extract', quote ->> 'extract', 'title',
          case when coalesce(quote ->> 'domain', '') = '' then quote ->> 'title'
            else (quote ->> 'title') || ' (' || (quote ->> 'domain') || ')' end) order by place), '[]')
        from jsonb_array_elements(answers.quotes) with ordinality as listed (quote, place)) as quotes,
      answers.text as answer, answers.origin, coalesce(questions.is_held_out, false) as "isHeldOut", ${isZero} as "isZero"
    from ${answers} inner join ${questions} on questions.id = answers.question_id
    where answers.id in (${ids}) ${after === null ? sql`` : sql`and answers.id > ${after}`}
    order by answers.id limit ${limit + 1}`);
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? writeCursor(items.at(-1)!.answerId) : null };
}
