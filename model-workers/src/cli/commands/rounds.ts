import type { Client, PairRule, Round, RoundEvent, RoundState } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError, exitCodes } from '../errors.ts';
import { shareAlone, shareWithInterval } from '../figures.ts';
import type { Io } from '../io.ts';
import { readList } from '../paging.ts';
import { rewardSettingsOf, type RewardSettingsOptions } from '../reward-settings.ts';
import type { Outcome } from '../run.ts';
import { orDash, tableOf } from '../table.ts';
import { samplingBodyOf, type SamplingOptions } from './sampling.ts';
import { waitForRound } from './wait-for-round.ts';

type Key = { client: Client; projectId: string };

/** All rounds, the newest first. */
export const readRounds = async ({ client, projectId }: Key): Promise<Round[]> => {
  const { items } = await readList(Infinity, (query) => client.listRounds({ params: { projectId }, query }));
  return items;
};

/**
 * A round by its number, name or id, or the newest where none is named.
 * @throws CliError when there is no such one, or several of that name
 */
async function findRound(key: Key, name: string | undefined): Promise<Round> {
  const rounds = await readRounds(key);
  const known = rounds.map((round) => `${round.number} "${round.name}"`).join(', ');
  const found =
    name === undefined
      ? rounds.slice(0, 1)
      : rounds.filter((round) => name === round.id || name === String(round.number));
  const [round] = found.length > 0 ? found : onlyOne(rounds.filter((one) => one.name === name));
  if (round) return round;
  throw new CliError(
    'failed',
    rounds.length === 0
      ? 'This project has no rounds yet: open one with "rookery rounds open".'
      : `There is no round "${name}" in this project: there are ${known}.`,
    { code: 'not_found' },
  );

  function onlyOne(named: Round[]): Round[] {
    if (named.length <= 1) return named;
    const numbers = named.map((one) => one.number).join(', ');
    throw new CliError('usage', `Several rounds are named "${name}". Say which by its number: ${numbers}.`);
  }
}

export interface OpenRoundOptions extends SamplingOptions, RewardSettingsOptions {
  comparisons: number;
  rule?: PairRule;
  random?: number;
  overlap?: number;
  form?: FormName;
  train: boolean;
  watch?: boolean;
}

/** Opens a round; with `watch`, goes along until it is ready. */
export async function openRound(
  io: Io,
  name: string | undefined,
  options: OpenRoundOptions,
): Promise<Outcome> {
  const { comparisons, rule, random, overlap, form, train, seed } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const round = await client.openRound({
    params: { projectId },
    body: {
      ...(name !== undefined && { name }),
      sampling: await samplingBodyOf({ client, projectId }, options),
      selection: {
        ...(rule !== undefined && { rule }),
        ...(random !== undefined && { randomPercent: random }),
      },
      comparisons,
      ...(overlap !== undefined && { overlap }),
      ...(form !== undefined && { form }),
      ...(seed !== undefined && { seed }),
      training: rewardSettingsOf(options),
      trainsByItself: train,
    },
  });
  if (!options.watch) return { json: { round }, text: describeRound(round) };
  return watch(io, { client, projectId, round, until: 'ready', json: options.json });
}

/** Rounds with what each came to, as a table. */
export async function listRounds(io: Io, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const rounds = await readRounds({ client, projectId });
  const columns = [
    { head: 'No.', isNumber: true },
    { head: 'Name' },
    { head: 'State' },
    { head: 'Starts from', isNumber: true },
    ...['Samples', 'Pairs', 'Comparisons', 'Comes to', 'Right, held out', 'Version before'].map((head) => ({
      head,
      isNumber: true,
    })),
  ];
  const rows = rounds.map((round) => [
    String(round.number),
    round.name,
    round.problem === null ? round.state : `${round.state}, does not go on`,
    orDash(round.startsFrom, ({ version }) => `version ${version}`),
    `${round.samples.done} of ${round.samples.wanted}`,
    String(round.pairs.chosen),
    `${round.comparisons.submitted} of ${round.comparisons.wanted || round.options.comparisons}`,
    orDash(round.model, ({ version }) => `version ${version}`),
    orDash(round.model, ({ accuracy }) => shareWithInterval(accuracy)),
    orDash(round.model?.previous ?? null, shareAlone),
  ]);
  return {
    json: { rounds },
    text: rounds.length === 0 ? 'There are no rounds yet.\n' : tableOf(columns, rows),
  };
}

