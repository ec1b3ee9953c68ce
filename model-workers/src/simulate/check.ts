import type { Client, Demonstration } from '@rookery/shared/api';
import { allOf } from '../pages.ts';
import type { Journal } from './journal.ts';

export interface CheckResult {
  /** Steps and answers that were acknowledged and are missing, or are not what was acknowledged. */
  lost: string[];
  /** Questions that one person, or more people than are wanted, hold or have done. */
  doubled: string[];
}

const pageSize = 500;
const placeHolding = new Set<Demonstration['assignmentState']>(['active', 'paused', 'returned', 'submitted']);

/**
 * Reads back, as a lead, what the server keeps, and compares it with what it acknowledged; and counts who holds which
 * question. Only the run's own episodes are read; all of the project's demonstrations are counted.
 */
export async function checkWork(
  client: Client,
  options: { projectId: string; journal: Journal; signal: AbortSignal; onEpisode?: (done: number) => void },
): Promise<CheckResult> {
  const { projectId, journal, signal, onEpisode } = options;
  const lost: string[] = [];
  let done = 0;
  for (const [episodeId, steps] of journal.steps) {
    const replay = await client.replayEpisode({ params: { projectId, episodeId }, signal });
    const kept = new Map(replay.steps.map((step) => [step.sequence, step]));
    for (const step of steps) {
      const there = kept.get(step.sequence);
      const isSame =
        there?.command === step.command &&
        there.storedSha256 === step.observationSha256 &&
        there.observationSha256 === step.observationSha256;
      if (!isSame) lost.push(`${episodeId}: step ${step.sequence}`);
    }
    const answer = journal.answers.get(episodeId);
    if (answer !== undefined && replay.answer !== answer) lost.push(`${episodeId}: answer`);
    done += 1;
    onEpisode?.(done);
  }
  return { lost, doubled: await findDoubled(client, { projectId, signal }) };
}

async function findDoubled(
  client: Client,
  { projectId, signal }: { projectId: string; signal: AbortSignal },
): Promise<string[]> {
  const params = { projectId };
  const questions = await allOf((from) =>
    client.listQuestions({ params, query: { limit: pageSize, ...from }, signal }),
  );
  const wanted = new Map(questions.map(({ id, demonstrations }) => [id, demonstrations.wanted]));
  const holders = new Map<string, string[]>();
  const pairs = new Map<string, number>();
  const demonstrations = await allOf((from) =>
    client.listDemonstrations({ params, query: { limit: pageSize, ...from }, signal }),
  );
  for (const { question, demonstrator, assignmentState } of demonstrations) {
    const pair = `${question.id} by ${demonstrator}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    if (placeHolding.has(assignmentState)) {
      holders.set(question.id, [...(holders.get(question.id) ?? []), demonstrator]);
    }
  }
  return [
    ...[...pairs].filter(([, count]) => count > 1).map(([pair, count]) => `${pair}: ${count} times`),
    ...[...holders]
      .filter(([id, people]) => people.length > (wanted.get(id) ?? 0))
      .map(([id, people]) => `${id}: ${people.length} places of ${wanted.get(id) ?? 0}`),
  ];
}
