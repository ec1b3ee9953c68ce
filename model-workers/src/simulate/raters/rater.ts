import { ApiError, type Client, type ComparisonTask } from '@rookery/shared/api';
import {
  emptyJudgement,
  fieldsOfForm,
  getForm,
  sides,
  type CriterionId,
  type Judgement,
} from '@rookery/shared/comparisons';
import { untilAnswered } from '../../until-answered.ts';
import type { Pace } from '../pace.ts';
import type { RatingJournal } from './journal.ts';
import { judge, type Character } from './judge.ts';

/** What became of a task; `lost`: it was taken from them. */
export type RatingOutcome = 'submitted' | 'surplus' | 'lost' | NoTask;
/** Why there is no task for somebody now. */
type NoTask = 'none_left' | 'too_many_leases' | 'paused';

export interface Rater {
  /** Acts as them, by their own token. */
  client: Client;
  projectId: string;
  memberId: string;
  character: Character;
  /** Whether they fill in all that the form has, and not only what is required. */
  annotates: boolean;
  pace: Pace;
  journal: RatingJournal;
  signal: AbortSignal;
  /** Whether they may hold tasks that they do not know of: at first, and after a request whose answer was lost. */
  mayHoldMore: boolean;
  /** Ids of open tasks that they could not go on with. */
  readonly givenUp: Set<string>;
}

/** How long a server that does not answer is waited for. */
const patienceMs = 10 * 60_000;

/** Takes up what is left of an earlier task, or the next one, and does it to its end. */
export async function doComparison(rater: Rater): Promise<RatingOutcome> {
  const task = (await takeUp(rater)) ?? (await claim(rater));
  if (typeof task === 'string') return task;
  try {
    return await compare(rater, task);
  } catch (error) {
    if (!isOver(error)) throw error;
    if (error.details?.['reason'] !== 'expired') {
      rater.givenUp.add(task.id);
      return 'lost';
    }
    // The server was away for longer than the lease.
    rater.mayHoldMore = true;
    return doComparison(rater);
  }
}

/** Whether a task was taken from its rater: by another lease of theirs, or by a lead. */
const isOver = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === 'lease_lost' || error.code === 'wrong_state');

/** An open task that they hold already; null if there is none. */
async function takeUp(rater: Rater): Promise<ComparisonTask | null> {
  const { client, projectId, givenUp } = rater;
  if (!rater.mayHoldMore) return null;
  rater.mayHoldMore = false;
  const { items } = await answered(rater, (signal) =>
    client.listOwnComparisons({ params: { projectId }, query: { phase: 'open', limit: 500 }, signal }),
  );
  const open = items.filter(({ id }) => !givenUp.has(id));
  const [next] = [...open.filter(({ state }) => state === 'active'), ...open];
  if (!next) return null;
  // There may be more of them.
  rater.mayHoldMore = true;
  try {
    return await answered(rater, (signal) =>
      client.extendComparisonLease({ params: { projectId, comparisonId: next.id }, signal }),
    );
  } catch (error) {
    // All places are taken meanwhile.
    if (!isOver(error)) throw error;
    givenUp.add(next.id);
    return takeUp(rater);
  }
}

async function claim(rater: Rater): Promise<ComparisonTask | NoTask> {
  const { client, projectId } = rater;
  const { comparison, reason } = await answered(rater, (signal) =>
    client.claimComparison({ params: { projectId }, signal }),
  );
  // Claims whose answers were lost hold leases too.
  if (reason === 'too_many_leases') return (await takeUp(rater)) ?? reason;
  return comparison ?? reason ?? 'none_left';
}

async function compare(rater: Rater, task: ComparisonTask): Promise<RatingOutcome> {
  const { client, projectId, character, pace, journal } = rater;
  const leaseToken = task.lease?.token;
  if (leaseToken === undefined) throw new ApiError('lease_lost', 'The lease has ended.');
  const params = { projectId, comparisonId: task.id };
  for (const _side of sides) {
    await pace.pass('study');
    await answered(rater, (signal) =>
      client.reportComparisonActivity({ params, body: { leaseToken }, signal }),
    );
  }
  const form = getForm(task.form.name, task.form.version);
  const judgement = judge(character, task, rater.annotates ? fieldsOfForm(form) : task.requiredFields);
  let baseVersion = task.draftVersion;
  for (const draft of [halfOf(judgement), judgement]) {
    await pace.pass('weigh');
    baseVersion = await saveDraft(rater, { task, leaseToken, baseVersion, judgement: draft });
  }
  await pace.pass('weigh');
  const start = performance.now();
  const { state } = await answered(rater, (signal) =>
    client.submitComparison({ params: { ...params, revision: 1 }, body: { leaseToken, judgement }, signal }),
  );
  journal.submitted({ comparisonId: task.id, judgement, ms: performance.now() - start });
  return state === 'surplus' ? 'surplus' : 'submitted';
}

/** A judgement half-way, as the screen saves while somebody rates. */
function halfOf(judgement: Judgement): Judgement {
  const ids = Object.keys(judgement.ratings) as CriterionId[];
  const half = ids.slice(0, Math.ceil(ids.length / 2)).map((id) => [id, judgement.ratings[id]]);
  return { ...emptyJudgement(), ratings: Object.fromEntries(half) as Judgement['ratings'] };
}

/** @returns the version that the next draft is made from */
async function saveDraft(
  rater: Rater,
  draft: { task: ComparisonTask; leaseToken: string; baseVersion: number; judgement: Judgement },
): Promise<number> {
  const { client, projectId, journal } = rater;
  const { leaseToken, baseVersion, judgement } = draft;
  const comparisonId = draft.task.id;
  try {
    const { version } = await answered(rater, (signal) =>
      client.saveComparisonDraft({
        params: { projectId, comparisonId },
        body: { leaseToken, baseVersion, judgement },
        signal,
      }),
    );
    journal.drafted({ comparisonId, version, judgement });
    return version;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'conflict')) throw error;
    // Nobody else writes drafts of this task: one that was acknowledged is not there.
    journal.missedDraft(comparisonId);
    return Number(error.details?.['version'] ?? baseVersion);
  }
}

/** Repeats a request, over restarts of the server too, as long as patience lasts. */
async function answered<T>(rater: Rater, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.any([rater.signal, AbortSignal.timeout(patienceMs)]);
  return untilAnswered(() => request(signal), {
    signal,
    onWait() {
      rater.journal.waited();
      rater.mayHoldMore = true;
    },
  });
}
