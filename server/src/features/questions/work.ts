import { sql } from 'drizzle-orm';

/**
 * Whether work on a question is recorded, or somebody holds a task of it. Such a question keeps its use, since uses are disjoint, and its
 * text, since it is what was shown. A task that was given back or ran out before anything was recorded is no work, and neither is a
 * comparison that was, or that was imported. The tables are named by hand, since Drizzle leaves the names out where it selects from one
 * table.
 */
export const hasWork = sql<boolean>`(exists (select from episodes where episodes.question_id = questions.id and episodes.kind <> 'practice')
  or exists (select from assignments
    where assignments.question_id = questions.id and assignments.state in ('active', 'paused'))
  or exists (select from pairs inner join comparisons on comparisons.pair_id = pairs.id
    where pairs.question_id = questions.id and comparisons.origin = 'rater'
      and (comparisons.state in ('active', 'submitted', 'surplus', 'excluded')
        or (comparisons.state = 'expired' and comparisons.draft is not null))))`;
