import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { executeNamed, type ValuesOrPlaceholders } from '../../db/named.ts';
import { episodes, samples } from '../../db/schema/index.ts';
import {
  activityParts,
  activityValues,
  finishAssignment,
  isRecorded,
  noteActivity,
  type Activity,
} from '../tasks/index.ts';
import { announceStep } from './announce.ts';
import { activeMsOf } from './figures.ts';
import type { Step } from './commands.ts';
import type { EpisodeContext } from './context.ts';
import type { LoadedEpisode } from './load.ts';
import { stateNameOf } from './present.ts';

/** A step, and the episode's row before and after it. */
interface Move {
  loaded: LoadedEpisode;
  after: LoadedEpisode['episode'];
  step: Step;
  now: Date;
  /** Whether this is the person's act now: one that is completed on their behalf is no activity. */
  isActing: boolean;
}

/** What became of it, as the statement says. */
interface Moved {
  is_moved: boolean;
  /** The end of the lease, in milliseconds since 1970; null if it was not pushed on. */
  lease_ms: number | null;
  is_recorded: boolean;
}

/**
 * Stores a step: the episode moves on by compare-and-set on its next sequence number, and with it its command becomes
 * done, the lease is pushed on and the person's activity is recorded. All of it happens or, with the number used, none.
 * An episode that ends without an answer ends its assignment too, or its sample.
 * @returns the episode as it is then, or `superseded` when the number is used already and nothing was changed.
 */
export async function storeStep(
  context: EpisodeContext,
  options: Pick<Move, 'loaded' | 'step' | 'isActing'>,
): Promise<LoadedEpisode | 'superseded'> {
  const { episode } = options.loaded;
  const { step } = options;
  const now = context.deps.clock();
  const state = stateNameOf(step.state);
  const after: LoadedEpisode['episode'] = {
    ...episode,
    state,
    browserState: step.state,
    nextSequence: episode.nextSequence + 1,
    pageHash: step.pageHash,
    browsedAt: state === 'browsing' ? null : now,
    endedAt: isOver(state) ? now : null,
    ending: step.state.ending,
    quotes: step.state.quotes.length,
    invalidCommands: episode.invalidCommands + (step.outcome.valid ? 0 : 1),
    censoredCommands: episode.censoredCommands + (step.censored.length > 0 ? 1 : 0),
  };
  const move = { ...options, after, now };
  const result = state === 'browsing' ? await goOn(context, move) : await endBrowsing(context, move);
  if (result !== 'superseded') announceStep(context, result);
  if (result !== 'superseded' && isOver(state) && result.sample) {
    const { projectId } = episode;
    context.deps.live.publishSoon(
      { projectId },
      { type: 'sampling-plan', projectId, planId: result.sample.planId },
    );
  }
  return result;
}

const isOver = (state: LoadedEpisode['episode']['state']): boolean =>
  state === 'flagged' || state === 'ended';

/** The usual step is one statement, which is its own transaction: few trips to the database are what makes it fast. */
async function goOn(context: EpisodeContext, move: Move): Promise<LoadedEpisode | 'superseded'> {
  const { deps } = context;
  const [moved] = await executeNamed<Moved, StepValues>(deps.pool, { ...namedMove, values: valuesOf(move) });
  if (!moved?.is_moved) return 'superseded';
  // Another tab of the person recorded activity at the same moment.
  const activity = activityOf(move);
  if (activity && !moved.is_recorded) await noteActivity(deps.db, activity);
  return asMoved(move, moved);
}

/** A step that ends browsing changes states, which are events; and it may end the assignment or the sample. */
async function endBrowsing(context: EpisodeContext, move: Move): Promise<LoadedEpisode | 'superseded'> {
  const { loaded, after } = move;
  const { episode, assignment, sample } = loaded;
  return context.deps.db.transaction(async (tx) => {
    // Rows are always locked in the same order: sample, then episode.
    if (sample)
      await tx.select({ id: samples.id }).from(samples).where(eq(samples.id, sample.id)).for('update');
    const { rows } = await tx.execute<Record<string, unknown> & Moved>(moveStatement(valuesOf(move)));
    const moved = rows[0];
    if (!moved?.is_moved) return 'superseded';
    // Practice leaves nothing behind.
    if (episode.kind === 'practice') return asMoved(move, moved);
    const activity = activityOf(move);
    if (activity && !moved.is_recorded) await noteActivity(tx, activity);
    const actorId = assignment.id === null ? null : await personOf(tx, { episode, assignment });
    await recordEnd(tx, { move, actorId });
    if (!isOver(after.state)) return asMoved(move, moved);
    if (assignment.id !== null) {
      return endDemonstration(context, { tx, move, actorId, assignmentId: assignment.id });
    }
    await endSample(tx, move);
    return asMoved(move, moved);
  });
}

const recordEnd = (
  tx: Transaction,
  { move: { loaded, after, step, now }, actorId }: { move: Move; actorId: string | null },
): Promise<void> =>
  recordEvent(tx, {
    projectId: after.projectId,
    actorId,
    objectType: 'episode',
    objectId: after.id,
    kind: `episode.${after.state}`,
    before: { state: loaded.episode.state },
    after: { state: after.state, ending: step.state.ending },
    at: now,
  });

