import {
  createClient,
  type Client,
  type PairRule,
  type Project,
  type RewardModel,
  type Round,
} from '@rookery/shared/api';
import { simulateRaters } from '../../simulate/raters/simulation.ts';
import { defaultTaste, type Taste } from '../../simulate/raters/taste.ts';
import { simulateDemonstrators } from '../../simulate/simulation.ts';
import { connect, findProject, reachingFetch, type Connection, type ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { patiently, waitForJob } from '../jobs.ts';
import { readList } from '../paging.ts';
import { startProgress } from '../progress.ts';
import type { Outcome } from '../run.ts';
import { measureRounds, type MeasuredRound } from './measure-rounds.ts';
import { readRounds } from './rounds.ts';
import { describeSeeds, summarise } from './simulated-rounds-report.ts';
import { waitForRound } from './wait-for-round.ts';

export interface SimulateRoundsOptions extends ProjectOptions {
  rounds: number;
  /** Budgets in turn; the last one is that of all rounds that follow. */
  comparisons: number[];
  perQuestion: number;
  raters: number;
  demonstrations: number;
  /** What it names differs from the usual taste. */
  taste: Taste;
  noise: number[];
  /** How pairs are chosen from the second round on. */
  rule: PairRule;
  /** Percent of those pairs that are drawn whatever the rule. */
  random: number;
  /** Percent of the questions. */
  heldOut: number;
  /** See `RewardSettings`. */
  regularisation: number;
  seed: number;
  /** Each on a project of its own. */
  seeds?: number[];
  /** Of new projects: beginning of their names. */
  name: string;
}

/** One seed's rounds on one project. */
interface Run {
  connection: Connection;
  projectId: string;
  seed: number;
  options: SimulateRoundsOptions;
}

/**
 * Runs whole rounds with simulated raters over the public API and measures their reward models by the raters' hidden taste. Whatever a
 * project has already is gone on with, so that a run that was killed is finished by the same command.
 */
export async function simulateRounds(io: Io, options: SimulateRoundsOptions): Promise<Outcome> {
  const connection = await connect(io, options);
  const seeds = options.seeds ?? [options.seed];
  const measured: { seed: number; project: string; seconds: number; rounds: MeasuredRound[] }[] = [];
  for (const seed of seeds) {
    const project = await projectOf(io, { connection, seed, options });
    const begun = performance.now();
    const run = { connection, projectId: project.id, seed, options };
    const models = await runRounds(io, run, project);
    const taste = { ...defaultTaste, ...options.taste };
    const rounds = await measureRounds(io, { ...run, client: connection.client, models, taste });
    const seconds = Math.round((performance.now() - begun) / 1000);
    measured.push({ seed, project: project.name, seconds, rounds });
  }
  const summary = summarise(measured.map(({ rounds }) => rounds));
  return { json: { seeds: measured, summary }, text: describeSeeds(measured, summary) };
}

/** The project that is named; with several seeds one for each, made like the starter project where it is not there yet. */
async function projectOf(io: Io, { connection, seed, options }: Omit<Run, 'projectId'>): Promise<Project> {
  const { client } = connection;
  if (options.seeds === undefined) return findProject(client, options.project);
  const name = `${options.name} ${seed}`;
  return patiently(io, async () => {
    const projects = await client.listProjects();
    return (
      projects.find((project) => project.name.toLowerCase() === name.toLowerCase()) ??
      client.createStarterProject({ body: { name } })
    );
  });
}

/** Has so many rounds closed on the project, and gives the reward models they came to, in order. */
async function runRounds(
  io: Io,
  run: Run,
  project: Project,
): Promise<{ round: Round; model: RewardModel }[]> {
  const { connection, projectId, options } = run;
  const { client } = connection;
  if (project.settings.simulation !== 'allowed') {
    throw new CliError(
      'failed',
      `Simulated people may not work in "${project.name}": its settings do not allow it.`,
    );
  }
  await waitForImports(io, run);
  const versionId = await ensurePolicy(io, run);
  for (;;) {
    const own = await ownRounds(run);
    const closed = own.filter(({ state }) => state === 'closed');
    if (closed.length >= options.rounds) break;
    const open = await openOrFind(io, run, { versionId, number: closed.length + 1 });
    await finish(io, run, open);
    if (!options.json) io.err(`${project.name}: round ${open.number} is done.\n`);
  }
  const models = await patiently(io, async () => {
    const { items } = await readList(Infinity, (query) =>
      client.listRewardModels({ params: { projectId }, query }),
    );
    return items;
  });
  const closed = (await ownRounds(run)).filter(({ state }) => state === 'closed');
  return closed.slice(0, options.rounds).map((round) => {
    const model = models.find(({ id }) => id === round.model?.id);
    if (!model) throw new CliError('failed', `Round ${round.number} is closed, but has no reward model.`);
    return { round, model };
  });
}

const roundName = (run: Run, number: number): string => `Simulated round ${number}, seed ${run.seed}`;

/** The simulation's own rounds, by number. Cancelled ones are done again. */
async function ownRounds(run: Run): Promise<Round[]> {
  const rounds = await readRounds({ client: run.connection.client, projectId: run.projectId });
  const pattern = /^Simulated round (\d+), seed (\d+)$/;
  return rounds
    .filter(({ name, state }) => Number(pattern.exec(name)?.[2]) === run.seed && state !== 'cancelled')
    .toSorted((a, b) => a.number - b.number);
}

async function waitForImports(io: Io, { connection, projectId, options }: Run): Promise<void> {
  const { client } = connection;
  for (const kind of ['import-library', 'import-questions'] as const) {
    const { items } = await patiently(io, () =>
      client.listJobs({ params: { projectId }, query: { kind, limit: 500 } }),
    );
    for (const { id: jobId, state } of items) {
      if (state !== 'uploading' && state !== 'queued' && state !== 'running') continue;
      await waitForJob(io, { client, projectId, jobId, label: 'Importing', json: options.json });
    }
  }
}

/** The newest policy version; where there is none, a ranker that learns from simulated demonstrations. */
async function ensurePolicy(io: Io, run: Run): Promise<string> {
  const { connection, projectId, seed, options } = run;
  const { client } = connection;
  const newest = async (): Promise<string | undefined> => {
    const { items } = await client.listPolicyVersions({ params: { projectId }, query: { limit: 1 } });
    return items[0]?.id;
  };
  const known = await patiently(io, newest);
  if (known !== undefined) return known;
  await demonstrate(io, run);
  const jobId = await patiently(io, async () => {
    const query = { kind: 'train-ranker', limit: 1 } as const;
    const [job] = (await client.listJobs({ params: { projectId }, query })).items;
    if (job?.state === 'queued' || job?.state === 'running') return job.id;
    return (await client.trainRanker({ params: { projectId }, body: { settings: { seed } } })).id;
  });
  await waitForJob(io, { client, projectId, jobId, label: 'Training the policy', json: options.json });
  const trained = await patiently(io, newest);
  if (trained === undefined) throw new CliError('failed', 'The policy is trained, but has no version.');
  return trained;
}

/** Has simulated people do what is missing of the demonstrations of bc questions, which are wanted often enough. */
async function demonstrate(io: Io, run: Run): Promise<void> {
  const { connection, projectId, seed, options } = run;
  const { client } = connection;
  const params = { projectId };
  const { total: questions } = await patiently(io, () =>
    client.listQuestions({ params, query: { use: 'bc', limit: 1 } }),
  );
  if (questions === 0) {
    throw new CliError('failed', 'There are no bc questions to demonstrate: import some first.');
  }
  const wanted = Math.ceil(options.demonstrations / questions);
  await patiently(io, () =>
    client.updateQuestions({
      params,
      body: { which: { matching: { use: 'bc' } }, change: { wanted, priority: 10 } },
    }),
  );
  const { demonstrations: done } = await patiently(io, () => client.getProjectOverview({ params }));
  const missing = options.demonstrations - done.submitted;
  if (missing <= 0) return;
  const progress = startProgress(io, { label: 'Demonstrations', json: options.json });
  await simulateDemonstrators(clientsOf(io, connection), {
    projectId,
    people: 5,
    demonstrations: missing,
    traits: { skill: 0.9, noise: 0.1 },
    speed: 0,
    seed,
    knowsReferences: true,
    signal: io.signal,
    onTask: (count) => progress.show(count, missing),
  }).finally(() => progress.end());
}

function clientsOf(io: Io, { client, url }: Connection): { lead: Client; actAs: (token: string) => Client } {
  const fetch = reachingFetch(io, url);
  return { lead: client, actAs: (token) => createClient({ baseUrl: url, token, fetch }) };
}

/**
 * The round that is open, or a new one: pairs of the first are drawn, those of later ones chosen by the rule, and a share drawn.
 * @throws CliError when a round is open that is not the simulation's
 */
async function openOrFind(
  io: Io,
  run: Run,
  { versionId, number }: { versionId: string; number: number },
): Promise<Round> {
  const { connection, projectId, seed, options } = run;
  const { client } = connection;
  const isFirst = number === 1;
  return patiently(io, async () => {
    const rounds = await readRounds({ client, projectId });
    const open = rounds.find(({ state }) => state !== 'closed' && state !== 'cancelled');
    if (open && !(await ownRounds(run)).some(({ id }) => id === open.id)) {
      throw new CliError(
        'failed',
        `Round ${open.number} "${open.name}" is open: close or cancel it first, since one round is open at a time.`,
      );
    }
    if (open) return open;
    return client.openRound({
      params: { projectId },
      body: {
        name: roundName(run, number),
        sampling: {
          versionIds: [versionId],
          perQuestion: options.perQuestion,
          seed: `round ${number}, seed ${seed}`,
        },
        selection: isFirst ? { rule: 'random' } : { rule: options.rule, randomPercent: options.random },
        comparisons: options.comparisons[number - 1] ?? options.comparisons.at(-1)!,
        overlap: 1,
        training: {
          seed,
          simulated: true,
          heldOutPercent: options.heldOut,
          regularisation: options.regularisation,
        },
        seed: `pairs of round ${number}, seed ${seed}`,
      },
    });
  });
}

/** Goes along with a round to its end, with raters where it waits for comparisons, and closes it. */
async function finish(io: Io, run: Run, { id: roundId }: Round): Promise<void> {
  const { connection, projectId, options } = run;
  const { client } = connection;
  const followed = { client, projectId, roundId, json: options.json };
  const comparing = await waitForRound(io, { ...followed, until: 'comparing' });
  if (comparing.state === 'comparing') await compare(io, run, comparing);
  const ready = await waitForRound(io, { ...followed, until: 'ready' });
  if (ready.state !== 'ready') return;
  await patiently(io, async () => {
    const { state } = await client.getRound({ params: { projectId, roundId } });
    if (state === 'ready') await client.closeRound({ params: { projectId, roundId } });
  });
}

async function compare(io: Io, run: Run, round: Round): Promise<void> {
  const { connection, projectId, seed, options } = run;
  const { client } = connection;
  const { submitted, wanted } = round.comparisons;
  const progress = startProgress(io, { label: `Comparisons, round ${round.number}`, json: options.json });
  await simulateRaters(clientsOf(io, connection), {
    projectId,
    people: options.raters,
    comparisons: null,
    form: round.options.form,
    taste: { ...defaultTaste, ...options.taste },
    noise: options.noise,
    positionBias: 0,
    annotates: false,
    speed: 0,
    seed,
    signal: io.signal,
    onTask: (done) => progress.show(submitted + done, wanted),
  }).finally(() => progress.end());
  // Leases of a run that was killed are given out again once they have ended.
  const { state, comparisons } = await patiently(io, () =>
    client.getRound({ params: { projectId, roundId: round.id } }),
  );
  if (state !== 'comparing' || comparisons.submitted >= comparisons.wanted) return;
  throw new CliError(
    'failed',
    `Round ${round.number} waits for ${comparisons.wanted - comparisons.submitted} comparisons that no simulated rater can take now: ` +
      'they are held by others, or the project is paused. Try again later, or "rookery rounds train" trains with what there is.',
  );
}
