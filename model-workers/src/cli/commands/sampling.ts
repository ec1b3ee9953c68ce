import type { Client, QuestionUse, SamplingPlan } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import { readList } from '../paging.ts';
import type { Outcome } from '../run.ts';
import { duration, tableOf } from '../table.ts';
import { atVersion, findVersions } from './policies.ts';
import { describePlan, waitForPlan } from './sampling-plan.ts';

/** What is sampled. */
export interface SamplingOptions extends ProjectOptions {
  policy: string[];
  perQuestion?: number;
  temperature?: number;
  actions?: number;
  redraws?: number;
  use?: QuestionUse[];
  dataset?: string[];
  questions?: number;
  includeLearnt?: boolean;
  seed?: string;
}

export interface PlanOptions extends SamplingOptions {
  /** `all`, or how many of each question; left out: no pairs. */
  pairs?: number | 'all';
  acrossSources?: boolean;
  withDemonstrations?: boolean;
  form?: FormName;
}

type Key = { client: Client; projectId: string };
type Body = Parameters<Client['estimateSampling']>[0]['body'];

/** The options as the API takes them; what is left out is left to the server. */
async function bodyOf(key: Key, options: PlanOptions): Promise<Body> {
  return { ...(await samplingBodyOf(key, options)), pairing: pairingOf(options) };
}

/** What is sampled, as the API takes it; pairs apart. */
export async function samplingBodyOf(key: Key, options: SamplingOptions): Promise<Omit<Body, 'pairing'>> {
  const { perQuestion, temperature, actions, redraws, use, dataset, questions, seed } = options;
  const versions = await findVersions(key, options.policy);
  return {
    versionIds: [...new Set(versions.map((version) => version.id))],
    ...(perQuestion !== undefined && { perQuestion }),
    ...(temperature !== undefined && { temperature }),
    ...(actions !== undefined && { actionLimit: actions }),
    ...(redraws !== undefined && { maxRedraws: redraws }),
    ...(use !== undefined && { uses: use }),
    ...(dataset !== undefined && { datasets: dataset }),
    ...(questions !== undefined && { questions }),
    ...(seed !== undefined && { seed }),
    includeLearnt: options.includeLearnt ?? false,
  };
}

function pairingOf(options: PlanOptions): Body['pairing'] {
  const { pairs, acrossSources, withDemonstrations, form } = options;
  if (pairs === undefined) {
    if (acrossSources || withDemonstrations || form !== undefined) {
      throw new CliError('usage', '--across-sources, --with-demonstrations and --form go with --pairs.');
    }
    return null;
  }
  return {
    perQuestion: pairs === 'all' ? null : pairs,
    acrossSources: acrossSources ?? false,
    withDemonstrations: withDemonstrations ?? false,
    ...(form !== undefined && { form }),
  };
}

/** What a plan would come to, without making it. */
export async function estimateSampling(io: Io, options: PlanOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const body = await bodyOf({ client, projectId }, options);
  const estimate = await client.estimateSampling({ params: { projectId }, body });
  const { questions, learnt, samples, slots, seconds, secondsPerSample } = estimate;
  const time =
    seconds === null || secondsPerSample === null
      ? 'How long they take is not known yet.'
      : `About ${duration(seconds)}, at ${secondsPerSample.toFixed(1)} s a sample.`;
  return {
    json: estimate,
    text: [
      `${samples} samples of ${questions} questions; ${learnt} more are left out because a version has learnt from them.`,
      `The workers that are online make ${slots} at once. ${time}`,
      'Nothing was begun. "rookery sampling start" begins.',
      '',
    ].join('\n'),
  };
}

export interface StartOptions extends PlanOptions {
  wait?: boolean;
}

/** Makes a plan and begins; with `wait`, goes along until its samples and pairs are there. */
export async function startSampling(io: Io, name: string, options: StartOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const body = await bodyOf({ client, projectId }, options);
  const plan = await client.createSamplingPlan({ params: { projectId }, body: { ...body, name } });
  if (options.wait) return follow(io, { client, projectId, plan, json: options.json });
  return { json: { plan }, text: describePlan(plan) };
}

/** Plans, the newest first. */
export async function listPlans(io: Io, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const plans = await readPlans({ client, projectId });
  const columns = [
    { head: 'Plan' },
    { head: 'State' },
    { head: 'Policies' },
    { head: 'Questions', isNumber: true },
    { head: 'Done', isNumber: true },
    { head: 'Answered', isNumber: true },
    { head: 'Failed jobs', isNumber: true },
    { head: 'Id' },
  ];
  const rows = plans.map((plan) => {
    const sum = (count: (version: SamplingPlan['versions'][number]) => number): number =>
      plan.versions.reduce((total, version) => total + count(version), 0);
    const open = sum((one) => one.waiting + one.running);
    const samples = sum((one) => one.samples);
    return [
      plan.name,
      plan.state,
      plan.versions.map((one) => atVersion(one.policy)).join(', '),
      String(plan.questions),
      `${samples - open} of ${samples}`,
      String(sum((one) => one.answered)),
      String(plan.jobs.failed),
      plan.id,
    ];
  });
  return {
    json: { plans },
    text: plans.length === 0 ? 'There are no sampling plans yet.\n' : tableOf(columns, rows),
  };
}

const readPlans = async ({ client, projectId }: Key): Promise<SamplingPlan[]> => {
  const { items } = await readList(Infinity, (query) =>
    client.listSamplingPlans({ params: { projectId }, query }),
  );
  return items;
};

/**
 * A plan by its id or its name.
 * @throws CliError when there is none, or several of that name
 */
export async function findPlan(key: Key, name: string): Promise<SamplingPlan> {
  const plans = await readPlans(key);
  const found = plans.filter((plan) => plan.id === name || plan.name === name);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const ids = found.map((plan) => `${plan.id} of ${plan.createdAt}`).join(', ');
    throw new CliError('usage', `Several plans are named "${name}". Say which by its id: ${ids}.`);
  }
  const known = [...new Set(plans.map((plan) => `"${plan.name}"`))].join(', ');
  throw new CliError(
    'failed',
    `There is no sampling plan "${name}" in this project${known && `: ${known}`}.`,
    {
      code: 'not_found',
    },
  );
}

export interface FollowOptions extends ProjectOptions {
  wait?: boolean;
}

/** How a plan stands; with `wait`, once it has ended. */
export async function showPlan(io: Io, name: string, options: FollowOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const plan = await findPlan({ client, projectId }, name);
  if (options.wait) return follow(io, { client, projectId, plan, json: options.json });
  return { json: { plan }, text: describePlan(plan) };
}

const changes = {
  pause: 'pauseSamplingPlan',
  resume: 'resumeSamplingPlan',
  cancel: 'cancelSamplingPlan',
} as const;

/** Pauses, resumes or cancels a plan. */
export async function changePlan(
  io: Io,
  change: { name: string; how: keyof typeof changes },
  options: ProjectOptions,
): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: planId } = await findPlan({ client, projectId }, change.name);
  const plan = await client[changes[change.how]]({ params: { projectId, planId } });
  return { json: { plan }, text: describePlan(plan) };
}

async function follow(
  io: Io,
  work: Key & { plan: SamplingPlan; json?: boolean | undefined },
): Promise<Outcome> {
  const { plan, pairing } = await waitForPlan(io, work);
  const hasFailed = plan.jobs.failed > 0 || plan.state === 'cancelled';
  return {
    json: { plan, pairing: pairing === null ? null : { jobId: pairing.id, result: pairing.result } },
    text: describePlan(plan),
    exitCode: hasFailed ? exitCodes.failed : exitCodes.ok,
  };
}
