import { currentForm, sampleRequiredFields, sides, type FormName } from '@rookery/shared/comparisons';
import { sql, type SQL } from 'drizzle-orm';
import { createHmac, randomInt } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { currentGuidelines } from '../guidelines/index.ts';
import {
  createLeaseToken,
  lockMember,
  maxLostRaces,
  simulatedRefused,
  takeInTurn,
  tooMany,
  tryTake,
  type Attempt,
  type Member,
} from '../tasks/index.ts';
import { tell } from './announce.ts';
import { comparisonSettingsSchema } from './load.ts';
import { expireComparisonsOf } from './places.ts';

export type Claim =
  | { comparisonId: string; reason: null }
  | { comparisonId: null; reason: 'none_left' | 'too_many_leases' | 'paused' };

/**
 * Leases a pair to a rater that they have not had and of whose answers they wrote none: of the highest priority, of these
 * the one of whose wanted comparisons the smallest part is done or under way, of these by lot. One of every so many tasks is a
 * calibration pair, while there are any that they have not had; so is every task when nothing else is left.
 */
export async function claimComparison(deps: Dependencies, member: Member): Promise<Claim> {
  await expireComparisonsOf(deps, member.projectId);
  const claim = await deps.db.transaction(async (tx): Promise<Claim> => {
    await lockMember(tx, member.memberId);
    const now = deps.clock();
    const standing = await readStanding(tx, { ...member, now });
    if (standing.isSimulated && standing.simulation === 'refused') throw simulatedRefused();
    if (standing.isPaused) return { comparisonId: null, reason: 'paused' };
    const settings = comparisonSettingsSchema.parse(standing.settings ?? undefined);
    if (standing.leases >= settings.leasesPerPerson) return { comparisonId: null, reason: 'too_many_leases' };
    const { projectId } = member;
    const form = currentForm(standing.ratingForm);
    const guidelines = await currentGuidelines(tx, { projectId, kind: form.name, now });
    const task: Task = {
      form: form.name,
      formVersion: form.version,
      requiredFields: sampleRequiredFields(form, {
        lot: randomInt(2 ** 40) / 2 ** 40,
        everythingPercent: settings.everythingPercent,
      }),
      usuallyA: standing.shownAsA - standing.shownAsB,
      now,
      expiresAt: new Date(now.getTime() + settings.leaseMinutes * 60_000),
      settingsVersion: standing.settingsVersion,
      guidelinesVersion: guidelines.version,
    };
    const ways = [takeNext, takeCalibration];
    const isDue = isCalibrationDue(deps.config.secret, {
      memberId: member.memberId,
      tasks: standing.tasks,
      every: settings.calibrationEvery,
    });
    for (const take of isDue ? ways.toReversed() : ways) {
      const comparisonId = await take(tx, { member, task });
      if (comparisonId !== null) return { comparisonId, reason: null };
    }
    return { comparisonId: null, reason: 'none_left' };
  });
  if (claim.comparisonId !== null) tellOfClaim(deps, { member, comparisonId: claim.comparisonId });
  return claim;
}

/**
 * Whether the next task is to be a calibration pair: of every so many tasks of a member one is, and the lot says which, so that
 * nobody can tell by counting.
 */
export function isCalibrationDue(
  secret: string,
  { memberId, tasks, every }: { memberId: string; tasks: number; every: number },
): boolean {
  const drawn = createHmac('sha256', secret)
    .update(`calibration\n${memberId}\n${Math.floor(tasks / every)}`)
    .digest()
    .readUInt32BE(0);
  return tasks % every === drawn % every;
}

/** That the lease has begun; its end is read over HTTP. */
function tellOfClaim(deps: Dependencies, claim: { member: Member; comparisonId: string }): void {
  const { projectId, memberId } = claim.member;
  const state = { state: 'active', leaseExpiresAt: null, draftVersion: 0 } as const;
  tell(deps, { id: claim.comparisonId, projectId, memberId, ...state });
}

interface Standing {
  ratingForm: FormName;
  isPaused: boolean;
  isSimulated: boolean;
  settingsVersion: number;
  settings: unknown;
  simulation: 'refused' | 'allowed' | null;
  leases: number;
  /** How many tasks they have ever had, and how many of these showed the pair's first answer on which side. */
  tasks: number;
  shownAsA: number;
  shownAsB: number;
}

