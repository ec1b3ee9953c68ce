import type { Client, Sampled, SamplingOptions, SamplingPlan } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { blobs, jobs, policyVersions, samples, trainingEpisodes } from '../src/db/schema/index.ts';
import type { TestApp, TestMember } from './app.ts';

type Application = Pick<TestApp, 'deps' | 'clock'>;

/** Puts a version of a policy that asks an endpoint into a project; gives its id. */
export async function buildEndpointVersion(
  { deps, clock }: Application,
  options: { projectId: string; name?: string; version?: number },
): Promise<string> {
  const { projectId, name = 'asker', version = 1 } = options;
  const id = uuidv7();
  await deps.db.insert(policyVersions).values({
    id,
    projectId,
    name,
    version,
    source: `${name} ${version}`,
    kind: 'endpoint',
    settings: {
      endpoint: 'SCRIPTED',
      model: 'scripted',
      maxCommandTokens: 100,
      maxAnswerTokens: 100,
      timeoutSeconds: 10,
      maxTries: 1,
    },
    note: '',
    createdAt: clock.now(),
  });
  return id;
}

/** Puts a ranker into a project that has learnt from these demonstrations; gives its id. Its model file and manifest are made up. */
export async function buildRankerVersion(
  { deps, clock }: Application,
  options: { projectId: string; learntFrom: readonly { episodeId: string; questionId: string }[] },
): Promise<string> {
  const { projectId, learntFrom } = options;
  const [id, jobId] = [uuidv7(), uuidv7()];
  const at = clock.now();
  const sha256 = 'a'.repeat(64);
  await deps.db.insert(jobs).values({
    id: jobId,
    projectId,
    kind: 'train-ranker',
    state: 'done',
    input: {},
    attempt: 1,
    createdAt: at,
  });
  await deps.db.insert(trainingEpisodes).values(
    learntFrom.map(({ episodeId, questionId }) => ({
      projectId,
      jobId,
      episodeId,
      questionId,
      revision: 1,
    })),
  );
  await deps.db.insert(blobs).values({ hash: sha256, size: 1, createdAt: at }).onConflictDoNothing();
  await deps.db.insert(policyVersions).values({
    id,
    projectId,
    name: 'ranker',
    version: 1,
    source: 'ranker 1',
    kind: 'ranker',
    settings: {} as never,
    note: '',
    modelBlob: sha256,
    manifest: {} as never,
    jobId,
    createdAt: at,
  });
  return id;
}

/** Makes a plan as a lead would. */
export const createPlan = (
  lead: TestMember,
  options: { projectId: string; versionIds: string[] } & Partial<SamplingOptions>,
): Promise<SamplingPlan> => {
  const { projectId, ...rest } = options;
  return lead.client.createSamplingPlan({
    params: { projectId },
    body: { name: 'Plan', seed: 'one', ...rest },
  });
};

/** The ids of a plan's jobs, in the order in which they are queued. */
export async function jobsOfPlan({ deps }: Application, planId: string): Promise<string[]> {
  const { rows } = await deps.db.execute<{ id: string }>(
    sql`select distinct ${samples.jobId} as id from ${samples} where ${samples.planId} = ${planId} order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** How a scripted policy says that it came to everything. */
export const scriptedSample: Sampled = { logProbability: -0.5, details: { candidates: 2 } };

/** Commands on `crowPages` from the start to an answer. */
export const shortCommands = [
  'Search crows gifts',
  'Clicked on link 0',
  'Quote: crows are the only ones known to give gifts to humans',
  'End: Answer',
] as const;

/** A model worker without a model: it sends what a test tells it to. */
export interface ScriptedWorker {
  readonly client: Client;
  readonly workerId: string;
  /** Begins the attempt that a job has now, or begins it again. */
  start(jobId: string): Promise<ScriptedAttempt>;
}

export interface ScriptedAttempt {
  readonly jobId: string;
  readonly token: string;
  begin(number: number): ReturnType<Client['beginSample']>;
  /** Sends commands from where the episode stands. */
  browse(episode: { id: string; nextSequence: number }, commands: readonly string[]): Promise<void>;
  submit(number: number, episodeId: string, text: string): ReturnType<Client['submitSample']>;
  /** A whole draw: begins it, browses to its answer and submits that. */
  draw(number: number, text: string): ReturnType<Client['submitSample']>;
  complete(): Promise<unknown>;
  fail(reason: string): Promise<unknown>;
}

/** A worker that has reported itself; of one project, if its key is to be for that alone. */
export async function buildWorker(
  test: TestApp,
  options: { projectId: string; isBound?: boolean; concurrency?: number },
): Promise<ScriptedWorker> {
  const { projectId, isBound = false, concurrency = 1 } = options;
  const token = { personId: null, scopes: ['worker' as const], ...(isBound && { projectId }) };
  const client = test.clientOf(await test.buildToken(token));
  const workerId = uuidv7();
  await client.reportWorker({
    params: { workerId },
    body: {
      name: 'scripted',
      kinds: [{ kind: 'sample', concurrency }],
      version: '1',
      device: 'cpu',
      models: [],
      endpoints: [],
      startedAt: test.clock.now().toISOString(),
    },
  });
  const attemptOf = async (jobId: string): Promise<number> => {
    const { rows } = await test.deps.db.execute<{ attempt: number }>(
      sql`select attempt from jobs where id = ${jobId}`,
    );
    return rows[0]!.attempt;
  };
  return {
    client,
    workerId,
    async start(jobId) {
      const attempt = await attemptOf(jobId);
      const started = await client.startAttempt({ params: { jobId, attempt }, body: { workerId } });
      const { attemptToken } = started;
      const { projectId: ofProject } = started;
      const begin: ScriptedAttempt['begin'] = (number) =>
        client.beginSample({
          params: { jobId, number },
          body: { attemptToken, sampler: { worker: 'scripted', version: '1', device: 'cpu' } },
        });
      const browse: ScriptedAttempt['browse'] = async (episode, commands) => {
        for (const [index, command] of commands.entries()) {
          await client.sendCommand({
            params: {
              projectId: ofProject,
              episodeId: episode.id,
              sequence: episode.nextSequence + index,
            },
            body: { command, leaseToken: attemptToken, sampled: scriptedSample },
          });
        }
      };
      const submit: ScriptedAttempt['submit'] = (number, episodeId, text) =>
        client.submitSample({
          params: { jobId, number },
          body: { attemptToken, episodeId, text, sampled: scriptedSample },
        });
      return {
        jobId,
        token: attemptToken,
        begin,
        browse,
        submit,
        async draw(number, text) {
          const { episode } = await begin(number);
          if (!episode) throw new Error(`Sample ${number} is done.`);
          await browse(episode, shortCommands.slice(episode.nextSequence - 1));
          return submit(number, episode.id, text);
        },
        complete: () =>
          client.completeAttempt({ params: { jobId, attempt }, body: { attemptToken, result: {} } }),
        fail: (reason) =>
          client.failAttempt({
            params: { jobId, attempt },
            body: { attemptToken, reason, isFinal: true },
          }),
      };
    },
  };
}
