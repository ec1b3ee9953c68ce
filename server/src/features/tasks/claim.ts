import { ApiError } from '@rookery/shared/api';
import { and, count, eq, gt, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Queryable, Transaction } from '../../db/database.ts';
import { assignments, members } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { currentGuidelines } from '../guidelines/index.ts';
import { findProject } from '../projects/index.ts';
import { announce, lockMember, type Member } from './assignments.ts';
import { expireLeasesOf } from './places.ts';
import { refuseSimulated } from './simulated.ts';
import { takeInTurn, type Attempt } from './take-in-turn.ts';

export type Claim =
  | { assignmentId: string; reason: null }
  | { assignmentId: null; reason: 'none_left' | 'too_many_leases' | 'paused' };

/**
 * Leases a question that has a free place and that this member has neither had yet nor practised on: of the highest priority, of these the
 * one of whose wanted demonstrations the smallest part is done or under way, of these the oldest.
 */
export async function claimTask(deps: Dependencies, member: Member): Promise<Claim> {
  await expireLeasesOf(deps, member.projectId);
  return deps.db.transaction(async (tx) => {
    await lockMember(tx, member.memberId);
    const project = await findProject(tx, member.projectId);
    if (!project) throw new ApiError('not_found', 'There is no such project.');
    if (project.settings.simulation === 'refused') await refuseSimulated(tx, member);
    if (await isPaused(tx, member)) return { assignmentId: null, reason: 'paused' };
    const now = deps.clock();
    const { leaseMinutes, leasesPerPerson } = project.settings;
    if ((await countLeases(tx, { ...member, now })) >= leasesPerPerson) {
      return { assignmentId: null, reason: 'too_many_leases' };
    }
    const lease = {
      now,
      expiresAt: new Date(now.getTime() + leaseMinutes * 60_000),
      settingsVersion: project.settingsVersion,
      guidelinesVersion: (
        await currentGuidelines(tx, { projectId: member.projectId, kind: 'demonstrations', now })
      ).version,
    };
    const assignmentId = await takeNext(deps, { tx, member, lease });
    return assignmentId === null ? { assignmentId, reason: 'none_left' } : { assignmentId, reason: null };
  });
}

/** Whether a lead has paused this member: they get no new tasks. */
async function isPaused(tx: Queryable, { projectId, memberId }: Member): Promise<boolean> {
  const [row] = await tx
    .select({ pausedAt: members.pausedAt })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
  return row?.pausedAt != null;
}

/**
 * How many tasks a member holds now, paused ones too; exact only under the member's lock. Revisions do not count: their
 * places have been earned.
 */
export async function countLeases(
  db: Queryable,
  options: { projectId: string; memberId: string; now: Date },
): Promise<number> {
  const [row] = await db
    .select({ held: count() })
    .from(assignments)
    .where(
      and(
        eq(assignments.projectId, options.projectId),
        eq(assignments.memberId, options.memberId),
        inArray(assignments.state, ['active', 'paused']),
        isNull(assignments.fallsBackTo),
        gt(assignments.leaseExpiresAt, options.now),
      ),
    );
  return row?.held ?? 0;
}

interface Lease {
  now: Date;
  expiresAt: Date;
  settingsVersion: number;
  guidelinesVersion: number;
}

/** Takes the question whose turn it is, and tells of it. */
async function takeNext(
  deps: Dependencies,
  { tx, member, lease }: { tx: Transaction; member: Member; lease: Lease },
): Promise<string | null> {
  const { candidate, claimed } = await takeInTurn(tx, {
    choose: () => chooseNext(tx, member),
    take: (savepoint, only) => claimOnce({ tx: savepoint, member, lease, only }),
  });
  if (claimed === null) return null;
  const assignment = {
    ...member,
    ...claimed,
    state: 'active' as const,
    openIn: null,
    leaseExpiresAt: lease.expiresAt,
  };
  const details = { questionId: candidate };
  const { actorId } = member;
  await announce(deps, { tx, assignment, before: null, what: 'claimed', actorId, at: lease.now, details });
  return claimed.id;
}

/** Which questions a member may get, and in which order they are given out. */
const nextOf = (member: Member): SQL => sql`
  q.project_id = ${member.projectId} and q.excluded_at is null and q.held < q.wanted
  and q.id is distinct from (select practice_question_id from members where id = ${member.memberId})
  and not exists (select from assignments a where a.question_id = q.id and a.member_id = ${member.memberId})`;
const inTurn = sql`q.priority desc nulls last, (q.held::float8 / q.wanted), q.created_at, q.id`;

/** The question whose turn it is, locked by others or not. */
async function chooseNext(tx: Transaction, member: Member): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(
    sql`select q.id from questions q where ${nextOf(member)} order by ${inTurn} limit 1`,
  );
  return rows[0]?.id ?? null;
}

type Claimed = Attempt<{ id: string; place: number }>;

/**
 * One statement that chooses a question, takes its lowest free place and inserts the assignment. The unique indexes over
 * (question, place) and (question, member) decide races. The lock on the question is the weakest that keeps claims
 * apart, so that writing rows that refer to the question does not hide it. The order is that of an index, of the
 * questions that have a free place; those that this member has had are passed over one by one. It passes over those that
 * others have locked too, unless it may get a certain one `only`, for which it waits.
 */
async function claimOnce(options: {
  tx: Transaction;
  member: Member;
  lease: Lease;
  only: string | null;
}): Promise<Claimed> {
  const { tx, member, lease, only } = options;
  const now = sql`${lease.now.toISOString()}::timestamptz`;
  const { rows } = await tx.execute<Record<string, unknown> & Claimed>(sql`
    with candidate as (
      select q.id, q.wanted from questions q
      where ${nextOf(member)} ${only === null ? sql`` : sql`and q.id = ${only}`}
      order by ${inTurn}
      limit 1
      for no key update of q ${only === null ? sql`skip locked` : sql``}
    ), free as (
      select candidate.id as question_id, (
        select min(places.n) from generate_series(1, candidate.wanted) as places(n)
        where not exists (select from assignments a where a.question_id = candidate.id and a.place = places.n)
      ) as place
      from candidate
    ), claimed as (
      insert into assignments (id, project_id, question_id, member_id, state, place, lease_token, lease_expires_at,
        settings_version, guidelines_version, created_at)
      select ${uuidv7()}::uuid, ${member.projectId}::uuid, question_id, ${member.memberId}::uuid, 'active', place,
        ${randomBytes(24).toString('base64url')}, ${lease.expiresAt.toISOString()}::timestamptz,
        ${lease.settingsVersion}::int, ${lease.guidelinesVersion}::int, ${now}
      from free where place is not null
      on conflict do nothing
      returning id, place, question_id
    ), counted as (
      update questions set held = held + 1 from claimed where questions.id = claimed.question_id
    )
    select
      (select id from candidate) as candidate,
      (select json_build_object('id', id, 'place', place) from claimed) as claimed`);
  return rows[0]!;
}
