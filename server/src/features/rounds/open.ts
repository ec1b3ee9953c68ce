import { ApiError, type PairRule, type Round, type RoundOptions } from '@rookery/shared/api';
import { eq, max } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { rounds } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { enqueueJobs } from '../jobs/index.ts';
import { lockProject } from '../projects/index.ts';
import { findCurrent, simulationProblem } from '../rewards/index.ts';
import { announcePlan, insertSamplingPlan } from '../sampling/index.ts';
import { announceRound } from './announce.ts';
import { readRound } from './present.ts';
import { findOpenRound } from './rows.ts';

/**
 * Opens the next round of a project, with its sampling plan in the same transaction, from the reward model that is in use now.
 * @throws ApiError `conflict` while another round is open; `wrong_state` when the rule needs scores that nothing gives, the project refuses the
 *   comparisons that it is to learn from, or the plan would sample nothing or too much; `not_found` for an unknown policy version
 */
export async function openRound(
  deps: Dependencies,
  request: { projectId: string; name: string | undefined; options: RoundOptions; actorId: string },
): Promise<Round> {
  const { projectId, options, actorId } = request;
  const id = uuidv7();
  const at = deps.clock();
  const seed = options.seed || randomBytes(8).toString('hex');
  const plan = await deps.db.transaction(async (tx) => {
    // One round of a project is opened at a time.
    await lockProject(tx, projectId);
    await refuseSecond(tx, projectId);
    const problem = await simulationProblem(tx, { projectId, settings: options.training });
    if (problem !== null) throw new ApiError('wrong_state', problem);
    const startModelId = (await findCurrent(tx, projectId))?.id ?? null;
    if (startModelId === null) refuseWithoutScores(options.selection.rule);
    const number = await nextNumber(tx, projectId);
    const name = request.name ?? `Round ${number}`;
    const sampling = { ...options.sampling, pairing: null };
    const plan = await insertSamplingPlan(deps, tx, { projectId, name, options: sampling, actorId });
    const state = 'sampling' as const;
    const round = { number, name, state, options, seed, planId: plan.id, startModelId };
    await tx.insert(rounds).values({ id, projectId, ...round, createdBy: actorId, createdAt: at });
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'round',
      objectId: id,
      kind: 'round.opened',
      after: round,
      at,
    });
    return plan;
  });
  await enqueueJobs(deps, plan.jobs);
  announcePlan(deps, { projectId, id: plan.id });
  announceRound(deps, { projectId, id });
  return readRound(deps, { projectId, roundId: id });
}

async function refuseSecond(tx: Transaction, projectId: string): Promise<void> {
  const open = await findOpenRound(tx, projectId);
  if (!open) return;
  throw new ApiError(
    'conflict',
    `Round ${open.number} (${open.name}) is open, and the next one starts from what it comes to. Close or cancel it first.`,
    { details: { roundId: open.id } },
  );
}

function refuseWithoutScores(rule: PairRule): void {
  if (rule === 'random') return;
  throw new ApiError(
    'wrong_state',
    `The rule ${rule} goes by the scores of a reward model, and this project has none yet. Choose pairs at random, or train a reward model first.`,
  );
}

async function nextNumber(tx: Transaction, projectId: string): Promise<number> {
  const [last] = await tx
    .select({ number: max(rounds.number) })
    .from(rounds)
    .where(eq(rounds.projectId, projectId));
  return (last?.number ?? 0) + 1;
}
