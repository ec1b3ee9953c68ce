import { createClient } from '@rookery/shared/api';
import { checkWork } from '../../simulate/check.ts';
import { simulateDemonstrators } from '../../simulate/simulation.ts';
import { connect, findProject, reachingFetch, type ProjectOptions } from '../connection.ts';
import { exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import { startProgress } from '../progress.ts';
import type { Outcome } from '../run.ts';

export interface SimulateOptions extends ProjectOptions {
  people: number;
  demonstrations: number;
  skill: number;
  noise: number;
  speed: number;
  seed: number;
  /** Without references: they know the question alone. */
  blind?: boolean;
  check: boolean;
}

const shownFaults = 20;

/** Has simulated people do demonstrations, and checks that the server kept every step it acknowledged. */
export async function simulate(io: Io, options: SimulateOptions): Promise<Outcome> {
  const { client: lead, url } = await connect(io, options);
  const { id: projectId } = await findProject(lead, options.project);
  const { signal } = io;
  const fetch = reachingFetch(io, url);
  const actAs = (token: string) => createClient({ baseUrl: url, token, fetch });
  const working = startProgress(io, { label: 'Demonstrations', json: options.json });
  const { outcomes, journal, seconds } = await simulateDemonstrators(
    { lead, actAs },
    {
      projectId,
      people: options.people,
      demonstrations: options.demonstrations,
      traits: { skill: options.skill, noise: options.noise },
      speed: options.speed,
      seed: options.seed,
      knowsReferences: !options.blind,
      signal,
      onTask: (done) => working.show(done, options.demonstrations),
    },
  ).finally(() => working.end());
  const checking = startProgress(io, { label: 'Checking', json: options.json });
  const checked = options.check
    ? await checkWork(lead, {
        projectId,
        journal,
        signal,
        onEpisode: (done) => checking.show(done, journal.steps.size),
      }).finally(() => checking.end())
    : null;
  const { commands, invalid, repeated, latenciesMs } = journal.figures;
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const json = {
    outcomes,
    commands,
    invalidCommands: invalid,
    repeatedRequests: repeated,
    seconds: Math.round(seconds * 10) / 10,
    commandMs: { p50: at(0.5), p95: at(0.95) },
    check: checked && {
      episodes: journal.steps.size,
      lost: checked.lost.length,
      doubled: checked.doubled.length,
      faults: [...checked.lost, ...checked.doubled].slice(0, shownFaults),
    },
  };
  const isSound = !checked || checked.lost.length + checked.doubled.length === 0;
  const said = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome.replaceAll('_', ' ')}`);
  return {
    json,
    text: [
      `${said.join(', ') || 'Nothing done'} in ${json.seconds} s: ${commands} commands, ${invalid} invalid, ` +
        `${repeated} requests repeated; a command took ${json.commandMs.p50} ms (median), ${json.commandMs.p95} ms (95 %).`,
      ...(checked
        ? [
            `${journal.steps.size} episodes read back: ${checked.lost.length} acknowledged steps or answers lost, ` +
              `${checked.doubled.length} tasks doubled.`,
            ...json.check!.faults,
          ]
        : []),
      '',
    ].join('\n'),
    exitCode: isSound ? exitCodes.ok : exitCodes.failed,
  };
}