/** How a round stands. */
export async function showRound(io: Io, name: string | undefined, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const round = await findRound({ client, projectId }, name);
  return { json: { round }, text: describeRound(round) };
}

/** Every transition of a round. */
export async function listRoundEvents(
  io: Io,
  name: string | undefined,
  options: ProjectOptions,
): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: roundId, number } = await findRound({ client, projectId }, name);
  const events = await client.listRoundEvents({ params: { projectId, roundId } });
  const columns = ['At', 'What', 'From', 'To', 'By', 'Fact'].map((head) => ({ head }));
  const cell = (text: string | null): string => orDash(text, String);
  const rows = events.map((event: RoundEvent) => [
    event.at,
    event.kind,
    cell(event.from),
    cell(event.to),
    cell(event.by),
    cell(event.fact),
  ]);
  return { json: { round: number, events }, text: tableOf(columns, rows) };
}

const changes = { train: 'trainRound', close: 'closeRound', cancel: 'cancelRound' } as const;

/** Has a round train, closes it or cancels it. */
export async function changeRound(
  io: Io,
  change: { name: string | undefined; how: keyof typeof changes },
  options: ProjectOptions,
): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: roundId } = await findRound({ client, projectId }, change.name);
  const round = await client[changes[change.how]]({ params: { projectId, roundId } });
  return { json: { round }, text: describeRound(round) };
}

export interface WatchOptions extends ProjectOptions {
  until: RoundState;
}

/** Goes along with a round until it is at a state, or has ended. */
export async function watchRound(io: Io, name: string | undefined, options: WatchOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const round = await findRound({ client, projectId }, name);
  return watch(io, { client, projectId, round, until: options.until, json: options.json });
}

async function watch(
  io: Io,
  work: Key & { round: Round; until: RoundState; json?: boolean | undefined },
): Promise<Outcome> {
  const round = await waitForRound(io, { ...work, roundId: work.round.id });
  return {
    json: { round },
    text: describeRound(round),
    exitCode: round.state === 'cancelled' ? exitCodes.failed : exitCodes.ok,
  };
}

const nextSteps: Partial<Record<RoundState, string>> = {
  ready: 'Nothing is left to do: "rookery rounds close" closes it.',
};

/** How a round stands, for people. */
function describeRound(round: Round): string {
  const { options, samples, pairs, comparisons, startsFrom, model, problem } = round;
  const byRule = pairs.byRule.map((one) => `${one.pairs} ${one.rule}`).join(', ');
  return [
    `Round ${round.number} "${round.name}" (${round.id}): ${round.state}`,
    ...(problem === null ? [] : [problem.message]),
    ...(problem?.jobId == null ? [] : [`"rookery jobs retry ${problem.jobId}" tries again.`]),
    `Policies: ${round.policies.map(({ source }) => source).join(', ')}; sampling plan "${round.plan.name}"`,
    `Starts from: ${startsFrom === null ? 'no reward model' : `reward model ${startsFrom.version}`}`,
    `Samples: ${samples.done} of ${samples.wanted} done, ${samples.answered} answered`,
    `Pairs: ${pairs.chosen}${byRule && ` (${byRule})`}, by the rule ${options.selection.rule} with ${options.selection.randomPercent} % at random`,
    `Comparisons: ${comparisons.submitted} of ${comparisons.wanted} submitted, ${comparisons.inProgress} under way; budget ${options.comparisons}`,
    ...(model === null
      ? []
      : [
          `Reward model ${model.version}: right on held-out questions ${shareWithInterval(model.accuracy)}${model.previous === null ? '' : `; the version before ${shareAlone(model.previous)}`}`,
        ]),
    ...[nextSteps[round.state] ?? []].flat(),
    '',
  ].join('\n');
}
