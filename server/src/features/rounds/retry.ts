import { ApiError } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { rounds } from '../../db/schema/index.ts';
import type { JobRow } from '../jobs/index.ts';
import { jobOfState } from './facts.ts';
import { findOpenRound, type RoundRow } from './rows.ts';

/** Jobs that are of use to their round alone name it; scores are of use to everybody. */
const inputSchema = z.object({ roundId: z.uuid().optional() });

/**
 * Whether the open round of a project waits for a job. A round's row is not locked here, since a job's is already: who makes a round wait for
 * another job locks the one before.
 * @throws ApiError `wrong_state` for a job that its round has left behind: a version of the reward model that no round names, or pairs that
 *   no round counts, would come of it
 */
export async function checkRetryOfRound(tx: Transaction, job: JobRow): Promise<boolean> {
  const open = await findOpenRound(tx, job.projectId);
  if (open && awaitedBy(open) === job.id) return true;
  const { roundId } = inputSchema.parse(job.input);
  if (roundId === undefined) return false;
  const [round] = await tx
    .select()
    .from(rounds)
    .where(and(eq(rounds.projectId, job.projectId), eq(rounds.id, roundId)));
  throw new ApiError('wrong_state', `${whyLeft(round)} ${instead(job)}`);
}

function awaitedBy(round: RoundRow): string | null {
  const { state } = round;
  return state in jobOfState ? round[jobOfState[state as keyof typeof jobOfState]] : null;
}

function whyLeft(round: RoundRow | undefined): string {
  if (!round) return 'The round of this job does not exist.';
  const why = round.state === 'cancelled' ? 'was cancelled' : 'has gone on without this job';
  return `Round ${round.number} (${round.name}) ${why}, so nothing would come of it there.`;
}

const instead = ({ kind }: JobRow): string =>
  kind === 'train-reward'
    ? 'To have another version of the reward model, train it on the page of reward models.'
    : 'To have other pairs chosen, open another round.';
