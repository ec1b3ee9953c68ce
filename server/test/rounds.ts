import { rewardSettingsSchema, type Client, type Round } from '@rookery/shared/api';
import { eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import {
  answers,
  answerScores,
  blobs,
  episodes,
  jobs,
  rewardModels,
  samples,
} from '../src/db/schema/index.ts';
import { choosePairs } from '../src/features/rounds/index.ts';
import { runDelivered } from '../src/jobs/runner.ts';
import { processAll } from '../src/jobs/testing.ts';
import type { TestApp, TestMember } from './app.ts';
import { rewardManifest } from './rewards.ts';
import { buildLibrary, buildQuestions } from './demonstrations.ts';
import { buildEndpointVersion, buildWorker, jobsOfPlan, type ScriptedWorker } from './samples.ts';

type RoundBody = Parameters<Client['openRound']>[0]['body'];

/** A project with questions, a policy, and a worker that samples from it. */
export interface RoundProject {
  projectId: string;
  lead: TestMember;
  worker: ScriptedWorker;
  versionId: string;
  readonly open: (body?: Partial<RoundBody>) => Promise<Round>;
  readonly get: (roundId: string) => Promise<Round>;
  /** Draws all samples of a round's questions, of different texts. */
  readonly sample: (round: Round) => Promise<void>;
  /** Does the present attempt of the job that chooses a round's pairs. */
  readonly choose: (roundId: string) => Promise<Round>;
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
        for (let number = 1; number <= round.options.sampling.perQuestion; number += 1) {
          await run.draw(number, `Crows bring ${number} gifts [1], in round ${round.number}.`);
        }
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

/** Puts a version of the reward model into a project; gives its id. Its file and manifest are made up. */
export async function buildRewardModel(
  { deps, clock }: Pick<TestApp, 'deps' | 'clock'>,
  options: { projectId: string; version: number; jobId?: string },
): Promise<string> {
  const { projectId, version, jobId = uuidv7() } = options;
  const id = uuidv7();
  const at = clock.now();
  const modelBlob = 'a'.repeat(64);
  const accuracy = { right: 3, of: 4, low: 0.2, high: 1 };
  const made = rewardManifest({ sha256: modelBlob, size: 1 });
  const manifest = { ...made, heldOut: { ...made.heldOut, accuracy } };
  await deps.db.insert(blobs).values({ hash: modelBlob, size: 1, createdAt: at }).onConflictDoNothing();
  await deps.db
    .insert(jobs)
    .values({
      id: jobId,
      projectId,
      kind: 'train-reward',
      state: 'done',
      input: {},
      attempt: 1,
      createdAt: at,
    })
    .onConflictDoNothing();
  await deps.db.insert(rewardModels).values({
    id,
    projectId,
    version,
    settings: rewardSettingsSchema.parse({}),
    note: '',
    modelBlob,
    manifest,
    jobId,
    createdAt: at,
  });
  return id;
}

/** Has a model give the answers of a round's samples these scores, by the number of the sample: 1 … n. */
export async function scoreSamples(
  { deps, clock }: Pick<TestApp, 'deps' | 'clock'>,
  options: { round: Round; projectId: string; modelId: string; scores: readonly number[] },
): Promise<void> {
  const { round, projectId, modelId, scores } = options;
  const rows = await deps.db
    .select({ answerId: answers.id, number: samples.number, jobId: samples.jobId })
    .from(samples)
    .innerJoin(episodes, eq(episodes.sampleId, samples.id))
    .innerJoin(answers, eq(answers.episodeId, episodes.id))
    .where(eq(samples.planId, round.plan.id));
  await deps.db.insert(answerScores).values(
    rows.map(({ answerId, number, jobId }) => ({
      projectId,
      modelId,
      answerId,
      score: scores[number - 1]!,
      uncertainty: 0.1,
      jobId,
      createdAt: clock.now(),
    })),
  );
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
