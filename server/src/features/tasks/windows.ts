import type { Dependencies } from '../../dependencies.ts';
import { announce, effectiveState, lockMember, tellOwner, type Member } from './assignments.ts';
import { createLeaseToken } from './leases.ts';
import { changeAssignment, lockWithQuestion } from './places.ts';
import type { AssignmentKey } from './queries.ts';

/**
 * Says that an active task is open in a window of a browser, which names itself. A task is open in one: if that is
 * another, nothing changes, unless the window takes over. Then the lease gets a new token, and the other window's is
 * refused from then on, so that two never write at once.
 */
export async function openTask(
  deps: Dependencies,
  options: AssignmentKey & Member & { windowId: string; takeOver: boolean },
): Promise<void> {
  const { windowId, takeOver, actorId } = options;
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, options.memberId);
    const { assignment } = await lockWithQuestion(tx, options);
    const at = deps.clock();
    const { openIn } = assignment;
    if (effectiveState(assignment, at) !== 'active' || openIn === windowId) return;
    if (openIn === null) {
      await changeAssignment(tx, assignment, { openIn: windowId });
    } else if (takeOver) {
      const change = { openIn: windowId, leaseToken: createLeaseToken() };
      const taken = await changeAssignment(tx, assignment, change);
      await announce(deps, { tx, assignment: taken, before: 'active', what: 'taken_over', actorId, at });
    }
  });
}

/** Says that a task is no longer open in a window; nothing changes if it is open in another. */
export async function leaveTask(
  deps: Dependencies,
  options: AssignmentKey & Member & { windowId: string },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const { assignment } = await lockWithQuestion(tx, options);
    if (assignment.openIn !== options.windowId) return;
    await tellOwner(deps, { tx, assignment: await changeAssignment(tx, assignment, { openIn: null }) });
  });
}
