import { ApiError, type Episode, type ProjectSettings } from '@rookery/shared/api';
import { BROWSER_VERSION, getBrowser } from '@rookery/shared/browser';
import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { assignments, episodes, questions } from '../../db/schema/index.ts';
import { storePage } from '../../library/index.ts';
import { readSettingsVersion } from '../projects/index.ts';
import {
  effectiveState,
  leaseLost,
  lockMember,
  noteActivity,
  notActiveError,
  pushLease,
  type Member,
} from '../tasks/index.ts';
import { settlePending } from './commands.ts';
import { sha256, storedPage, type EpisodeContext } from './context.ts';
import { drawForReview } from './figures.ts';
import { loadEpisode, type EpisodeKey } from './load.ts';
import { presentEpisode } from './present.ts';

/**
 * Where an episode stands. A command that a killed server left pending is finished first.
 * @throws ApiError `not_found`
 */
export async function getEpisode(
  context: EpisodeContext,
  key: EpisodeKey & { viewerId: string | null },
): Promise<Episode> {
  const { deps } = context;
  const loaded = await settlePending(context, await loadEpisode(deps.db, key));
  const page = await storedPage(context, { projectId: key.projectId, hash: loaded.episode.pageHash });
  return presentEpisode({ loaded, page, viewerId: key.viewerId, now: deps.clock() });
}

/**
 * Starts the episode of an assignment: it pins the browser's version and copies the settings and the question.
 * Starting it twice gives the same one.
 * @throws ApiError `not_found` when the assignment is not this member's; `lease_lost`; `wrong_state`
 */
export async function startEpisode(
  context: EpisodeContext,
  options: Member & { assignmentId: string; leaseToken: string },
): Promise<Episode> {
  const { deps } = context;
  const { projectId, memberId, assignmentId } = options;
  const [row] = await deps.db
    .select({ assignment: assignments, question: questions, episodeId: episodes.id })
    .from(assignments)
    .innerJoin(questions, eq(questions.id, assignments.questionId))
    .leftJoin(episodes, eq(episodes.assignmentId, assignments.id))
    .where(
      and(
        eq(assignments.projectId, projectId),
        eq(assignments.id, assignmentId),
        eq(assignments.memberId, memberId),
      ),
    );
  if (!row) throw new ApiError('not_found', 'There is no such task. It may belong to somebody else.');
  if (row.assignment.leaseToken !== options.leaseToken) throw leaseLost('token');
  const viewerId = memberId;
  if (row.episodeId !== null) return getEpisode(context, { projectId, episodeId: row.episodeId, viewerId });
  const state = effectiveState(row.assignment, deps.clock());
  if (state !== 'active') throw notActiveError(state);
  await insertEpisode(context, { ...options, ...row });
  const [started] = await deps.db
    .select({ id: episodes.id })
    .from(episodes)
    .where(and(eq(episodes.projectId, projectId), eq(episodes.assignmentId, assignmentId)));
  return getEpisode(context, { projectId, episodeId: started!.id, viewerId });
}

/** Does nothing if the assignment has an episode already. */
async function insertEpisode(
  context: EpisodeContext,
  options: Member & { assignment: typeof assignments.$inferSelect; question: typeof questions.$inferSelect },
): Promise<void> {
  const { deps } = context;
  const { assignment, question, projectId, memberId, actorId } = options;
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, memberId);
    const { settingsVersion } = assignment;
    const settings = await readSettingsVersion(tx, { projectId, version: settingsVersion });
    if (!settings) throw new Error('An assignment names settings that do not exist.');
    const now = deps.clock();
    const id = uuidv7();
    const inserted = await tx
      .insert(episodes)
      .values({
        ...(await freshEpisode(tx, { projectId, question, settings, settingsVersion, now })),
        id,
        kind: 'demonstration',
        assignmentId: assignment.id,
        memberId,
        reviewDraw: drawForReview(deps.config.secret, id),
      })
      .onConflictDoNothing()
      .returning({ id: episodes.id });
    if (inserted.length === 0) return;
    await noteActivity(tx, { projectId, episodeId: id, memberId, now });
    await pushLease(tx, { projectId, assignmentId: assignment.id, now, leaseMinutes: settings.leaseMinutes });
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'episode',
      objectId: id,
      kind: 'episode.started',
      after: { state: 'browsing', assignmentId: assignment.id },
      at: now,
    });
  });
}

/** An episode at its beginning: it pins the browser's version and copies the settings and the question. */
export async function freshEpisode(
  tx: Transaction,
  options: {
    projectId: string;
    question: Pick<typeof questions.$inferSelect, 'id' | 'fullText'>;
    settings: ProjectSettings;
    settingsVersion: number;
    now: Date;
  },
) {
  const { projectId, question, settings, settingsVersion, now } = options;
  const browser = getBrowser(BROWSER_VERSION);
  const page = browser.startPage();
  const pageHash = await storePage(tx, projectId, page);
  const state = browser.initialState({
    question: question.fullText,
    settings: settings.browser,
    startPageHash: pageHash,
  });
  return {
    projectId,
    questionId: question.id,
    state: 'browsing' as const,
    browserVersion: BROWSER_VERSION,
    settings: settings.browser,
    settingsVersion,
    questionText: question.fullText,
    browserState: state,
    nextSequence: 1,
    pageHash,
    startPageHash: pageHash,
    startObservationSha256: sha256(browser.observe({ state, page })),
    createdAt: now,
  };
}
