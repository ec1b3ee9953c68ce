import { ApiError, type Sampled } from '@rookery/shared/api';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import {
  answerDrafts,
  assignments,
  commands,
  episodes,
  jobs,
  projectSettings,
  samples,
} from '../../db/schema/index.ts';
import { leaseLost } from '../tasks/index.ts';

export interface EpisodeKey {
  projectId: string;
  episodeId: string;
}

/** How long practice can be gone on with, in seconds; the sweeper deletes it then. */
export const practiceSeconds = 24 * 60 * 60;

const columns = {
  episode: episodes,
  assignment: assignments,
  sample: { id: samples.id, planId: samples.planId, draw: samples.draw },
  job: { state: jobs.state, attemptToken: jobs.attemptToken },
  leaseMinutes: sql<number>`(${projectSettings.settings} ->> 'leaseMinutes')::int`,
  draft: answerDrafts,
  command: commands,
};

/** The parts of a loaded episode; `on` says which of its commands. */
function selectEpisode<T extends Record<string, SQL>>(
  db: Pick<Queryable, 'select'>,
  { extra, sequence }: { extra: T; sequence: SQL },
) {
  return db
    .select({ ...columns, ...extra })
    .from(episodes)
    .leftJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .leftJoin(samples, eq(samples.id, episodes.sampleId))
    .leftJoin(jobs, eq(jobs.id, samples.jobId))
    .innerJoin(
      projectSettings,
      and(
        eq(projectSettings.projectId, episodes.projectId),
        eq(projectSettings.version, episodes.settingsVersion),
      ),
    )
    .leftJoin(answerDrafts, eq(answerDrafts.episodeId, episodes.id))
    .leftJoin(commands, and(eq(commands.episodeId, episodes.id), eq(commands.sequence, sequence)))
    .where(
      and(
        eq(episodes.projectId, sql.placeholder('projectId')),
        eq(episodes.id, sql.placeholder('episodeId')),
      ),
    );
}

const prepareLoad = (db: Queryable) =>
  selectEpisode(db, {
    extra: {},
    sequence: sql`coalesce(${sql.placeholder('sequence')}::int, ${episodes.nextSequence})`,
  }).prepare('rookery-load-episode');

const given = (name: string, type: string): SQL => sql`${sql.placeholder(name)}${sql.raw(`::${type}`)}`;

/**
 * The row of a command that is new, whose number is the next, and whose sender may send it: its columns in the order of
 * the table.
 */
const newCommand = sql`
  select ${episodes.projectId}, ${episodes.id}, ${given('sequence', 'int')}, 'pending', ${given('command', 'text')},
    null::boolean, null, null::boolean, null, null, ${given('clientTime', 'timestamptz')},
    ${given('now', 'timestamptz')}, null::timestamptz, '[]'::jsonb, null, ${given('sampled', 'jsonb')}
  from ${episodes} left join ${assignments} on ${assignments.id} = ${episodes.assignmentId}
    left join ${samples} on ${samples.id} = ${episodes.sampleId} left join ${jobs} on ${jobs.id} = ${samples.jobId}
  where ${episodes.projectId} = ${given('projectId', 'uuid')} and ${episodes.id} = ${given('episodeId', 'uuid')}
    and ${episodes.nextSequence} = ${given('sequence', 'int')} and ${episodes.state} = 'browsing'
    and case ${episodes.kind}
      when 'practice' then ${episodes.id}::text = ${given('leaseToken', 'text')}
        and ${episodes.createdAt} > ${given('now', 'timestamptz')} - make_interval(secs => ${practiceSeconds})
      when 'sample' then ${jobs.attemptToken} = ${given('leaseToken', 'text')} and ${jobs.state} = 'running'
        and ${samples.draw} = ${episodes.draw}
      else ${assignments.leaseToken} = ${given('leaseToken', 'text')} and ${assignments.state} = 'active'
        and ${assignments.leaseExpiresAt} > ${given('now', 'timestamptz')} end`;

function prepareBegin(db: Queryable) {
  const begun = db
    .$with('begun')
    .as(db.insert(commands).select(newCommand).onConflictDoNothing().returning({ begun: commands.sequence }));
  return selectEpisode(db.with(begun), {
    extra: { isBegun: sql<boolean>`exists (select from begun)` },
    sequence: given('sequence', 'int'),
  }).prepare('rookery-begin-command');
}

type Row = Awaited<ReturnType<ReturnType<typeof prepareLoad>['execute']>>[number];
type AssignmentRow = typeof assignments.$inferSelect;

/**
 * Under what an episode is worked on: a demonstration's assignment; practice has none, and a lease that nobody else could
 * want; that of a sample is the attempt that runs at its job, and nobody's while none does, or once it was drawn again.
 */
