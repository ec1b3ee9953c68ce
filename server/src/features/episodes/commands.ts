import { ApiError, type Episode, type Sampled } from '@rookery/shared/api';
import {
  getBrowser,
  type CensoredItem,
  type EpisodeState,
  type Outcome,
  type Page,
  type Plan,
  type ShownPage,
} from '@rookery/shared/browser';
import { hashOfPage, storePage } from '../../library/index.ts';
import { effectiveState, notActiveError } from '../tasks/index.ts';
import { sha256, storedPage, type EpisodeContext } from './context.ts';
import { fetchPage, type FetchedPage } from './fetch-page.ts';
import { beginCommand, loadEpisode, tokenLost, type EpisodeKey, type LoadedEpisode } from './load.ts';
import { presentEpisode } from './present.ts';
import { storeStep } from './store-step.ts';
import { countTokens } from '../../tokens.ts';

export interface CommandAnswer {
  sequence: number;
  outcome: { isValid: boolean; reason: string | null; found: boolean | null };
  observationSha256: string;
  episode: Episode;
}

/** What a command came to. */
export interface Answered {
  answer: CommandAnswer;
  /** Makes the observation where the episode stands in the answer. */
  observe: () => string;
}

export interface SentCommand extends EpisodeKey {
  /** Null: a model worker, in a sample. */
  memberId: string | null;
  sequence: number;
  /** Exactly as sent. */
  command: string;
  leaseToken: string;
  /** The client's claim. */
  clientTime?: string | undefined;
  /** How a policy came to it; kept with it. */
  sampled?: Sampled | undefined;
  withObservation?: boolean | undefined;
}

/**
 * Carries out a command: its row is written as pending, its page fetched outside any transaction, then outcome and
 * observation stored together with the new state, if no other command has come before. The same command under the same
 * number is answered the same, whenever it comes: it waits for the one in flight, completes what a killed server left,
 * or is told what is stored.
 * @throws ApiError `sequence_conflict` for another command under a used number, or a number that is not the next;
 *   `lease_lost`; `wrong_state` when browsing has ended; `invalid_request` for a person's command that says it was sampled.
 */
export async function sendCommand(
  context: EpisodeContext,
  sent: SentCommand,
): Promise<CommandAnswer & { observation: string | null }> {
  if (sent.sampled && sent.memberId !== null) {
    throw new ApiError('invalid_request', 'Only commands of samples are sampled: leave `sampled` out.');
  }
  const { answer, observe } = await answerOnce(context, sent);
  return { ...answer, observation: sent.withObservation ? observe() : null };
}

async function answerOnce(context: EpisodeContext, sent: SentCommand): Promise<Answered> {
  const key = keyOf(sent);
  for (;;) {
    const running = context.inFlight.get(key);
    if (!running) return track(context, { key, sent, work: () => answerCommand(context, sent) });
    if (running.command === sent.command && running.leaseToken === sent.leaseToken) return running.answer;
    await settled(running.answer);
  }
}

/** Answers a command that this server is not working on yet. */
async function answerCommand(context: EpisodeContext, sent: SentCommand): Promise<Answered> {
  const { deps } = context;
  for (;;) {
    const loaded = await beginCommand(deps.db, { ...sent, now: deps.clock() });
    const { episode, assignment, command: stored, isBegun } = loaded;
    if (isBegun) return carryOut(context, { loaded, command: sent.command, isActing: true });
    if (assignment.leaseToken !== sent.leaseToken) throw tokenLost(loaded);
    if (sent.sequence < episode.nextSequence && stored?.command === sent.command) {
      return storedAnswer(context, { loaded, viewerId: sent.memberId });
    }
    if (sent.sequence !== episode.nextSequence) throw sequenceConflict(episode.nextSequence);
    if (stored) {
      // Accepted by a server that was killed, or that is still at it: whoever is first stores it.
      const isSame = stored.command === sent.command;
      const answered = await carryOut(context, { loaded, command: stored.command, isActing: isSame });
      if (isSame) return answered;
      throw sequenceConflict(answered.answer.episode.nextSequence);
    }
    if (episode.state !== 'browsing') throw browsingEnded(loaded);
    const state = effectiveState(assignment, deps.clock());
    if (state !== 'active') throw notActiveError(state);
    // Another server wrote this number while the statement ran: now it can be seen.
  }
}

/**
 * Finishes the command that a killed server left behind, so that the episode stands where its person saw it last or one
 * step further; waits for one that is in flight here. When it cannot be finished now, the episode is as it was before.
 */
export async function settlePending(context: EpisodeContext, loaded: LoadedEpisode): Promise<LoadedEpisode> {
  const { episode, command } = loaded;
  if (!command || command.status !== 'pending') return loaded;
  const key = { projectId: episode.projectId, episodeId: episode.id };
  const { sequence } = command;
  const inFlight = keyOf({ ...key, sequence });
  const sent = { command: command.command, leaseToken: loaded.assignment.leaseToken };
  const work = async (): Promise<Answered> => {
    // What was in flight here when the episode was loaded may be stored by now.
    const now = await loadEpisode(context.deps.db, { ...key, sequence });
    return now.episode.nextSequence > sequence
      ? storedAnswer(context, { loaded: now, viewerId: now.assignment.memberId })
      : carryOut(context, { loaded: now, command: command.command, isActing: false });
  };
  const answer = context.inFlight.get(inFlight)?.answer ?? track(context, { key: inFlight, sent, work });
  await answer.catch((error: unknown) => {
    context.deps.log.error({ err: error, episodeId: episode.id }, 'a pending command could not be completed');
  });
  return loadEpisode(context.deps.db, key);
}

