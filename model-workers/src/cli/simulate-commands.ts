import { pairRules } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { featureNames, type FeatureName } from '../simulate/raters/features.ts';
import type { Taste } from '../simulate/raters/taste.ts';
import { atLeastZero, between, ofProject, share } from './command-options.ts';
import { simulateRatings, type SimulateRatersOptions } from './commands/simulate-raters.ts';
import { simulateRounds, type SimulateRoundsOptions } from './commands/simulate-rounds.ts';
import { simulate, type SimulateOptions } from './commands/simulate.ts';
import type { Io } from './io.ts';
import { positive } from './reward-settings.ts';
import type { Outcome } from './run.ts';

/** Commands for people that are programs. */
export function addSimulateCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const simulated = group('simulate', 'People that are programs');

  ofProject(simulated.command('demonstrators'), [
    'rookery simulate demonstrators --project "Starter project"',
    'rookery simulate demonstrators --people 20 --demonstrations 500 --skill 0.8 --noise 0.2 --speed 10',
  ])
    .description(
      'Have simulated people search, read, quote and answer, over the same calls as the screen, in a project that allows ' +
        'it. Their work is marked as simulated everywhere. Afterwards every acknowledged step is read back; exits with 1 ' +
        'if one is missing. The same seed again goes on with the same people.',
    )
    .option('--people <n>', 'how many work at once', between('--people', 1, 1000), 5)
    .option(
      '--demonstrations <n>',
      'how many they do together',
      between('--demonstrations', 1, 1_000_000),
      20,
    )
    .option('--skill <0..1>', 'how often they see what is there', share('--skill'), 0.9)
    .option('--noise <0..1>', 'how often they err', share('--noise'), 0.1)
    .option('--speed <factor>', "1 is a person's pace, 0 waits for nothing", atLeastZero('--speed'), 0)
    .option('--seed <n>', 'chooses the people and what they do', between('--seed', 0, 2 ** 32 - 1), 1)
    .option('--blind', 'they do not know the reference pages and answers')
    .option('--no-check', 'do not read the work back')
    .action(async (options: SimulateOptions) => tell(await simulate(io, options)));

  ofProject(simulated.command('raters'), [
    'rookery simulate raters --project "Starter project" --people 3',
    'rookery simulate raters --people 5 --comparisons 200 --noise 0.3,1 --position-bias 0.4 --taste support=6,length=0',
  ])
    .description(
      'Have simulated raters compare answers by a hidden taste, over the same calls as the screen, in a project that allows ' +
        'it. Their work is marked as simulated everywhere. Afterwards every acknowledged judgement is read back; exits with 1 ' +
        'if one is missing. Their agreement is shown beside the one that taste and noise imply. The same seed again goes on ' +
        'with the same people.',
    )
    .option('--people <n>', 'how many work at once', between('--people', 1, 1000), 3)
    .option(
      '--comparisons <n>',
      'how many they do together (default: until none are left)',
      between('--comparisons', 1, 1_000_000),
    )
    .addOption(
      new Option('--form <form>', 'the form they compare with').choices(formNames).default('webgpt-five'),
    )
    .addOption(tasteOption())
    .addOption(noiseOption([0.8]))
    .option('--position-bias <n>', 'how much more an answer is worth as A', readNumber('--position-bias'), 0)
    .option('--annotate', 'they mark every claim and reference, and rate what is not required too')
    .option('--speed <factor>', "1 is a person's pace, 0 waits for nothing", atLeastZero('--speed'), 0)
    .option('--seed <n>', 'chooses the people and what they think', between('--seed', 0, 2 ** 32 - 1), 1)
    .option('--no-check', 'do not read the work back, and say nothing of agreement')
    .action(async (options: SimulateRatersOptions) => tell(await simulateRatings(io, options)));

  ofProject(simulated.command('rounds'), [
    'rookery simulate rounds --project "Starter project"',
    'rookery simulate rounds --project "Starter project" --rounds 5 --comparisons 100 --rule closest --noise 0.5 --taste length=0',
    'rookery simulate rounds --seeds 1,2,3,4,5 --json',
  ])
    .description(
      'Run whole rounds over the API, with a model worker running: demonstrations and a ranker first where there is no policy, ' +
        'then in each round samples, comparisons by simulated raters of a hidden taste, and a reward model that learns from all ' +
        'so far. Then says how good every reward model is by that taste, which nobody else knows. What is there already is gone ' +
        'on with: after an interruption, run the same command again.',
    )
    .option('--rounds <n>', 'how many are closed in the end', between('--rounds', 1, 100), 3)
    .option(
      '--comparisons <n,n,…>',
      'budgets of the rounds in turn; the last one is that of all that follow',
      (value) => value.split(',').map(between('--comparisons', 1, 1_000_000)),
      [30, 100, 400],
    )
    .option('--per-question <n>', 'samples of each question in a round', between('--per-question', 2, 256), 6)
    .addOption(
      new Option('--rule <rule>', 'how pairs are chosen from the second round on; in the first at random')
        .choices(pairRules)
        .default('best-of-n'),
    )
    .option(
      '--random <percent>',
      'share of the pairs that is random whatever the rule',
      between('--random', 0, 100),
      50,
    )
    .option(
      '--held-out <percent>',
      'share of questions that reward models are tested on and never learn from',
      between('--held-out', 5, 50),
      40,
    )
    .option(
      '--regularisation <n>',
      'how strongly weights are held to 0, in multiples of what is usual for people, who are less of one mind',
      positive('--regularisation'),
      0.1,
    )
    .option('--raters <n>', 'how many compare at once', between('--raters', 1, 1000), 3)
    .option(
      '--demonstrations <n>',
      'how many a policy learns from, where there is none',
      between('--demonstrations', 10, 1_000_000),
      150,
    )
    .addOption(tasteOption())
    .addOption(noiseOption([1, 1.5, 2]))
    .option('--seed <n>', 'chooses the people and every draw', between('--seed', 0, 2 ** 32 - 1), 1)
    .addOption(
      new Option(
        '--seeds <n,n,…>',
        'once for each, on projects of their own that are made like the starter project; takes an admin',
      )
        .argParser((value) => value.split(',').map(between('--seeds', 0, 2 ** 32 - 1)))
        .conflicts(['seed', 'project']),
    )
    .option('--name <name>', 'with --seeds: beginning of the names of the projects', 'Simulated rounds')
    .action(async (options: SimulateRoundsOptions) => tell(await simulateRounds(io, options)));
}

