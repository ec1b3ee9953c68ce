import { ApiError } from '@rookery/shared/api';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { answerDrafts, assignments, commands, episodes, projectSettings } from '../../db/schema/index.ts';

export interface EpisodeKey {
  projectId: string;
  episodeId: string;
}

const columns = {
  episode: episodes,
  assignment: assignments,
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
    .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .innerJoin(
      projectSettings,
      and(
        eq(projectSettings.projectId, episodes.projectId),
        eq(projectSettings.version, assignments.settingsVersion),
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
    ${given('now', 'timestamptz')}, null::timestamptz, '[]'::jsonb, null
  from ${episodes} inner join ${assignments} on ${assignments.id} = ${episodes.assignmentId}
  where ${episodes.projectId} = ${given('projectId', 'uuid')} and ${episodes.id} = ${given('episodeId', 'uuid')}
    and ${episodes.nextSequence} = ${given('sequence', 'int')} and ${episodes.state} = 'browsing'
    and ${assignments.leaseToken} = ${given('leaseToken', 'text')} and ${assignments.state} = 'active'
    and ${assignments.leaseExpiresAt} > ${given('now', 'timestamptz')}`;

function prepareBegin(db: Queryable) {
  const begun = db
    .$with('begun')
    .as(db.insert(commands).select(newCommand).onConflictDoNothing().returning({ begun: commands.sequence }));
  return selectEpisode(db.with(begun), {
    extra: { isBegun: sql<boolean>`exists (select from begun)` },
    sequence: given('sequence', 'int'),
  }).prepare('rookery-begin-command');
}

export type LoadedEpisode = Awaited<ReturnType<ReturnType<typeof prepareLoad>['execute']>>[number];

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
 * A demonstration with its assignment, draft and one command: that of `sequence`, or the one that comes next, which is
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
  return row ?? notFound();
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
    now: Date;
  },
): Promise<LoadedEpisode & { isBegun: boolean }> {
  const { clientTime = null, now, ...rest } = sent;
  const statement = preparedFor(begins, { db, prepare: prepareBegin });
  const [row] = await statement.execute({ ...rest, clientTime, now: now.toISOString() });
  return row ?? notFound();
}

function notFound(): never {
  throw new ApiError(
    'not_found',
    'There is no such episode. It may belong to somebody else or to another project.',
  );
}