async function endDemonstration(
  { deps }: EpisodeContext,
  options: { tx: Transaction; move: Move; actorId: string | null; assignmentId: string },
): Promise<LoadedEpisode> {
  const { tx, move, actorId, assignmentId } = options;
  const { loaded, after, now } = move;
  const { assignment } = loaded;
  const { projectId, id: episodeId } = after;
  await tx
    .update(episodes)
    .set({ activeMs: activeMsOf(episodeId) })
    .where(eq(episodes.id, episodeId));
  const finished = await finishAssignment(deps, {
    tx,
    projectId,
    assignmentId,
    actorId,
    at: now,
  });
  return { ...loaded, episode: after, assignment: { ...assignment, state: finished.state, endedAt: now } };
}

/** A sample whose present draw ends without an answer is done, unless it was cancelled. */
async function endSample(tx: Transaction, { loaded: { sample }, after, now }: Move): Promise<void> {
  if (!sample || after.draw === null) return;
  await tx
    .update(samples)
    .set({ state: 'no-answer', endedAt: now })
    .where(
      and(
        eq(samples.id, sample.id),
        eq(samples.draw, after.draw),
        inArray(samples.state, ['waiting', 'running']),
      ),
    );
}

function asMoved({ loaded, after }: Move, { lease_ms: leaseMs }: Moved): LoadedEpisode {
  const { assignment } = loaded;
  const leaseExpiresAt = leaseMs === null ? assignment.leaseExpiresAt : new Date(leaseMs);
  return { ...loaded, episode: after, assignment: { ...assignment, leaseExpiresAt } };
}

/** Of whom and when the step is activity; null if it is none: practice counts nowhere, and a policy is not active. */
function activityOf({ isActing, loaded: { episode, assignment }, now }: Move): Activity | null {
  if (!isActing || assignment.id === null) return null;
  return { projectId: episode.projectId, episodeId: episode.id, memberId: assignment.memberId, now };
}

/** What the statement of a step is about, times in ISO 8601. */
type StepValues = ReturnType<typeof valuesOf>;

function valuesOf(move: Move) {
  const { loaded, after, step } = move;
  const { episode, assignment, leaseMinutes } = loaded;
  const isActing = activityOf(move) !== null;
  return {
    ...activityValues({
      projectId: episode.projectId,
      episodeId: episode.id,
      memberId: assignment.memberId,
      now: move.now,
    }),
    sequence: episode.nextSequence,
    browserState: JSON.stringify(after.browserState),
    state: after.state,
    nextSequence: after.nextSequence,
    pageHash: step.pageHash,
    browsedAt: after.browsedAt?.toISOString() ?? null,
    endedAt: after.endedAt?.toISOString() ?? null,
    ending: after.ending,
    quotes: after.quotes,
    invalidCommands: after.invalidCommands,
    censoredCommands: after.censoredCommands,
    isValid: step.outcome.valid,
    invalidReason: step.outcome.reason,
    found: step.outcome.found,
    observationSha256: step.observationSha256,
    censored: JSON.stringify(step.censored),
    searchVersion: step.searchVersion,
    assignmentId: assignment.id,
    leaseEnd: new Date(move.now.getTime() + leaseMinutes * 60_000).toISOString(),
    isActing,
    pushesLease: isActing && !isOver(after.state),
  };
}

/**
 * The statement of a step. Each part waits for the one before, so that rows are always locked in the same order:
 * episode, assignment, interval of activity. An assignment that is about to end is left to `finishAssignment`, which
 * locks its question first.
 */
function moveStatement(v: ValuesOrPlaceholders<StepValues>): SQL {
  const gate = sql`${v.isActing}::boolean and exists (select from moved) and (select count(*) from pushed) >= 0`;
  return sql`
    with moved as (
      update episodes set browser_state = ${v.browserState}::jsonb, state = ${v.state},
        next_sequence = ${v.nextSequence}::int, page_hash = ${v.pageHash},
        browsed_at = ${v.browsedAt}::timestamptz, ended_at = ${v.endedAt}::timestamptz, ending = ${v.ending},
        quotes = ${v.quotes}::int, invalid_commands = ${v.invalidCommands}::int,
        censored_commands = ${v.censoredCommands}::int
      where project_id = ${v.projectId}::uuid and id = ${v.episodeId}::uuid and next_sequence = ${v.sequence}::int
      returning id
    ), done as (
      update commands set status = 'done', is_valid = ${v.isValid}::boolean,
        invalid_reason = ${v.invalidReason}, found = ${v.found}::boolean, page_hash = ${v.pageHash},
        observation_sha256 = ${v.observationSha256}, completed_at = ${v.now}::timestamptz,
        censored = ${v.censored}::jsonb, search_version = ${v.searchVersion}
      from moved
      where commands.episode_id = moved.id and commands.sequence = ${v.sequence}::int
      returning 1
    ), pushed as (
      update assignments set lease_expires_at = greatest(lease_expires_at, ${v.leaseEnd}::timestamptz)
      from moved
      where assignments.id = ${v.assignmentId}::uuid and assignments.state = 'active' and ${v.pushesLease}::boolean
      returning lease_expires_at
    ), ${activityParts(v, gate)}
    select (select count(*) = 1 from moved) as is_moved,
      (select (extract(epoch from lease_expires_at) * 1000)::float8 from pushed) as lease_ms,
      ${isRecorded} as is_recorded`;
}

const namedMove = { name: 'rookery-step', build: moveStatement };

/** The person behind an episode, for events. */
async function personOf(
  tx: Transaction,
  { episode, assignment }: Pick<LoadedEpisode, 'episode' | 'assignment'>,
): Promise<string> {
  const { rows } = await tx.execute<{ person_id: string }>(sql`
    select person_id from members where project_id = ${episode.projectId} and id = ${assignment.memberId}`);
  return rows[0]!.person_id;
}