const keyOf = (key: EpisodeKey & { sequence: number }): string => `${key.episodeId}/${key.sequence}`;

const settled = (answer: Promise<unknown>): Promise<unknown> => answer.catch(() => undefined);

/** Registers the work on a command, so that the same one sent meanwhile waits for it. */
function track(
  context: EpisodeContext,
  options: {
    key: string;
    sent: { command: string; leaseToken: string | null };
    work: () => Promise<Answered>;
  },
): Promise<Answered> {
  const { key, work } = options;
  const { command, leaseToken } = options.sent;
  const answer = work().finally(() => context.inFlight.delete(key));
  context.inFlight.set(key, { command, leaseToken, answer });
  return answer;
}

/** What a step changes. */
export interface Step {
  state: EpisodeState;
  page: Page;
  pageHash: string;
  outcome: Outcome;
  observation: string;
  observationSha256: string;
  /** What was kept from the page, and how a search was carried out: for leads. */
  censored: CensoredItem[];
  searchVersion: string | null;
}

/** Applies a command whose row is pending, stores the step, and answers with what is stored then. */
async function carryOut(
  context: EpisodeContext,
  options: { loaded: LoadedEpisode; command: string; isActing: boolean },
): Promise<Answered> {
  const { loaded, command, isActing } = options;
  const { episode, assignment } = loaded;
  const { projectId } = episode;
  const viewerId = assignment.memberId;
  const page = await storedPage(context, { projectId, hash: episode.pageHash });
  const step = await takeStep(context, { loaded, page, command });
  const result = await storeStep(context, { loaded, step, isActing });
  if (result === 'superseded') {
    const sequence = episode.nextSequence;
    const now = await loadEpisode(context.deps.db, { projectId, episodeId: episode.id, sequence });
    if (now.command?.command !== command) throw sequenceConflict(now.episode.nextSequence);
    return storedAnswer(context, { loaded: now, viewerId });
  }
  const { valid, reason, found } = step.outcome;
  const answer = {
    sequence: episode.nextSequence,
    outcome: { isValid: valid, reason, found },
    observationSha256: step.observationSha256,
    episode: presentEpisode({ loaded: result, page: step.page, viewerId, now: context.deps.clock() }),
  };
  return { answer, observe: () => step.observation };
}

async function takeStep(
  context: EpisodeContext,
  options: { loaded: LoadedEpisode; page: Page; command: string },
): Promise<Step> {
  const { loaded, page } = options;
  const { episode } = loaded;
  const browser = getBrowser(episode.browserVersion);
  const state = episode.browserState;
  const command = browser.parseCommand(options.command);
  const fetched = await fetchPlanned(context, {
    plan: browser.planCommand({ state, page, command }),
    episode,
  });
  const applied = browser.applyCommand({ state, page, command, fetched, countTokens });
  const observation = browser.observe(applied);
  return {
    ...applied,
    pageHash: applied.state.current.pageHash,
    observation,
    observationSha256: sha256(observation),
    censored: fetched?.censored ?? [],
    searchVersion: fetched?.searchVersion ?? null,
  };
}

/** Gets and stores the page that a command needs. */
async function fetchPlanned(
  context: EpisodeContext,
  options: { plan: Plan; episode: LoadedEpisode['episode'] },
): Promise<(ShownPage & Partial<FetchedPage>) | undefined> {
  const { plan, episode } = options;
  const { projectId } = episode;
  if (plan.fetch === 'none') return undefined;
  if (plan.fetch === 'restore') {
    const { pageHash } = plan;
    return { page: await storedPage(context, { projectId, hash: pageHash }), pageHash };
  }
  const fetched = await fetchPage(context, { plan, episode });
  const { page } = fetched;
  const pageHash = hashOfPage(page);
  const key = { projectId, hash: pageHash };
  if (!context.pages.has(key)) {
    await storePage(context.deps.db, projectId, page);
    context.pages.put(key, page);
  }
  // The same object for everybody: what the text browser works out about a page is kept with it.
  return { ...fetched, page: await storedPage(context, key), pageHash };
}

/** What was answered to a command that is done, with the episode as it is now. */
async function storedAnswer(
  context: EpisodeContext,
  options: { loaded: LoadedEpisode; viewerId: string | null },
): Promise<Answered> {
  const { loaded, viewerId } = options;
  const { episode, command } = loaded;
  if (
    !command ||
    command.status !== 'done' ||
    command.isValid === null ||
    command.observationSha256 === null
  ) {
    throw new Error(`Command ${command?.sequence} of episode ${episode.id} is not done.`);
  }
  const page = await storedPage(context, { projectId: episode.projectId, hash: episode.pageHash });
  const answer = {
    sequence: command.sequence,
    outcome: { isValid: command.isValid, reason: command.invalidReason, found: command.found },
    observationSha256: command.observationSha256,
    episode: presentEpisode({ loaded, page, viewerId, now: context.deps.clock() }),
  };
  const { browserVersion, browserState: state } = episode;
  return { answer, observe: () => getBrowser(browserVersion).observe({ state, page }) };
}

function sequenceConflict(expected: number): ApiError {
  return new ApiError(
    'sequence_conflict',
    'This episode has gone on elsewhere, in another tab or on another device. Load it again to go on from there.',
    { details: { expected } },
  );
}

function browsingEnded({ episode }: LoadedEpisode): ApiError {
  const message =
    episode.state === 'answering'
      ? 'Browsing has ended here; write the answer.'
      : 'This episode has ended; it takes no more commands.';
  return new ApiError('wrong_state', message, { details: { state: episode.state } });
}