const tasteOption = (): Option =>
  new Option(
    '--taste <weights>',
    `what features of an answer are worth to them, such as support=4,length=0; there are ${featureNames.join(', ')}`,
  )
    .argParser(readTaste)
    .default({}, 'the usual taste');

const noiseOption = (usual: number[]): Option =>
  new Option(
    '--noise <n>',
    'standard deviation by which they waver; several, such as 0.5,1, are theirs in turn',
  )
    .argParser((value) => value.split(',').map(atLeastZero('--noise')))
    .default(usual, usual.join(','));

function readNumber(name: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && Number.isFinite(number)) return number;
    throw new InvalidArgumentError(`${name} is a number.`);
  };
}

/** `support=4,length=0` as weights of features. */
function readTaste(value: string): Taste {
  const weights: Partial<Record<FeatureName, number>> = {};
  for (const part of value.split(',')) {
    const [typed = '', weight = ''] = part.split('=');
    const feature = featureNames.find((name) => name.toLowerCase() === typed.trim().toLowerCase());
    if (feature === undefined) {
      throw new InvalidArgumentError(`--taste weighs ${featureNames.join(', ')}, not "${typed.trim()}".`);
    }
    weights[feature] = readNumber(`--taste ${feature}`)(weight);
  }
  return weights;
}
