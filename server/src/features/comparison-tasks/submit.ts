import { ApiError, type ComparisonState, type ComparisonTask } from '@rookery/shared/api';
import { missingOf, valueOfChoice, type Judgement, type Side } from '@rookery/shared/comparisons';
import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { executeNamed } from '../../db/named.ts';
import { comparisonRevisions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { activityValues, noteActivity, type Member } from '../tasks/index.ts';
import { tell } from './announce.ts';
import { figuresOfJudgement } from './figures.ts';
import { checkWorkable, isSame, maxTries, tooBusy } from './drafts.ts';
import { loadTask, misfitsOfTask, presentTask, refuseProblems, type LoadedTask } from './load.ts';
import { changeComparison, freePlace, lockWithPair } from './places.ts';
import { effectiveState, leaseLost, type ComparisonKey, type ComparisonRow } from './state.ts';
import { submitStatement, type Submitted, type SubmitValues } from './submit-statement.ts';

type Submission = ComparisonKey & Member & { revision: number; leaseToken: string; judgement: Judgement };

/**
 * Submits a judgement. The first takes the place that its lease holds; one that comes after the lease takes a free place,
 * or is kept as surplus. Others may follow while the time to revise it runs: the newest counts, all are kept. The same
 * again is answered the same.
 * @throws ApiError `conflict` for another judgement under a used number, and for a number that leaves one out
 *   (`details.expected`); `lease_lost` for another token; `invalid_request` with `details.problems`; `wrong_state`
 */
export async function submitComparison(deps: Dependencies, options: Submission): Promise<ComparisonTask> {
  const { revision, leaseToken, judgement } = options;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const now = deps.clock();
    const task = await loadTask(deps.db, options);
    const { comparison } = task;
    if (comparison.leaseToken !== leaseToken) throw leaseLost('token');
    if (revision <= comparison.revision) {
      await refuseOther(deps, { task, revision, judgement });
      return presentTask(task, now);
    }
    const isOpen = checkWorkable(task, { leaseToken, now });
    if (revision > comparison.revision + 1) throw leavesOut(comparison.revision + 1);
    const required = comparison.requiredFields;
    refuseProblems([
      ...misfitsOfTask(judgement, task),
      ...missingOf(judgement, { form: task.form, required, options: task.options }),
    ]);
    const submission = { task, judgement, now, actorId: options.actorId };
    const submitted = isOpen ? await submitOpen(deps, submission) : await submitLate(deps, submission);
    if (submitted) {
      tell(deps, submitted.comparison);
      return presentTask(submitted, now);
    }
  }
  throw tooBusy();
}

const leavesOut = (expected: number): ApiError =>
  new ApiError('conflict', `The next revision of this comparison is number ${expected}. Load it again.`, {
    details: { expected },
  });

/** @throws ApiError `conflict` unless this is what was submitted under the number */
async function refuseOther(
  { db }: Dependencies,
  { task, revision, judgement }: { task: LoadedTask; revision: number; judgement: Judgement },
): Promise<void> {
  const { comparison, newest } = task;
  const [earlier] =
    revision === comparison.revision
      ? [newest]
      : await db
          .select({ judgement: comparisonRevisions.judgement })
          .from(comparisonRevisions)
          .where(
            and(
              eq(comparisonRevisions.comparisonId, comparison.id),
              eq(comparisonRevisions.revision, revision),
            ),
          );
  if (earlier && isSame(earlier.judgement, judgement)) return;
  throw new ApiError(
    'conflict',
    'Another judgement of this comparison was submitted before, from another tab or device. Load it; you may revise it for some time.',
    { details: { revision: comparison.revision } },
  );
}

interface Submit {
  task: LoadedTask;
  judgement: Judgement;
  now: Date;
  actorId: string;
}

/** The usual submission is one statement, which is its own transaction: few trips to the database are what makes it fast. */
async function submitOpen(deps: Dependencies, submit: Submit): Promise<LoadedTask | null> {
  const { comparison } = submit.task;
  const to = comparison.state === 'active' ? 'submitted' : comparison.state;
  const values = valuesOf(submit, { before: comparison.state, from: comparison.state, to, needsLease: true });
  const [submitted] = await executeNamed<Submitted, SubmitValues>(deps.pool, {
    name: 'rookery-comparison-submit',
    build: submitStatement,
    values,
  });
  if (!submitted?.is_submitted) return null;
  // Another tab of the person recorded activity at the same moment.
  if (!submitted.is_recorded) await noteActivity(deps.db, activityOf(submit));
  return asSubmitted(submit, { state: to, place: comparison.place, submitted });
}

