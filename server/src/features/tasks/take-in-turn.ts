import { ApiError } from '@rookery/shared/api';
import type { Transaction } from '../../db/database.ts';

/** One try to take something that others want too, a question or a pair. */
export interface Attempt<Taken> {
  /** What was chosen; null: none has a free place. */
  candidate: string | null;
  /** Null although there is a candidate: somebody else took its place since the statement began. */
  claimed: Taken | null;
}

/** Each lost race means that somebody else got a task; more than this many in a row are no race any more. */
export const maxLostRaces = 100;

/**
 * Takes what comes next. What others are taking is passed over, until nothing is left: then it is waited for, since they may
 * leave a place free. What is waited for is named: a statement that looks for something keeps the lock of each row that
 * it waited for in vain.
 * @param ways `choose`: what comes next, locked by others or not. `take`: takes what comes next and passes over what is
 *   locked, or waits for the `only` one that is named.
 * @throws ApiError `unavailable` after too many lost races
 */
export async function takeInTurn<Taken>(
  tx: Transaction,
  ways: {
    choose: (tx: Transaction) => Promise<string | null>;
    take: (savepoint: Transaction, only: string | null) => Promise<Attempt<Taken>>;
  },
): Promise<Attempt<Taken>> {
  let isPatient = false;
  for (let tries = 0; tries < maxLostRaces; tries += 1) {
    const only = isPatient ? await ways.choose(tx) : null;
    if (isPatient && only === null) return { candidate: null, claimed: null };
    const attempt = await tryTake(tx, (savepoint) => ways.take(savepoint, only));
    if (attempt.claimed !== null) return attempt;
    if (attempt.candidate === null) isPatient = true;
  }
  throw tooMany();
}

/** What more lost races in a row than `maxLostRaces` end with. */
export const tooMany = (): ApiError =>
  new ApiError('unavailable', 'Too many people are asking for tasks right now. Try again in a moment.');

class LostRace extends Error {}

/**
 * One try. If it gets nothing, what it had locked is let go: whoever waits for a row must hold none, or two claims could
 * wait for one another.
 */
export async function tryTake<Taken>(
  tx: Transaction,
  take: (savepoint: Transaction) => Promise<Attempt<Taken>>,
): Promise<Attempt<Taken>> {
  let attempt: Attempt<Taken> | undefined;
  try {
    await tx.transaction(async (savepoint) => {
      attempt = await take(savepoint);
      if (attempt.claimed === null) throw new LostRace();
    });
  } catch (error) {
    if (!(error instanceof LostRace)) throw error;
  }
  return attempt!;
}
