import { ApiError, type Assignment } from '@rookery/shared/api';
import type { TestMember } from './app.ts';

/** What a person may do with one task of theirs, as their screen would. */
export function taskOf(member: TestMember, projectId: string, assignmentId: string) {
  const params = { projectId, assignmentId };
  const { client } = member;
  return {
    get: () => client.getAssignment({ params }),
    extend: () => client.extendLease({ params }),
    release: (leaseToken: string) =>
      client.releaseAssignment({ params, body: { leaseToken, reason: 'not for me' } }),
    pause: (leaseToken: string) => client.pauseTask({ params, body: { leaseToken } }),
    resume: () => client.resumeTask({ params }),
    reopen: () => client.reopenAnswer({ params }),
    keep: (leaseToken: string) => client.keepAnswer({ params, body: { leaseToken } }),
    open: (windowId: string, takeOver = false) => client.openTask({ params, body: { windowId, takeOver } }),
    leave: (windowId: string) => client.leaveTask({ params, body: { windowId } }),
  };
}

/** The token of an assignment's lease; throws if it has none. */
export function tokenOf({ lease }: Assignment): string {
  if (!lease) throw new Error('This assignment has no lease.');
  return lease.token;
}

/** The error that a call is refused with; throws if it is not refused. */
export async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error('This was not refused.', { cause: error });
}
