import { sql } from 'drizzle-orm';

/**
 * Whether work on a question is recorded, or somebody holds a task of it. Such a question keeps its use, since uses are disjoint, and its
 * text, since it is what was shown. A task that was given back or ran out before anything was recorded is no work. The tables are named
 * by hand, since Drizzle leaves the names out where it selects from one table.
 */
export const hasWork = sql<boolean>`(exists (select from episodes where episodes.question_id = questions.id and episodes.kind <> 'practice')
  or exists (select from assignments
    where assignments.question_id = questions.id and assignments.state in ('active', 'paused')))`;
