import type { RewardSettings } from '@rookery/shared/api';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { between } from './command-options.ts';

/** How a reward model is to be trained, as options of a command. */
export interface RewardSettingsOptions {
  trainingSeed?: number;
  encoder?: string;
  members?: number;
  regularisation?: number;
  muchBetter?: RewardSettings['muchBetter'];
  imported: boolean;
  simulated?: boolean;
  heldOut?: number;
}

/** Adds the options to a command; what is left out is left to the server. */
export function withRewardSettings(command: Command): Command {
  return command
    .option(
      '--training-seed <n>',
      'what is drawn in training comes from it (default: 1)',
      between('--training-seed', 0, 2 ** 32 - 1),
    )
    .option(
      '--encoder <name>',
      'encoder of texts: the one that npm ships, or a folder that workers have as ROOKERY_ENCODER_<NAME>',
    )
    .option('--members <n>', 'heads of the ensemble (default: 8)', between('--members', 1, 32))
    .option(
      '--regularisation <n>',
      'how strongly weights are held to 0, in multiples of the usual',
      positive('--regularisation'),
    )
    .addOption(
      new Option(
        '--much-better <how>',
        '"collapsed" takes it for better, "graded" tells the two apart (default: collapsed)',
      ).choices(['collapsed', 'graded']),
    )
    .option('--no-imported', 'without imported comparisons')
    .option('--simulated', "with simulated raters' comparisons, in a project that allows them")
    .option(
      '--held-out <percent>',
      'share of questions that are held out for good when they are first learnt from (default: 25)',
      between('--held-out', 5, 50),
    );
}

/** The options as the API takes them. */
export function rewardSettingsOf(options: RewardSettingsOptions): Partial<RewardSettings> {
  const { trainingSeed, encoder, members, regularisation, muchBetter, imported, simulated, heldOut } =
    options;
  return {
    ...(trainingSeed !== undefined && { seed: trainingSeed }),
    ...(encoder !== undefined && { encoder }),
    ...(members !== undefined && { members }),
    ...(regularisation !== undefined && { regularisation }),
    ...(muchBetter !== undefined && { muchBetter }),
    ...(!imported && { imported }),
    ...(simulated !== undefined && { simulated }),
    ...(heldOut !== undefined && { heldOutPercent: heldOut }),
  };
}

/** A number above 0, as the settings of reward models have them. */
export function positive(name: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && number > 0 && number <= 1000) return number;
    throw new InvalidArgumentError(`${name} is a number above 0, and at most 1000.`);
  };
}