export type EpisodeLease = Pick<AssignmentRow, 'state' | 'fallsBackTo' | 'leaseExpiresAt' | 'endedAt'> &
  (
    | { id: string; memberId: string; leaseToken: string }
    | { id: null; memberId: string; leaseToken: string }
    | { id: null; memberId: null; leaseToken: string | null }
  );

export type LoadedEpisode = Omit<Row, 'assignment'> & { assignment: EpisodeLease };

/** Of a lease that has no end of its own. */
const never = new Date(8.64e15);

const isOpen = ({ state }: Row['episode']): boolean => state === 'browsing' || state === 'answering';

/** The lease of practice: its token is no secret, since only the person's own requests come as far as it. */
function practiceLease(episode: Row['episode']): EpisodeLease {
  if (episode.memberId === null) throw new Error(`Episode ${episode.id} is nobody's.`);
  return {
    id: null,
    memberId: episode.memberId,
    state: isOpen(episode) ? 'active' : 'submitted',
    fallsBackTo: null,
    leaseToken: episode.id,
    leaseExpiresAt: new Date(episode.createdAt.getTime() + practiceSeconds * 1000),
    endedAt: episode.endedAt,
  };
}

function sampleLease({ episode, sample, job }: Omit<Row, 'assignment'>): EpisodeLease {
  const isPresent = job?.state === 'running' && sample?.draw === episode.draw;
  return {
    id: null,
    memberId: null,
    state: isOpen(episode) ? 'active' : 'submitted',
    fallsBackTo: null,
    leaseToken: isPresent ? job.attemptToken : null,
    leaseExpiresAt: never,
    endedAt: episode.endedAt,
  };
}

function withLease<T extends Row>(row: T): Omit<T, 'assignment'> & { assignment: EpisodeLease } {
  const leaseOfOther = (): EpisodeLease =>
    row.episode.kind === 'sample' ? sampleLease(row) : practiceLease(row.episode);
  return { ...row, assignment: row.assignment ?? leaseOfOther() };
}

/** The error for whoever holds another token than the one that counts now. */
export function tokenLost({ episode }: Pick<LoadedEpisode, 'episode'>): ApiError {
  if (episode.kind !== 'sample') return leaseLost('token');
  const message =
    'The job of this sample is not run by the attempt with this token any more: it was begun again, held or ended. Drop it.';
  return new ApiError('lease_lost', message, { details: { reason: 'token' } });
}

/** These statements begin every step of every episode: they are built once, and PostgreSQL keeps their plans. */
const loads = new WeakMap<Queryable, ReturnType<typeof prepareLoad>>();
const begins = new WeakMap<Queryable, ReturnType<typeof prepareBegin>>();

function preparedFor<T>(
  known: WeakMap<Queryable, T>,
  { db, prepare }: { db: Queryable; prepare: (db: Queryable) => T },
): T {
  const statement = known.get(db) ?? prepare(db);
  known.set(db, statement);
  return statement;
}

/**
 * An episode with its lease, draft and one command: that of `sequence`, or the one that comes next, which is
 * there only while it is pending.
 * @throws ApiError `not_found`
 */
export async function loadEpisode(
  db: Queryable,
  key: EpisodeKey & { sequence?: number },
): Promise<LoadedEpisode> {
  const { projectId, episodeId, sequence = null } = key;
  const [row] = await preparedFor(loads, { db, prepare: prepareLoad }).execute({
    projectId,
    episodeId,
    sequence,
  });
  return row ? withLease(row) : notFound();
}

/**
 * Writes a command as pending, if its number is the next one and its lease holds, and loads the episode as it was
 * before: `isBegun` says whether it was written, `command` is what stood under its number already.
 * @throws ApiError `not_found`
 */
export async function beginCommand(
  db: Queryable,
  sent: EpisodeKey & {
    sequence: number;
    command: string;
    leaseToken: string;
    clientTime?: string | undefined;
    sampled?: Sampled | undefined;
    now: Date;
  },
): Promise<LoadedEpisode & { isBegun: boolean }> {
  const { projectId, episodeId, sequence, command, leaseToken, clientTime = null, now } = sent;
  const sampled = sent.sampled === undefined ? null : JSON.stringify(sent.sampled);
  const statement = preparedFor(begins, { db, prepare: prepareBegin });
  const [row] = await statement.execute({
    projectId,
    episodeId,
    sequence,
    command,
    leaseToken,
    clientTime,
    sampled,
    now: now.toISOString(),
  });
  return row ? withLease(row) : notFound();
}

function notFound(): never {
  throw new ApiError(
    'not_found',
    'There is no such episode. It may belong to somebody else or to another project.',
  );
}