/** One whose lease has ended needs its pair's lock, to take a place. Null when it was gone on with meanwhile. */
async function submitLate(deps: Dependencies, submit: Submit): Promise<LoadedTask | null> {
  const { task, now } = submit;
  const key = { projectId: task.comparison.projectId, comparisonId: task.comparison.id };
  const done = await deps.db.transaction(async (tx) => {
    const { pair, comparison } = await lockWithPair(tx, key);
    if (comparison.revision > 0 || effectiveState(comparison, now) !== 'expired') return null;
    const { place, ended } = await placeFor({ comparison, take: () => freePlace(tx, { pair, now }) });
    const state = place === null && !comparison.isCalibration ? 'surplus' : 'submitted';
    await changeComparison(tx, comparison, { state, place });
    const values = valuesOf(submit, { before: 'expired', from: state, to: state, needsLease: false });
    const { rows } = await tx.execute<Record<string, unknown> & Submitted>(submitStatement(values));
    const submitted = rows[0]!;
    if (!submitted.is_submitted) throw new Error('A comparison changed while its lock was held.');
    if (!submitted.is_recorded) await noteActivity(tx, activityOf(submit));
    return { late: asSubmitted(submit, { state, place, submitted }), ended };
  });
  for (const comparison of done?.ended ?? []) tell(deps, comparison);
  return done?.late ?? null;
}

/** The place that it holds still, as nobody has written down that the lease has ended; else a free one. */
async function placeFor(options: {
  comparison: ComparisonRow;
  take: () => ReturnType<typeof freePlace>;
}): ReturnType<typeof freePlace> {
  const { comparison, take } = options;
  if (comparison.isCalibration || comparison.place !== null) return { place: comparison.place, ended: [] };
  return take();
}

const activityOf = ({ task: { comparison }, now }: Submit) => ({
  projectId: comparison.projectId,
  comparisonId: comparison.id,
  memberId: comparison.memberId,
  now,
});

function valuesOf(
  submit: Submit,
  move: { before: ComparisonState; from: ComparisonState; to: ComparisonState; needsLease: boolean },
) {
  const { task, judgement, actorId } = submit;
  const { comparison } = task;
  return {
    ...activityValues(activityOf(submit)),
    before: JSON.stringify({ state: move.before }),
    from: move.from,
    to: move.to,
    needsLease: move.needsLease && comparison.revision === 0,
    revision: comparison.revision + 1,
    judgement: JSON.stringify(judgement),
    questionFlag: judgement.questionFlag,
    ...figuresOfJudgement(judgement, [task.options.a.text, task.options.b.text]),
    ratings: JSON.stringify(ratingsOf(judgement, comparison.firstSide)),
    actorId,
    eventId: uuidv7(),
    kind: comparison.revision > 0 ? 'comparison.revised' : `comparison.${move.to}`,
  };
}

/** What a judgement says about the pair by criterion; nothing where it flags the question. */
function ratingsOf({ questionFlag, ratings }: Judgement, firstSide: Side): Record<string, number> {
  if (questionFlag !== null) return {};
  const values = Object.entries(ratings).map(([criterion, choice]) => [
    criterion,
    valueOfChoice(choice, firstSide),
  ]);
  return Object.fromEntries(values);
}

function asSubmitted(
  { task, judgement, now }: Submit,
  { state, place, submitted }: { state: ComparisonState; place: number | null; submitted: Submitted },
): LoadedTask {
  const { comparison } = task;
  return {
    ...task,
    comparison: {
      ...comparison,
      state,
      place,
      revision: comparison.revision + 1,
      questionFlag: judgement.questionFlag,
      submittedAt: comparison.submittedAt ?? now,
      endedAt: now,
      draft: null,
      draftSavedAt: null,
      draftVersion: submitted.draft_version,
      activeMs: submitted.active_ms,
    },
    newest: { judgement, submittedAt: now },
    activeMs: submitted.active_ms,
  };
}