/** What decides about a member's next task; exact only under the member's lock. */
async function readStanding(tx: Transaction, { memberId, now }: Member & { now: Date }): Promise<Standing> {
  const { rows } = await tx.execute<Record<string, unknown> & Standing>(sql`
    select m.rating_form as "ratingForm", m.paused_at is not null as "isPaused", m.is_simulated as "isSimulated",
      s.version as "settingsVersion", s.settings -> 'comparisons' as settings,
      coalesce(s.settings ->> 'simulation', 'refused') as simulation, had.*
    from members m
    join projects p on p.id = m.project_id
    join project_settings s on s.project_id = p.id and s.version = p.settings_version
    cross join lateral (
      select count(*)::int as tasks,
        (count(*) filter (where c.state = 'active' and c.lease_expires_at > ${now.toISOString()}::timestamptz))::int as leases,
        (count(*) filter (where c.first_side = 'a'))::int as "shownAsA",
        (count(*) filter (where c.first_side = 'b'))::int as "shownAsB"
      from comparisons c where c.project_id = m.project_id and c.member_id = m.id
    ) as had
    where m.id = ${memberId}`);
  return rows[0]!;
}

interface Task {
  form: FormName;
  formVersion: number;
  requiredFields: string[];
  /** How much more often the rater was shown the first answer as A than as B. */
  usuallyA: number;
  now: Date;
  expiresAt: Date;
  settingsVersion: number;
  guidelinesVersion: number;
}

interface Taking {
  member: Member;
  task: Task;
}

/**
 * Whether a member may get a pair `p` of their form at all. `offset 0` keeps each condition a look-up for the pair at hand:
 * joined, the whole tables would be read before the first pair is found.
 */
const mayGet = (member: Pick<Member, 'projectId' | 'memberId'>, form: unknown): SQL => sql`
  p.project_id = ${member.projectId} and p.form = ${form} and p.excluded_at is null
  and not exists (select from comparisons c where c.pair_id = p.id and c.member_id = ${member.memberId} offset 0)
  and not exists (select from questions q where q.id = p.question_id and q.excluded_at is not null offset 0)
  and not exists (
    select from answers a
    where a.id in (p.first_answer_id, p.second_answer_id) and a.author_id = ${member.memberId} offset 0)`;

/** Whether there is a pair that a member of a form could get now. */
export const isAnyAvailable = (member: Pick<Member, 'projectId' | 'memberId'>, form: unknown): SQL<boolean> =>
  sql<boolean>`(exists (select from pairs p where ${mayGet(member, form)} and not p.is_calibration and p.held < p.wanted)
    or exists (select from pairs p where ${mayGet(member, form)} and p.is_calibration))`;

/** Takes the pair whose turn it is. */
async function takeNext(tx: Transaction, options: Taking): Promise<string | null> {
  const { claimed } = await takeInTurn(tx, {
    choose: () => chooseNext(tx, options),
    take: (savepoint, only) => takeOnce(savepoint, { ...options, only }),
  });
  return claimed;
}

/** Which pairs a member may get that have a free place, and in which order they are given out. */
const nextOf = ({ member, task }: Taking): SQL =>
  sql`${mayGet(member, task.form)} and not p.is_calibration and p.held < p.wanted`;
const inTurn = sql`p.priority desc nulls last, (p.held::float8 / p.wanted), p.lot, p.id`;

/** The pair whose turn it is, locked by others or not. */
async function chooseNext(tx: Transaction, options: Taking): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(
    sql`select p.id from pairs p where ${nextOf(options)} order by ${inTurn} limit 1`,
  );
  return rows[0]?.id ?? null;
}

/**
 * One statement that chooses a pair, takes its lowest free place and inserts the comparison. The unique indexes over
 * (pair, place) and (pair, member) decide races, and what was claimed meanwhile takes the place, so that the sides are
 * counted right too. The order is that of an index, of the pairs that have a free place. It passes over those that others
 * have locked, unless it may get a certain one `only`, for which it waits.
 */
