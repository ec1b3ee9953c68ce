import type { comparisonTaskRoutes, OwnComparison } from '@rookery/shared/api';
import { choiceOfValue } from '@rookery/shared/comparisons';
import { and, count, desc, eq, lt, not, or, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import {
  comparisons,
  members,
  pairs,
  projects,
  projectSettings,
  questions,
  ratings,
} from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { beginningOfDay, parseCursor, readActiveSeconds, type Member } from '../tasks/index.ts';
import { isAnyAvailable } from './claim.ts';
import { activeMsOf, comparisonSettingsSchema } from './load.ts';
import { effectiveState, revisableUntil } from './state.ts';

type Rater = Pick<Member, 'projectId' | 'memberId'>;

const selectOwn = (db: Queryable, where: SQL | undefined) =>
  db
    .select({
      comparison: comparisons,
      question: questions.fullText,
      settings: sql<unknown>`${projectSettings.settings} -> 'comparisons'`,
      overall: ratings.value,
      activeMs: activeMsOf(comparisons.id),
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .innerJoin(projects, eq(projects.id, comparisons.projectId))
    .innerJoin(
      projectSettings,
      and(eq(projectSettings.projectId, projects.id), eq(projectSettings.version, projects.settingsVersion)),
    )
    .leftJoin(ratings, and(eq(ratings.comparisonId, comparisons.id), eq(ratings.criterion, 'overall')))
    .where(where);

/** A rater's comparisons, newest first. Ids are made in the order of time: the cursor is the last id seen. */
export async function listOwnComparisons(
  db: Queryable,
  options: Rater & {
    phase?: 'open' | 'done' | undefined;
    cursor?: string | undefined;
    limit: number;
    now: Date;
  },
): Promise<{ items: OwnComparison[]; nextCursor: string | null; total: number }> {
  const { projectId, memberId, phase, limit, now } = options;
  const before = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  const isOpen = or(eq(comparisons.state, 'active'), eq(comparisons.state, 'expired'))!;
  const matching = and(
    eq(comparisons.projectId, projectId),
    eq(comparisons.memberId, memberId),
    phase && (phase === 'open' ? isOpen : not(isOpen)),
  );
  const rows = await selectOwn(
    db,
    and(matching, before === undefined ? undefined : lt(comparisons.id, before)),
  )
    .orderBy(desc(comparisons.id))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(comparisons).where(matching);
  const items = rows.slice(0, limit).map((row) => presentOwn(row, now));
  return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null, total: counted?.total ?? 0 };
}

type Row = Awaited<ReturnType<typeof selectOwn>>[number];

function presentOwn({ comparison, question, settings, overall, activeMs }: Row, now: Date): OwnComparison {
  const { revisionMinutes } = comparisonSettingsSchema.parse(settings ?? undefined);
  const state = effectiveState(comparison, now);
  const { firstSide } = comparison;
  return {
    id: comparison.id,
    state,
    form: { name: comparison.form, version: comparison.formVersion! },
    question: { fullText: question },
    overall: overall === null || firstSide === null ? null : choiceOfValue(overall, firstSide),
    questionFlag: comparison.questionFlag,
    revision: comparison.revision,
    leaseExpiresAt: state === 'active' ? comparison.leaseExpiresAt!.toISOString() : null,
    revisableUntil: revisableUntil(comparison, { revisionMinutes, now })?.toISOString() ?? null,
    activeSeconds: activeMs / 1000,
    createdAt: comparison.createdAt.toISOString(),
    endedAt: comparison.endedAt?.toISOString() ?? null,
  };
}

type Statistics = z.input<(typeof comparisonTaskRoutes)['getOwnComparisonStatistics']['answer']>;

/**
 * What a rater compared in a project, today and in all, and whether there is more. The day is the person's own: it begins
 * at midnight by the offset of their clock from UTC that they tell, in minutes, east positive. A comparison counts on the
 * day on which it was submitted first. Times are in seconds.
 */
export async function readOwnStatistics(
  db: Queryable,
  options: Rater & { utcOffsetMinutes: number; now: Date },
): Promise<Statistics> {
  const { projectId, memberId } = options;
  const today = beginningOfDay(options);
  const from = sql`${today.toISOString()}::timestamptz`;
  const [done] = await db
    .select({
      total: count(),
      today: sql<number>`(count(*) filter (where ${comparisons.submittedAt} >= ${from}))::int`,
    })
    .from(comparisons)
    .where(
      and(
        eq(comparisons.projectId, projectId),
        eq(comparisons.memberId, memberId),
        sql`${comparisons.revision} > 0`,
      ),
    );
  const active = await readActiveSeconds(db, { projectId, memberId, today, of: 'comparisons' });
  const [rater] = await db
    .select({
      available: sql<boolean>`${members.pausedAt} is null and ${isAnyAvailable(options, sql`members.rating_form`)}`,
    })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
  return {
    doneToday: done!.today,
    doneTotal: done!.total,
    activeSecondsToday: active.today,
    activeSecondsTotal: active.total,
    todayBeganAt: today.toISOString(),
    available: rater?.available ?? false,
  };
}

type Practice = z.input<(typeof comparisonTaskRoutes)['getComparisonPractice']['answer']>;

/** Whether the practice pair of a rater's form is offered to them: until they did it, skipped it, or submitted a real one of that form. */
export async function readPractice(db: Queryable, { projectId, memberId }: Rater): Promise<Practice> {
  const [row] = await db
    .select({
      form: members.ratingForm,
      state: members.ratingPractice,
      hasWorked: sql<boolean>`exists (
        select from comparisons c where c.project_id = ${projectId} and c.member_id = ${memberId} and c.form = members.rating_form and c.revision > 0)`,
    })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
  const { form, state, hasWorked } = row!;
  return { form, state, isOffered: state === 'offered' && !hasWorked };
}

/** Notes that the practice pair is done, or skipped; who has done it once has done it. */
export async function endPractice(
  { db }: Dependencies,
  { projectId, memberId, state }: Rater & { state: 'skipped' | 'done' },
): Promise<void> {
  const ratingPractice = sql`case when ${members.ratingPractice} = 'done' then 'done' else ${state} end`;
  await db
    .update(members)
    .set({ ratingPractice })
    .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
}
