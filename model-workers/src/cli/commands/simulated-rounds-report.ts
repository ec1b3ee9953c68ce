import { overSeeds } from '../../simulate/rounds/measures.ts';
import { shareAlone, signed } from '../figures.ts';
import { duration, percent, tableOf } from '../table.ts';
import { chosenFrom, type MeasuredRound } from './measure-rounds.ts';

interface OverSeeds {
  mean: number;
  /** Standard error of the mean; null of one seed. */
  error: number | null;
}

/** Means over seeds, by the place of the round in its run. */
export interface RoundsSummary {
  rounds: {
    accuracy: OverSeeds;
    success: OverSeeds;
    gain: OverSeeds;
    successOfAll: OverSeeds;
    gainOfAll: OverSeeds;
  }[];
  /** Whether the mean is higher in every round than in the one before. */
  rises: { accuracy: boolean; success: boolean; successOfAll: boolean };
}

/** What runs with different seeds come to together. */
export function summarise(runs: readonly (readonly MeasuredRound[])[]): RoundsSummary {
  const places = Math.min(...runs.map((rounds) => rounds.length));
  const rounds = Array.from({ length: places }, (_, place) => {
    const over = (figure: (round: MeasuredRound) => number): OverSeeds =>
      overSeeds(runs.map((run) => figure(run[place]!)));
    return {
      accuracy: over(({ heldOut }) => heldOut.accuracy),
      success: over(({ bestOf }) => bestOf.heldOut.success),
      gain: over(({ bestOf }) => bestOf.heldOut.gain),
      successOfAll: over(({ bestOf }) => bestOf.all.success),
      gainOfAll: over(({ bestOf }) => bestOf.all.gain),
    };
  });
  const rises = (figure: keyof RoundsSummary['rises']): boolean =>
    rounds.every((round, place) => place === 0 || round[figure].mean > rounds[place - 1]![figure].mean);
  return {
    rounds,
    rises: {
      accuracy: rises('accuracy'),
      success: rises('success'),
      successOfAll: rises('successOfAll'),
    },
  };
}

const heads = (...names: string[]) => names.map((head) => ({ head, isNumber: true }));

/** Each run as a table by round, and the means over seeds where there are several. */
export function describeSeeds(
  runs: readonly { seed: number; project: string; seconds: number; rounds: readonly MeasuredRound[] }[],
  summary: RoundsSummary,
): string {
  const parts = runs.map(
    ({ seed, project, seconds, rounds }) =>
      `Seed ${seed}, project "${project}", in ${duration(seconds)}:\n${describeRun(rounds)}`,
  );
  return [
    ...parts,
    ...(runs.length > 1 ? [describeMeans(runs.length, summary)] : []),
    `Right: how often, of every two samples of a held-out question that the raters' hidden rule tells apart, the better one has the higher score.`,
    `Best of ${chosenFrom}: how often the highest score of ${chosenFrom} samples is of one that the hidden rule puts first among them, over all draws.`,
    `Gain: how much more the chosen one is worth by the hidden rule than the mean sample of its question, in standard deviations.`,
    `Own figure: of the held-out pairs that were compared by then, with the raters' noise.`,
    '',
  ].join('\n');
}

function describeRun(rounds: readonly MeasuredRound[]): string {
  const columns = heads(
    'Round',
    'Model',
    'Comparisons',
    'Own figure',
    'Right, held out',
    `Best of ${chosenFrom}, held out`,
    'Gain',
    `Best of ${chosenFrom}, all`,
    'Gain',
  );
  const rows = rounds.map(({ round, model, comparisons, ownAccuracy, heldOut, bestOf }) => [
    String(round),
    String(model),
    String(comparisons),
    shareAlone(ownAccuracy),
    percent(heldOut.accuracy),
    percent(bestOf.heldOut.success),
    signed(bestOf.heldOut.gain),
    percent(bestOf.all.success),
    signed(bestOf.all.gain),
  ]);
  const [first] = rounds;
  if (first === undefined) return '';
  const { heldOut, all } = first.bestOf;
  rows.push(
    ['', '', '', '', 'at random', percent(heldOut.chance), signed(0), percent(all.chance), signed(0)],
    ['', '', '', '', 'hidden rule', percent(1), signed(heldOut.mostGain), percent(1), signed(all.mostGain)],
  );
  return `${tableOf(columns, rows)}${first.heldOut.pairs} pairs of ${heldOut.questions} held-out questions; ${all.questions} questions in all.\n`;
}

function describeMeans(seeds: number, { rounds, rises }: RoundsSummary): string {
  const columns = heads(
    'Round',
    'Right, held out',
    `Best of ${chosenFrom}, held out`,
    'Gain',
    `Best of ${chosenFrom}, all`,
    'Gain',
  );
  const shared = ({ mean, error }: OverSeeds): string =>
    `${percent(mean)} ± ${error === null ? '–' : (100 * error).toFixed(1)}`;
  const gained = ({ mean, error }: OverSeeds): string => `${signed(mean)} ± ${(error ?? 0).toFixed(2)}`;
  const rows = rounds.map((round, place) => [
    String(place + 1),
    shared(round.accuracy),
    shared(round.success),
    gained(round.gain),
    shared(round.successOfAll),
    gained(round.gainOfAll),
  ]);
  const verdict = (what: string, does: boolean): string =>
    `${what} ${does ? 'rises' : 'does NOT rise'} from round to round`;
  return `Means over ${seeds} seeds, ± standard error:\n${tableOf(columns, rows)}${verdict('Accuracy', rises.accuracy)}; ${verdict(`best of ${chosenFrom}, held out,`, rises.success)}; ${verdict(`best of ${chosenFrom}, all questions,`, rises.successOfAll)}.\n`;
}
