import type { RoundState } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { rounds } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { JobRow } from '../jobs/index.ts';
import { roundNotFound, type RoundRow } from './rows.ts';

/** A round whose row the caller has locked. */
export interface LockedRound {
  tx: Transaction;
  round: RoundRow;
}

export interface Move {
  to: RoundState;
  /** What moved it, in a sentence. */
  fact: string;
  change?: Partial<
    Pick<RoundRow, 'scoringJobId' | 'pairingJobId' | 'trainingJobId' | 'rescoringJobId' | 'modelId'>
  >;
  /** That was made with it, and is to be queued once this is committed. */
  job?: JobRow | null;
}

/** Writes a move with its event. @param by the lead's id; null: it moves by itself */
export async function moveRound(
  deps: Dependencies,
  { tx, round, move, by }: LockedRound & { move: Move; by: string | null },
): Promise<RoundRow> {
  const { to: state, fact, change = {} } = move;
  const { id, projectId } = round;
  const at = deps.clock();
  const isEnd = state === 'closed' || state === 'cancelled';
  const [moved] = await tx
    .update(rounds)
    .set({ ...change, state, closedAt: isEnd ? at : null })
    .where(and(eq(rounds.projectId, projectId), eq(rounds.id, id)))
    .returning();
  if (!moved) throw roundNotFound();
  await recordEvent(tx, {
    projectId,
    actorId: by,
    objectType: 'round',
    objectId: id,
    kind: isEnd ? `round.${state}` : 'round.moved',
    before: { state: round.state },
    after: { state, fact, ...change },
    at,
  });
  return moved;
}
