import { questionUses, sampleStates } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { atLeastZero, between, collect, ofProject } from './command-options.ts';
import { listSamples, type SamplesOptions } from './commands/samples.ts';
import {
  changePlan,
  estimateSampling,
  listPlans,
  showPlan,
  startSampling,
  type FollowOptions,
  type PlanOptions,
  type StartOptions,
} from './commands/sampling.ts';
import type { ProjectOptions } from './connection.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

const plan = ['<plan>', 'name or id of a plan'] as const;

/** Commands for sampling: plans, and the samples they draw. */
export function addSamplingCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const sampling = group('sampling', 'Plans that have policies answer questions');

  ofPlan(sampling.command('estimate'), ['rookery sampling estimate --policy ranker --per-question 4'])
    .description('What a plan would come to, and about how long it would take; begins nothing.')
    .action(async (options: PlanOptions) => tell(await estimateSampling(io, options)));

  ofPlan(sampling.command('start'), [
    'rookery sampling start "Round 1" --policy ranker --per-question 4 --pairs all --wait',
    'rookery sampling start two --policy ranker@1 --policy ranker@2 --questions 20 --pairs 2 --across-sources',
  ])
    .description(
      'Have policies answer questions, so many times each. Questions that a policy has learnt from, or was tested on, are ' +
        'left out. The same seed draws the same questions and samples.',
    )
    .argument('<name>', 'name of the plan')
    .option('--wait', 'wait until the samples, and the pairs, are there')
    .action(async (name: string, options: StartOptions) => tell(await startSampling(io, name, options)));

  ofProject(sampling.command('list'), ['rookery sampling list'])
    .description('Sampling plans, the newest first.')
    .action(async (options: ProjectOptions) => tell(await listPlans(io, options)));

  ofProject(sampling.command('show'), [
    'rookery sampling show "Round 1"',
    'rookery sampling show "Round 1" --wait',
  ])
    .description('How a plan stands: samples by state and policy, pace, failures, pairs.')
    .argument(...plan)
    .option('--wait', 'wait until the samples, and the pairs, are there')
    .action(async (name: string, options: FollowOptions) => tell(await showPlan(io, name, options)));

  for (const [how, description] of [
    ['pause', 'Hold the jobs of a plan. What is under way is gone on with when it is resumed.'],
    ['resume', 'Go on with a paused plan.'],
    ['cancel', 'End a plan. The samples that are done stay.'],
  ] as const) {
    ofProject(sampling.command(how), [`rookery sampling ${how} "Round 1"`])
      .description(description)
      .argument(...plan)
      .action(async (name: string, options: ProjectOptions) =>
        tell(await changePlan(io, { name, how }, options)),
      );
  }

  ofProject(group('samples', 'What policies answered').command('list'), [
    'rookery samples list --plan "Round 1" --state no-answer',
    'rookery samples list --policy ranker@2 --cites-reference yes --json',
  ])
    .description('Samples, newest plan first, by question and number.')
    .option('--plan <plan>', 'of this plan, by name or id')
    .option('--policy <name[@version]>', 'by this policy')
    .option('--question <id>', 'of this question')
    .addOption(new Option('--state <state>', 'in this state').choices(sampleStates))
    .addOption(
      new Option('--cites-reference <yes|no>', 'whether the answer cites a reference page').choices([
        'yes',
        'no',
      ]),
    )
    .option('--contains <text>', "with this in the question's text, in any case")
    .option('--limit <n>', 'most to show', between('--limit', 1, 1_000_000), 50)
    .action(async (options: SamplesOptions) => tell(await listSamples(io, options)));
}

/** The options of a plan, for those that make one and those that only ask what it would come to. */
function ofPlan(command: Command, examples: readonly string[]): Command {
  return ofSampling(command, examples)
    .option('--pairs <all|n>', 'make pairs then: all, or so many of each question', readPairs)
    .option('--across-sources', 'pairs of different policies, or a policy and a demonstration, only')
    .option('--with-demonstrations', 'pairs with demonstrations of the same questions, too')
    .addOption(new Option('--form <form>', 'form of the pairs (default: webgpt-five)').choices(formNames));
}

/** The options of what is sampled. */
export function ofSampling(command: Command, examples: readonly string[]): Command {
  return ofProject(command, examples)
    .addOption(
      new Option(
        '--policy <name[@version]>',
        'a policy to sample from, its newest version unless one is named; give it again for more',
      )
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option(
      '--per-question <n>',
      'samples of each question by each policy (default: 4)',
      between('--per-question', 1, 256),
    )
    .option('--temperature <n>', '0 is always the likeliest (default: 0.8)', atLeastZero('--temperature'))
    .option(
      '--actions <n>',
      "most commands of an episode (default: the project's setting)",
      between('--actions', 1, 1000),
    )
    .option(
      '--redraws <n>',
      'how often a sample is drawn again whose answer is there already (default: 2)',
      between('--redraws', 0, 20),
    )
    .addOption(
      new Option('--use <use...>', 'of questions for these uses (default: rm)').choices(questionUses),
    )
    .option('--dataset <name>', 'of questions of this data set alone; give it again for more', collect)
    .option(
      '--questions <n>',
      'how many questions, drawn by the seed (default: all that match)',
      between('--questions', 1, 1_000_000),
    )
    .option('--include-learnt', 'questions too that a policy has learnt from, or was tested on')
    .option('--seed <text>', 'every draw comes from it (default: a new one)');
}

function readPairs(value: string): number | 'all' {
  if (value === 'all') return value;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= 1000) return number;
  throw new InvalidArgumentError('--pairs is "all", or a whole number from 1 to 1000.');
}
