import type { Sampled } from '@rookery/shared/api';
import {
  finishAnswering,
  getBrowser,
  type CensoredItem,
  type EpisodeState,
  type Page,
} from '@rookery/shared/browser';
import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../../db/database.ts';
import { loadPage } from '../../library/index.ts';
import { sha256 } from './context.ts';
import { createPageCache } from './page-cache.ts';
import type { StoredRecording } from './stored.ts';
import { countTokens } from '../../tokens.ts';

export interface RebuiltStep {
  /** 0 is the state before the first command. */
  sequence: number;
  command: string | null;
  outcome: { isValid: boolean; reason: string | null; found: boolean | null } | null;
  state: EpisodeState;
  page: Page;
  /** What was shown after the command. */
  observation: string;
  observationSha256: string;
  storedSha256: string;
  at: Date;
  /** As they were logged: what was kept from the page, and how a search was carried out. */
  censored: CensoredItem[];
  searchVersion: string | null;
  /** How a policy came to the command; null for a person. */
  sampled: Sampled | null;
}

export interface Difference {
  episodeId: string;
  sequence: number;
  /** What is not as it was stored, in a sentence without any text of the episode. */
  reason: string;
}

export interface RebuiltEpisode {
  /** As far as they could be rebuilt. */
  steps: RebuiltStep[];
  /** How many observations are stored: the first one, and one after every command. */
  observations: number;
  /** At most one per observation; none if the rows and pages are what they were. */
  differences: Difference[];
}

/** Gives a project's stored page by its hash. */
export type PageReader = (hash: string) => Promise<Page>;

const cachedCharacters = 8_000_000;

/** Reads a project's stored pages, keeping some of them in memory. */
export function createPageReader(db: Queryable, projectId: string): PageReader {
  const cache = createPageCache(cachedCharacters);
  return (hash) => cache.get({ projectId, hash }, () => loadPage(db, projectId, hash));
}

/**
 * Rebuilds every observation of an episode from its commands and stored pages, and compares all that is stored about
 * them: the SHA-256 of each observation, the page and the outcome of each command, and the state at the end.
 */
export async function rebuildEpisode(stored: StoredRecording, pages: PageReader): Promise<RebuiltEpisode> {
  const { episode } = stored;
  const observations = Math.max(episode.nextSequence, stored.commands.length + 1);
  const differences = new Map<number, Difference>();
  const differs = (sequence: number, reason: string): void => {
    if (!differences.has(sequence)) differences.set(sequence, { episodeId: episode.id, sequence, reason });
  };
  const { steps, failure } = await replayAsFarAsPossible(stored, pages);
  for (const step of steps) compareStep({ stored, step, differs });
  for (let sequence = steps.length; sequence < observations; sequence += 1) {
    differs(sequence, failure ?? 'The command is missing, or it is not the next one.');
  }
  const last = steps.at(-1);
  if (last && differences.size === 0 && !isEndState(stored, last.state)) {
    differs(last.sequence, "The episode's stored state is not the one that its commands lead to.");
  }
  const inOrder = [...differences.values()].toSorted((one, other) => one.sequence - other.sequence);
  return { steps, observations, differences: inOrder };
}

type Replayed = { steps: RebuiltStep[]; failure: string | null };

/** Replaying stops with an error where a page is not what it was; how far it gets is then found by halving. */
async function replayAsFarAsPossible(stored: StoredRecording, pages: PageReader): Promise<Replayed> {
  const usable = stored.commands.findIndex(({ sequence }, index) => sequence !== index + 1);
  const length = usable < 0 ? stored.commands.length : usable;
  const whole = await tryReplay(stored, { pages, length });
  if (whole.failure === null) return whole;
  let good: Replayed = { steps: [], failure: null };
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const part = await tryReplay(stored, { pages, length: middle });
    if (part.failure === null) {
      good = part;
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return { steps: good.steps, failure: whole.failure };
}

async function tryReplay(
  stored: StoredRecording,
  options: { pages: PageReader; length: number },
): Promise<Replayed> {
  try {
    return { steps: await replaySteps(stored, options), failure: null };
  } catch (error) {
    return { steps: [], failure: error instanceof Error ? error.message : 'It could not be replayed.' };
  }
}

async function replaySteps(
  { episode, commands }: StoredRecording,
  { pages, length }: { pages: PageReader; length: number },
): Promise<RebuiltStep[]> {
  const used = commands.slice(0, length);
  const { start, steps } = await getBrowser(episode.browserVersion).replay({
    question: episode.questionText,
    settings: episode.settings,
    startPage: await pages(episode.startPageHash),
    steps: used.map(({ command, pageHash }) => ({ command, pageHash: pageHash ?? '' })),
    pages,
    countTokens,
    hash: sha256,
  });
  const first: RebuiltStep = {
    sequence: 0,
    command: null,
    outcome: null,
    state: start.state,
    page: start.page,
    observation: start.observation,
    observationSha256: start.observationHash,
    storedSha256: episode.startObservationSha256,
    at: episode.createdAt,
    censored: [],
    searchVersion: null,
    sampled: null,
  };
  const rest = steps.map((step, index): RebuiltStep => {
    const row = used[index]!;
    const { valid, reason, found } = step.outcome;
    return {
      sequence: row.sequence,
      command: step.command,
      outcome: { isValid: valid, reason, found },
      state: step.state,
      page: step.page,
      observation: step.observation,
      observationSha256: step.observationHash,
      storedSha256: row.observationSha256 ?? '',
      at: row.completedAt ?? row.requestedAt,
      censored: row.censored,
      searchVersion: row.searchVersion,
      sampled: row.sampled,
    };
  });
  return [first, ...rest];
}

function compareStep(options: {
  stored: StoredRecording;
  step: RebuiltStep;
  differs: (sequence: number, reason: string) => void;
}): void {
  const { stored, step, differs } = options;
  const { sequence } = step;
  const row = stored.commands[sequence - 1];
  const pageHash = row ? row.pageHash : stored.episode.startPageHash;
  if (step.observationSha256 !== step.storedSha256)
    differs(sequence, 'The observation is not the one that was shown.');
  else if (step.state.current.pageHash !== pageHash)
    differs(sequence, 'The page is not the one that was shown.');
  else if (row && !isSameOutcome(row, step)) differs(sequence, 'The outcome is not the one that was stored.');
}

const isSameOutcome = (row: StoredRecording['commands'][number], { outcome }: RebuiltStep): boolean =>
  row.isValid === outcome?.isValid && row.invalidReason === outcome?.reason && row.found === outcome?.found;

function isEndState({ episode }: StoredRecording, state: EpisodeState): boolean {
  const isSubmitted = episode.state === 'submitted' && state.phase === 'answering';
  return isDeepStrictEqual(isSubmitted ? finishAnswering(state) : state, episode.browserState);
}
