import type { Client, Round } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import { choosePairs } from '../src/features/rounds/index.ts';
import { runDelivered } from '../src/jobs/runner.ts';
import { processAll } from '../src/jobs/testing.ts';
import type { TestApp, TestMember } from './app.ts';
import { buildLibrary, buildQuestions } from './demonstrations.ts';
import { buildEndpointVersion, buildWorker, jobsOfPlan, type ScriptedWorker } from './samples.ts';

type RoundBody = Parameters<Client['openRound']>[0]['body'];

/** A project with questions, a policy, and a worker that samples from it. */
export interface RoundProject {
  projectId: string;
  lead: TestMember;
  worker: ScriptedWorker;
  versionId: string;
  open(body?: Partial<RoundBody>): Promise<Round>;
  get(roundId: string): Promise<Round>;
  /** Draws two samples of each question of a round, of different texts. */
  sample(round: Round): Promise<void>;
  /** Does the present attempt of the job that chooses a round's pairs. */
  choose(roundId: string): Promise<Round>;
}

export async function buildRoundProject(
  test: TestApp,
  options: { questions?: number; settings?: Parameters<TestApp['buildProject']>[0] } = {},
): Promise<RoundProject> {
  const { questions = 2, settings } = options;
  const { id: projectId } = await test.buildProject(settings);
  const lead = await test.buildMember({ projectId, roles: ['lead'], name: 'Ada' });
  const worker = await buildWorker(test, { projectId });
  const versionId = await buildEndpointVersion(test, { projectId });
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: questions, use: 'rm' });
  const { client } = lead;
  const get = (roundId: string): Promise<Round> => client.getRound({ params: { projectId, roundId } });
  return {
    projectId,
    lead,
    worker,
    versionId,
    get,
    open: (body = {}) =>
      client.openRound({
        params: { projectId },
        body: {
          sampling: { versionIds: [versionId], perQuestion: 2, seed: 'one' },
          comparisons: 2,
          overlap: 1,
          seed: 'one',
          ...body,
        },
      }),
    async sample(round) {
      for (const jobId of await jobsOfPlan(test, round.plan.id)) {
        const run = await worker.start(jobId);
        await run.draw(
          1,
          `Crows bring gifts to people who feed them [1]. So it is in round ${round.number}.`,
        );
        await run.draw(2, `They remember faces [1], and thank. So it is in round ${round.number}.`);
        await run.complete();
      }
    },
    async choose(roundId) {
      const { jobs } = await get(roundId);
      await runChoice(test, jobs.pairing!);
      return get(roundId);
    },
  };
}

/** Does the present attempt of a job that chooses pairs. */
export async function runChoice({ deps }: Pick<TestApp, 'deps'>, jobId: string): Promise<void> {
  const { rows } = await deps.db.execute<{ attempt: number }>(
    sql`select attempt from jobs where id = ${jobId}`,
  );
  const { signal } = new AbortController();
  const delivered = { jobId, attempt: rows[0]!.attempt, kind: 'choose-pairs', signal } as const;
  await runDelivered(deps, delivered, processAll(choosePairs));
}