async function takeOnce(
  tx: Transaction,
  { member, task, only }: Taking & { only: string | null },
): Promise<Attempt<string>> {
  const { rows } = await tx.execute<Record<string, unknown> & Attempt<string>>(sql`
    with candidate as (
      select p.id, p.wanted from pairs p
      where ${nextOf({ member, task })} ${only === null ? sql`` : sql`and p.id = ${only}`}
      order by ${inTurn}
      limit 1
      for no key update of p ${only === null ? sql`skip locked` : sql``}
    ), free as (
      select candidate.id as pair_id, false as is_calibration, (
        select min(places.n) from generate_series(1, candidate.wanted) as places(n)
        where not exists (select from comparisons c where c.pair_id = candidate.id and c.place = places.n)
      ) as place
      from candidate
    ), chosen as (
      select * from free where place is not null
    ), ${insertChosen({ member, task })}, counted as (
      update pairs set held = held + 1 from claimed where pairs.id = claimed.pair_id
    )
    select (select id from candidate) as candidate, (select id from claimed) as claimed`);
  return rows[0]!;
}

/** A calibration pair takes no place; its lock keeps the sides balanced when many get it at once. */
async function takeCalibration(tx: Transaction, options: Taking): Promise<string | null> {
  const { member, task } = options;
  const mayCalibrate = sql`${mayGet(member, task.form)} and p.is_calibration`;
  for (let tries = 0; tries < maxLostRaces; tries += 1) {
    const { rows } = await tx.execute<{ id: string }>(
      sql`select p.id from pairs p where ${mayCalibrate} order by p.lot, p.id limit 1`,
    );
    const candidate = rows[0]?.id;
    if (candidate === undefined) return null;
    const { claimed } = await tryTake(tx, async (savepoint) => {
      const locked = await savepoint.execute(
        sql`select from pairs p where ${mayCalibrate} and p.id = ${candidate} for no key update of p`,
      );
      if (locked.rows.length === 0) return { candidate, claimed: null };
      const inserted = await savepoint.execute<{ id: string }>(sql`
        with chosen as (select ${candidate}::uuid as pair_id, true as is_calibration, null::int as place),
          ${insertChosen(options)}
        select id from claimed`);
      return { candidate, claimed: inserted.rows[0]?.id ?? null };
    });
    if (claimed !== null) return claimed;
  }
  throw tooMany();
}

/**
 * The parts of a `with` that insert the comparison of the pair that is `chosen`, and its event. The pair's first answer is
 * shown on the side where it was shown less within the pair, else where this rater was shown first answers less, else
 * where a fair coin says.
 */
function insertChosen({ member, task }: Taking): SQL {
  const now = sql`${task.now.toISOString()}::timestamptz`;
  const { usuallyA } = task;
  const otherwise = usuallyA < 0 ? 'a' : usuallyA > 0 ? 'b' : sides[randomInt(2)]!;
  return sql`sided as (
      select chosen.*, (
        select case when count(*) filter (where c.first_side = 'a') < count(*) filter (where c.first_side = 'b') then 'a'
          when count(*) filter (where c.first_side = 'a') > count(*) filter (where c.first_side = 'b') then 'b'
          else ${otherwise} end
        from comparisons c where c.pair_id = chosen.pair_id and c.state in ('active', 'submitted', 'surplus', 'expired')
      ) as first_side
      from chosen
    ), claimed as (
      insert into comparisons (id, project_id, pair_id, origin, state, form, form_version, member_id, is_calibration, place,
        first_side, required_fields, lease_token, lease_expires_at, settings_version, guidelines_version, created_at)
      select ${uuidv7()}::uuid, ${member.projectId}::uuid, pair_id, 'rater', 'active', ${task.form}, ${task.formVersion}::int,
        ${member.memberId}::uuid, is_calibration, place, first_side,
        (select array_agg(field) from jsonb_array_elements_text(${JSON.stringify(task.requiredFields)}::jsonb) as field),
        ${createLeaseToken()}, ${task.expiresAt.toISOString()}::timestamptz, ${task.settingsVersion}::int,
        ${task.guidelinesVersion}::int, ${now}
      from sided
      on conflict do nothing
      returning id, pair_id, place
    ), told as (
      insert into events (id, project_id, actor_id, object_type, object_id, kind, after, at)
      select ${uuidv7()}::uuid, ${member.projectId}::uuid, ${member.actorId}::uuid, 'comparison', id, 'comparison.claimed',
        jsonb_build_object('state', 'active', 'place', place), ${now}
      from claimed
    )`;
}
