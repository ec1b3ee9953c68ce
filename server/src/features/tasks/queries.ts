import {
  ApiError,
  projectSettingsSchema,
  type Assignment,
  type AssignmentPhase,
  type AssignmentState,
} from '@rookery/shared/api';
import { and, count, desc, eq, gt, inArray, lt, lte, not, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import {
  activityIntervals,
  assignments,
  episodes,
  projectSettings,
  questions,
  reviews,
} from '../../db/schema/index.ts';
import { effectiveEpisodeState, effectiveState, presentLease, type AssignmentRow } from './assignments.ts';

export interface AssignmentKey {
  projectId: string;
  assignmentId: string;
}

/** What settings of an earlier release count as. */
const { revisionMinutes: defaultRevisionMinutes } = projectSettingsSchema.parse({ browser: {} });

const columns = {
  assignment: assignments,
  questionText: sql<string>`coalesce(${episodes.questionText}, ${questions.fullText})`,
  episodeId: episodes.id,
  episode: { state: episodes.state, reviewState: episodes.reviewState },
  revisionMinutes: sql<number>`coalesce((${projectSettings.settings} ->> 'revisionMinutes')::int, ${defaultRevisionMinutes})`,
  review: sql<{ comment: string; at: string } | null>`(
    select json_build_object('comment', ${reviews.comment}, 'at', ${reviews.createdAt}) from ${reviews}
    where ${reviews.episodeId} = ${episodes.id} order by ${reviews.createdAt} desc, ${reviews.id} desc limit 1)`,
  activeSeconds: sql<number>`coalesce((
    select extract(epoch from sum(${activityIntervals.endedAt} - ${activityIntervals.startedAt}))
    from ${activityIntervals} where ${activityIntervals.episodeId} = ${episodes.id}), 0)::float8`,
};

function selectAssignments(db: Queryable, where: SQL | undefined) {
  return db
    .select(columns)
    .from(assignments)
    .innerJoin(questions, eq(questions.id, assignments.questionId))
    .innerJoin(
      projectSettings,
      and(
        eq(projectSettings.projectId, assignments.projectId),
        eq(projectSettings.version, assignments.settingsVersion),
      ),
    )
    .leftJoin(episodes, eq(episodes.assignmentId, assignments.id))
    .where(where);
}

type Row = Awaited<ReturnType<typeof selectAssignments>>[number];

/**
 * Until when a demonstrator may reopen the answer they submitted; null when they may not, whenever they try. What a lead
 * has returned they may take up without a limit.
 */
export function revisableUntil(options: {
  assignment: Pick<AssignmentRow, 'state' | 'fallsBackTo' | 'leaseExpiresAt' | 'endedAt'>;
  episode: Pick<typeof episodes.$inferSelect, 'state' | 'reviewState'> | null;
  revisionMinutes: number;
}): Date | null {
  const { assignment, episode, revisionMinutes } = options;
  const state = assignment.fallsBackTo ?? assignment.state;
  const isSubmitted = episode?.state === 'submitted' || assignment.fallsBackTo !== null;
  if ((state !== 'submitted' && state !== 'surplus') || !isSubmitted || !assignment.endedAt) return null;
  if (episode?.reviewState !== 'unreviewed') return null;
  return new Date(assignment.endedAt.getTime() + revisionMinutes * 60_000);
}

function presentAssignment(row: Row, now: Date): Assignment {
  const { assignment, episode } = row;
  const state = effectiveState(assignment, now);
  const until = revisableUntil(row);
  return {
    id: assignment.id,
    state,
    question: { id: assignment.questionId, fullText: row.questionText },
    episodeId: row.episodeId,
    episodeState: episode && effectiveEpisodeState(episode.state, assignment, now),
    lease: presentLease(assignment, now),
    openIn: state === 'active' ? assignment.openIn : null,
    pausedUntil: state === 'paused' ? assignment.leaseExpiresAt.toISOString() : null,
    isRevision: assignment.fallsBackTo !== null && (state === 'active' || state === 'paused'),
    revisableUntil: until !== null && until > now ? until.toISOString() : null,
    review: row.review && {
      state: episode?.reviewState ?? 'unreviewed',
      comment: row.review.comment,
      at: new Date(row.review.at).toISOString(),
    },
    activeSeconds: row.activeSeconds,
    createdAt: assignment.createdAt.toISOString(),
    endedAt: assignment.endedAt?.toISOString() ?? null,
  };
}

export const assignmentNotFound = (): never => {
  throw new ApiError(
    'not_found',
    'There is no such task. It may belong to somebody else or to another project.',
  );
};

/**
 * An assignment as its owner sees it, lease token included: show it to nobody else.
 * @throws ApiError `not_found`
 */
export async function readAssignment(
  db: Queryable,
  options: AssignmentKey & { now: Date },
): Promise<Assignment> {
  const { projectId, assignmentId, now } = options;
  const [row] = await selectAssignments(
    db,
    and(eq(assignments.projectId, projectId), eq(assignments.id, assignmentId)),
  );
  return row ? presentAssignment(row, now) : assignmentNotFound();
}

/** A member's own assignments, newest first. Ids are made in the order of time: the cursor is the last id seen. */
export async function listAssignments(
  db: Queryable,
  options: {
    projectId: string;
    memberId: string;
    state?: AssignmentState | undefined;
    phase?: AssignmentPhase | undefined;
    cursor?: string | undefined;
    limit: number;
    now: Date;
  },
): Promise<{ items: Assignment[]; nextCursor: string | null; total: number }> {
  const { projectId, memberId, state, phase, limit, now } = options;
  const before = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  const matching = and(
    eq(assignments.projectId, projectId),
    eq(assignments.memberId, memberId),
    state === undefined ? undefined : inState(state, now),
    phase === undefined ? undefined : inPhase(phase, now),
  );
  const rows = await selectAssignments(
    db,
    and(matching, before === undefined ? undefined : lt(assignments.id, before)),
  )
    .orderBy(desc(assignments.id))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(assignments).where(matching);
  const items = rows.slice(0, limit).map((row) => presentAssignment(row, now));
  return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null, total: counted?.total ?? 0 };
}

/** Assignments whose effective state this is. */
function inState(state: AssignmentState, now: Date): SQL | undefined {
  const isState = eq(assignments.state, state);
  if (state === 'active' || state === 'paused') return and(isState, gt(assignments.leaseExpiresAt, now));
  const hasRunOut = and(
    inArray(assignments.state, ['active', 'paused']),
    lte(assignments.leaseExpiresAt, now),
  );
  const becomes = sql`coalesce(${assignments.fallsBackTo}, 'expired') = ${state}`;
  return or(isState, and(hasRunOut, becomes));
}

function inPhase(phase: AssignmentPhase, now: Date): SQL | undefined {
  const isOpen = or(
    inArray(assignments.state, ['returned', 'expired']),
    and(
      inArray(assignments.state, ['active', 'paused']),
      or(
        gt(assignments.leaseExpiresAt, now),
        sql`coalesce(${assignments.fallsBackTo}, 'expired') in ('expired', 'returned')`,
      ),
    ),
  )!;
  return phase === 'open' ? isOpen : not(isOpen);
}

/** @throws ApiError `invalid_request` for a cursor that no page gave */
export function parseCursor(cursor: string): string {
  const parsed = z.uuid().safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new ApiError('invalid_request', 'This cursor is not valid. Start again from the first page.');
}
