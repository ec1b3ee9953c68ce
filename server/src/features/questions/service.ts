import {
  ApiError,
  cleanText,
  type Question,
  type QuestionChange,
  type QuestionUse,
  type questionRoutes,
} from '@rookery/shared/api';
import { and, eq, inArray, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { recordEvents, type EventRecord } from '../../db/events.ts';
import { questions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { matchingQuestions, questionNotFound, readQuestion, type QuestionKey } from './queries.ts';
import { hasWork } from './work.ts';

interface Change {
  projectId: string;
  change: QuestionChange;
  actorId: string;
}

type Which = z.output<(typeof questionRoutes)['updateQuestions']['body']>['which'];
type Outcome = 'changed' | 'unchanged' | 'refused';

/**
 * Changes one question. The same change twice is the same as once; another reason replaces the one before.
 * @throws ApiError `not_found`; `wrong_state` when its use cannot change any more
 */
export async function updateQuestion(deps: Dependencies, options: Change & QuestionKey): Promise<Question> {
  const { projectId, questionId } = options;
  return deps.db.transaction(async (tx) => {
    const isIt = and(eq(questions.projectId, projectId), eq(questions.id, questionId));
    const outcomes = await changeWhere(deps, { ...options, tx, where: isIt });
    const [outcome] = outcomes;
    if (!outcome) return questionNotFound();
    if (outcome === 'refused') {
      throw new ApiError(
        'wrong_state',
        'Work on this question is recorded, so it keeps its use: the sets of questions must not overlap. To take it out, exclude it.',
      );
    }
    await tell(deps, { tx, projectId, outcomes });
    return readQuestion(tx, options);
  });
}

/** Changes many questions in one transaction. Those that cannot change their use are left as they are, and counted. */
export async function updateQuestions(
  deps: Dependencies,
  options: Change & { which: Which },
): Promise<Record<Outcome, number>> {
  const { projectId, which } = options;
  return deps.db.transaction(async (tx) => {
    const where =
      'ids' in which
        ? and(eq(questions.projectId, projectId), inArray(questions.id, which.ids))
        : inArray(questions.id, matchingQuestions(tx, { ...which.matching, projectId }));
    const outcomes = await changeWhere(deps, { ...options, tx, where });
    await tell(deps, { tx, projectId, outcomes });
    const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
    return { changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
  });
}

const columns = {
  id: questions.id,
  use: questions.use,
  wanted: questions.wanted,
  priority: questions.priority,
  excludedAt: questions.excludedAt,
  excludedReason: questions.excludedReason,
};
interface Values {
  use: QuestionUse;
  wanted: number;
  priority: number;
  excludedAt: Date | null;
  excludedReason: string | null;
}

/** Questions that are written by one statement. */
const writtenAtOnce = 1000;

async function changeWhere(
  deps: Dependencies,
  options: Change & { tx: Transaction; where: SQL | undefined },
): Promise<Outcome[]> {
  const { tx, where, projectId, change, actorId } = options;
  const found = await tx
    .select({ ...columns, hasWork })
    .from(questions)
    .where(where)
    .orderBy(questions.id)
    .for('update');
  const at = deps.clock();
  const events: EventRecord[] = [];
  const changed = new Map<string, { values: Values; ids: string[] }>();
  const outcomes = found.map(({ id, hasWork, ...before }): Outcome => {
    if (change.use !== undefined && change.use !== before.use && hasWork) return 'refused';
    const after = changedValues(before, { change, at });
    const names = (Object.keys(after) as (keyof Values)[]).filter(
      (name) => comparable(before[name]) !== comparable(after[name]),
    );
    if (names.length === 0) return 'unchanged';
    const key = JSON.stringify(after);
    const group = changed.get(key) ?? { values: after, ids: [] };
    changed.set(key, group);
    group.ids.push(id);
    const pick = (values: Values) => Object.fromEntries(names.map((name) => [name, values[name]]));
    events.push({
      projectId,
      actorId,
      objectType: 'question',
      objectId: id,
      kind: kindOf(before, after),
      before: pick(before),
      after: pick(after),
      at,
    });
    return 'changed';
  });
  for (const { values, ids } of changed.values()) {
    for (let from = 0; from < ids.length; from += writtenAtOnce) {
      await tx
        .update(questions)
        .set({ ...values, updatedAt: at })
        .where(
          and(
            eq(questions.projectId, projectId),
            inArray(questions.id, ids.slice(from, from + writtenAtOnce)),
          ),
        );
    }
  }
  await recordEvents(tx, events);
  return outcomes;
}

function changedValues(before: Values, { change, at }: { change: QuestionChange; at: Date }): Values {
  const reason = cleanText(change.reason ?? '').trim();
  const isExcluded = change.excluded ?? before.excludedAt !== null;
  return {
    use: change.use ?? before.use,
    wanted: change.wanted ?? before.wanted,
    priority: change.priority ?? before.priority,
    excludedAt: isExcluded ? (before.excludedAt ?? at) : null,
    excludedReason: !isExcluded
      ? null
      : change.excluded === undefined
        ? before.excludedReason
        : reason === ''
          ? null
          : reason,
  };
}

const comparable = (value: Values[keyof Values]) => (value instanceof Date ? value.getTime() : value);

function kindOf(before: Values, after: Values): string {
  if ((before.excludedAt === null) === (after.excludedAt === null)) {
    return before.excludedReason === after.excludedReason ? 'question.changed' : 'question.excluded';
  }
  return after.excludedAt ? 'question.excluded' : 'question.included';
}

/** Screens that show counts of questions read them again. */
async function tell(
  deps: Dependencies,
  options: { tx: Transaction; projectId: string; outcomes: readonly Outcome[] },
): Promise<void> {
  const { tx, projectId, outcomes } = options;
  if (outcomes.includes('changed'))
    await deps.live.publish(tx, { projectId }, { type: 'overview', projectId });
}
