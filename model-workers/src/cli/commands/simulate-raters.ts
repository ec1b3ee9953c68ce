import { createClient } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import {
  compareAgreement,
  type ComparedAgreement,
  type ComparedMeasure,
} from '../../simulate/raters/agreement.ts';
import { checkRatings } from '../../simulate/raters/check.ts';
import { simulateRaters } from '../../simulate/raters/simulation.ts';
import { defaultTaste, type Taste } from '../../simulate/raters/taste.ts';
import { connect, findProject, reachingFetch, type ProjectOptions } from '../connection.ts';
import { exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import { startProgress } from '../progress.ts';
import type { Outcome } from '../run.ts';

export interface SimulateRatersOptions extends ProjectOptions {
  people: number;
  comparisons?: number;
  form: FormName;
  /** What it names differs from the usual taste. */
  taste: Taste;
  noise: number[];
  positionBias: number;
  annotate?: boolean;
  speed: number;
  seed: number;
  check: boolean;
}

const shownFaults = 20;

/**
 * Has simulated raters compare answers, checks that the server kept all that it acknowledged, and sets their agreement beside the
 * one that was to be expected.
 */
export async function simulateRatings(io: Io, options: SimulateRatersOptions): Promise<Outcome> {
  const { client: lead, url } = await connect(io, options);
  const { id: projectId } = await findProject(lead, options.project);
  const { signal } = io;
  const { form, seed, json, comparisons = null } = options;
  const fetch = reachingFetch(io, url);
  const working = startProgress(io, { label: 'Comparisons', json });
  const { raters, outcomes, journal, seconds } = await simulateRaters(
    { lead, actAs: (token) => createClient({ baseUrl: url, token, fetch }) },
    {
      projectId,
      people: options.people,
      comparisons,
      form,
      taste: { ...defaultTaste, ...options.taste },
      noise: options.noise,
      positionBias: options.positionBias,
      annotates: options.annotate ?? false,
      speed: options.speed,
      seed,
      signal,
      onTask: (done) => working.show(done, comparisons),
    },
  ).finally(() => working.end());
  const checking = startProgress(io, { label: 'Checking', json });
  const checked = options.check
    ? await checkRatings({
        lead,
        projectId,
        form,
        raters,
        journal,
        signal,
        onRead: (done) => checking.show(done, null),
      }).finally(() => checking.end())
    : null;
  const compared =
    checked && (await compareAgreement(checked.ratings, { lead, projectId, form, seed, signal }));
  const { drafts, repeated, latenciesMs } = journal.figures;
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const result = {
    outcomes,
    drafts,
    repeatedRequests: repeated,
    seconds: Math.round(seconds * 10) / 10,
    submissionMs: { p50: at(0.5), p95: at(0.95) },
    check: checked && {
      comparisons: checked.read,
      lost: checked.lost.length,
      doubled: checked.doubled.length,
      faults: [...checked.lost, ...checked.doubled].slice(0, shownFaults),
    },
    agreement: compared,
  };
  const isSound = !checked || checked.lost.length + checked.doubled.length === 0;
  return { json: result, text: describe(result), exitCode: isSound ? exitCodes.ok : exitCodes.failed };
}

function describe(result: {
  outcomes: Partial<Record<string, number>>;
  drafts: number;
  repeatedRequests: number;
  seconds: number;
  submissionMs: { p50: number; p95: number };
  check: { comparisons: number; lost: number; doubled: number; faults: string[] } | null;
  agreement: ComparedAgreement | null;
}): string {
  const { outcomes, drafts, repeatedRequests, seconds, submissionMs, check, agreement } = result;
  const said = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome.replaceAll('_', ' ')}`);
  return [
    `${said.join(', ') || 'Nothing done'} in ${seconds} s: ${drafts} drafts, ${repeatedRequests} requests repeated; ` +
      `a submission took ${submissionMs.p50} ms (median), ${submissionMs.p95} ms (95 %).`,
    ...(check
      ? [
          `${check.comparisons} comparisons read back: ${check.lost} acknowledged judgements or drafts lost, ${check.doubled} doubled.`,
          ...check.faults,
        ]
      : []),
    ...(agreement ? describeAgreement(agreement) : []),
    '',
  ].join('\n');
}

function describeAgreement({ pairs, ratingPairs, agreement, alpha }: ComparedAgreement): string[] {
  if (ratingPairs === 0) return ['No pair has two ratings: there is no agreement to speak of.'];
  return [
    `Overall ratings of ${pairs} pairs with two or more, ${ratingPairs} pairs of ratings:`,
    `  tie-aware agreement: ${describeMeasure(agreement)}`,
    `  ordinal alpha: ${describeMeasure(alpha)}`,
  ];
}

function describeMeasure({ expected, collected, server }: ComparedMeasure): string {
  const figure = (value: number | null): string => (value === null ? 'not defined' : value.toFixed(3));
  const range = (interval: { low: number; high: number } | null): string =>
    interval ? ` (95 %: ${figure(interval.low)} to ${figure(interval.high)})` : '';
  const verdict = server?.coversExpected
    ? 'which covers the expected one'
    : 'which does not cover the expected one';
  const told = server
    ? `the server says ${figure(server.value)}${range(server.interval)}, ${verdict}`
    : "the server's has other programs' ratings in it";
  return `expected ${figure(expected?.mean ?? null)}${range(expected?.range ?? null)}, collected ${figure(collected)}; ${told}`;
}
