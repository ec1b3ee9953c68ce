import { ApiError } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { members } from '../../db/schema/index.ts';
import type { Member } from './assignments.ts';

/** @throws ApiError `forbidden` for a simulated person, in a project that has been set to refuse them. */
export async function refuseSimulated(db: Queryable, member: Member): Promise<void> {
  const [row] = await db
    .select({ isSimulated: members.isSimulated })
    .from(members)
    .where(and(eq(members.projectId, member.projectId), eq(members.id, member.memberId)));
  if (row?.isSimulated) throw simulatedRefused();
}

export const simulatedRefused = (): ApiError =>
  new ApiError(
    'forbidden',
    'This project takes no simulated people any more. Allow them in its settings to go on.',
  );
