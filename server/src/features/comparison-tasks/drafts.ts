import { ApiError } from '@rookery/shared/api';
import type { Judgement } from '@rookery/shared/comparisons';
import { sql, type SQL } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { executeNamed, type ValuesOrPlaceholders } from '../../db/named.ts';
import type { Dependencies } from '../../dependencies.ts';
import { activityParts, activityValues, isRecorded, noteActivity, type Member } from '../tasks/index.ts';
import { tellRater } from './announce.ts';
import { loadTask, misfitsOfTask, presentLease, refuseProblems, type LoadedTask } from './load.ts';
import { effectiveState, leaseLost, overError, revisableUntil, type ComparisonKey } from './state.ts';

/** Each lost race means that the comparison changed meanwhile; so many in a row are no race any more. */
export const maxTries = 10;

export const tooBusy = (): ApiError =>
  new ApiError(
    'unavailable',
    'This comparison keeps changing elsewhere. Try again in a moment; nothing is lost.',
  );

/** Whether two judgements say the same, however their parts are ordered. */
export const isSame = (one: Judgement, other: Judgement): boolean =>
  isDeepStrictEqual(plain(one), plain(other));

const plain = (value: Judgement): unknown => JSON.parse(JSON.stringify(value));

/**
 * Saves the judgement as it stands as the next version of the draft. It is saved although the lease has ended, so that
 * nothing is lost; sending the same again is answered the same.
 * @throws ApiError `conflict` when there is a newer version that says something else (`details.version`); `lease_lost` for
 *   another token; `invalid_request` with `details.problems`; `wrong_state`
 */
export async function saveDraft(
  deps: Dependencies,
  options: ComparisonKey & Member & { leaseToken: string; baseVersion: number; judgement: Judgement },
): Promise<{ version: number; savedAt: string; lease: ReturnType<typeof presentLease> }> {
  const { baseVersion, judgement } = options;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const now = deps.clock();
    const task = await loadTask(deps.db, options);
    const isOpen = checkWorkable(task, { ...options, now });
    const { draft, draftVersion, draftSavedAt } = task.comparison;
    if (draftVersion > baseVersion && draft && draftSavedAt && isSame(draft, judgement)) {
      return { version: draftVersion, savedAt: draftSavedAt.toISOString(), lease: presentLease(task, now) };
    }
    if (draftVersion !== baseVersion) {
      throw new ApiError(
        'conflict',
        'This comparison was changed elsewhere, in another tab or on another device. Load it and take over what you need.',
        { details: { version: draftVersion } },
      );
    }
    refuseProblems(misfitsOfTask(judgement, task));
    const saved = await store(deps, { task, judgement, isOpen, now });
    if (saved) {
      tellRater(deps, saved.comparison);
      return { version: baseVersion + 1, savedAt: now.toISOString(), lease: presentLease(saved, now) };
    }
  }
  throw tooBusy();
}

/**
 * Whether the comparison is active or may be revised; false: its lease has ended, and its draft may be saved all the same.
 * @throws ApiError `lease_lost` for another token; `wrong_state` when it is over
 */
export function checkWorkable(
  { comparison, settings }: LoadedTask,
  { leaseToken, now }: { leaseToken: string; now: Date },
): boolean {
  if (comparison.leaseToken !== leaseToken) throw leaseLost('token');
  const state = effectiveState(comparison, now);
  if (state === 'active') return true;
  if (state === 'expired') return false;
  if (revisableUntil(comparison, { revisionMinutes: settings.revisionMinutes, now })) return true;
  throw overError(state);
}

/** The comparison as it is then; null when it has changed since it was loaded, and nothing was saved. */
async function store(
  deps: Dependencies,
  options: { task: LoadedTask; judgement: Judgement; isOpen: boolean; now: Date },
): Promise<LoadedTask | null> {
  const { task, judgement, isOpen, now } = options;
  const {
    id: comparisonId,
    projectId,
    memberId,
    state,
    revision,
    draftVersion,
    leaseExpiresAt,
  } = task.comparison;
  const activity = { projectId, comparisonId, memberId, now };
  const leaseEnd = new Date(now.getTime() + task.settings.leaseMinutes * 60_000);
  const isLeased = isOpen && state === 'active';
  const values = {
    ...activityValues(activity),
    draft: JSON.stringify(judgement),
    baseVersion: draftVersion,
    state,
    revision,
    isOpen,
    leaseEnd: (isLeased && leaseEnd > leaseExpiresAt ? leaseEnd : leaseExpiresAt).toISOString(),
  };
  const [saved] = await executeNamed<{ is_saved: boolean; is_recorded: boolean }, typeof values>(deps.pool, {
    name: 'rookery-comparison-draft',
    build: draftStatement,
    values,
  });
  if (!saved?.is_saved) return null;
  // Another tab of the person recorded activity at the same moment.
  if (isOpen && !saved.is_recorded) await noteActivity(deps.db, activity);
  const comparison = {
    ...task.comparison,
    draft: judgement,
    draftVersion: draftVersion + 1,
    draftSavedAt: now,
    leaseExpiresAt: isLeased && leaseEnd > leaseExpiresAt ? leaseEnd : leaseExpiresAt,
  };
  return { ...task, comparison };
}

function draftStatement(
  v: ValuesOrPlaceholders<
    ReturnType<typeof activityValues> & {
      draft: string;
      baseVersion: number;
      state: string;
      revision: number;
      isOpen: boolean;
      leaseEnd: string;
    }
  >,
): SQL {
  return sql`
    with saved as (
      update comparisons set draft = ${v.draft}::jsonb, draft_version = draft_version + 1, draft_saved_at = ${v.now}::timestamptz,
        lease_expires_at = greatest(lease_expires_at, ${v.leaseEnd}::timestamptz)
      where project_id = ${v.projectId}::uuid and id = ${v.comparisonId}::uuid and draft_version = ${v.baseVersion}::int
        and state = ${v.state} and revision = ${v.revision}::int
      returning 1
    ), ${activityParts(v, sql`${v.isOpen}::boolean and exists (select from saved)`)}
    select exists (select from saved) as is_saved, ${isRecorded} as is_recorded`;
}
