import { answerOrigins } from '@rookery/shared/api';
import { Option, type Command } from 'commander';
import { between, ofProject } from './command-options.ts';
import {
  bestOf,
  listScored,
  listLearnt,
  rankFile,
  type BestOfOptions,
  type LearntOptions,
  type RankOptions,
  type ScoredOptions,
} from './commands/reward-model-scores.ts';
import {
  downloadRewardModel,
  listRewardModels,
  previewTraining,
  scoreStored,
  showRewardModel,
  trainRewardModel,
  type DownloadModelOptions,
  type PreviewOptions,
  type ScoreStoredOptions,
  type TrainModelOptions,
} from './commands/reward-models.ts';
import type { ProjectOptions } from './connection.ts';
import type { Io } from './io.ts';
import { withRewardSettings } from './reward-settings.ts';
import type { Outcome } from './run.ts';

const version = ['[version]', 'a version, by its number or id (default: the one in use)'] as const;

/** Commands for the reward model of a project: training it, scoring with it, and looking at what came of it. */
export function addRewardModelCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const rewards = group(
    'rewards',
    "The project's reward model, which scores answers as people compared them",
  );

  ofProject(rewards.command('list'), ['rookery rewards list', 'rookery rewards list --json'])
    .description('All versions, the newest first, with how good they are on held-out questions.')
    .action(async (options: ProjectOptions) => tell(await listRewardModels(io, options)));

  ofProject(rewards.command('show'), ['rookery rewards show', 'rookery rewards show 2 --json'])
    .description(
      'A version with its settings, what it learnt from, and how good it is on held-out questions, beside rules of thumb ' +
        'and people.',
    )
    .argument(...version)
    .action(async (name: string | undefined, options: ProjectOptions) =>
      tell(await showRewardModel(io, name, options)),
    );

  withRewardSettings(
    ofProject(rewards.command('preview'), [
      'rookery rewards preview',
      'rookery rewards preview --simulated --no-imported',
    ]),
  )
    .description('What training would learn from now, and why it would be refused; changes nothing.')
    .action(async (options: PreviewOptions) => tell(await previewTraining(io, options)));

  withRewardSettings(
    ofProject(rewards.command('train'), [
      'rookery rewards train --wait',
      'rookery rewards train --simulated --note "simulated raters too" --wait',
    ]),
  )
    .description(
      'Have a model worker train the next version on all comparisons so far, and test it on questions that are held out. ' +
        'The version before stays in use until it is done.',
    )
    .option('--note <text>', 'a note for yourself, shown in the list', '')
    .option('--wait', 'wait until it is trained')
    .action(async (options: TrainModelOptions) => tell(await trainRewardModel(io, options)));

  ofProject(rewards.command('score'), [
    'rookery rewards score --wait',
    'rookery rewards score 1 --plan "Round 2" --wait',
  ])
    .description("Have a model worker score the project's answers that a version has not scored yet.")
    .argument(...version)
    .option('--plan <plan>', 'only samples of this plan, by name or id')
    .option('--wait', 'wait until they are scored')
    .action(async (name: string | undefined, options: ScoreStoredOptions) =>
      tell(await scoreStored(io, name, options)),
    );

  ofProject(rewards.command('answers'), [
    'rookery rewards answers --order worst --limit 10',
    'rookery rewards answers 2 --origin sample --plan "Round 2" --json',
  ])
    .description('Answers by their score, the best first.')
    .argument(...version)
    .addOption(new Option('--order <order>', 'what comes first').choices(['best', 'worst']).default('best'))
    .addOption(new Option('--origin <origin>', 'where the answers come from').choices(answerOrigins))
    .option('--plan <plan>', 'only samples of this plan, by name or id')
    .option('--question <id>', 'only answers to this question')
    .option('--limit <n>', 'most to show', between('--limit', 1, 1_000_000), 20)
    .action(async (name: string | undefined, options: ScoredOptions) =>
      tell(await listScored(io, name, options)),
    );

  ofProject(rewards.command('pairs'), [
    'rookery rewards pairs --held-out yes',
    'rookery rewards pairs 1 --limit 500 --json',
  ])
    .description(
      'The pairs that a version learnt from or was tested on; where it and people differ most first.',
    )
    .argument(...version)
    .addOption(
      new Option('--held-out <yes|no>', 'those it was tested on, or learnt from').choices(['yes', 'no']),
    )
    .option('--limit <n>', 'most to show', between('--limit', 1, 1_000_000), 20)
    .action(async (name: string | undefined, options: LearntOptions) =>
      tell(await listLearnt(io, name, options)),
    );

  ofProject(rewards.command('best-of'), [
    'rookery rewards best-of',
    'rookery rewards best-of 2 --policy ranker@1',
  ])
    .description(
      'What the best of n samples by score is worth, over n; also by a model that learnt from the other half of the ' +
        'questions, which shows what over-optimisation takes away.',
    )
    .argument(...version)
    .option('--plan <plan>', 'only samples of this plan, by name or id')
    .option('--policy <name[@version]>', 'only samples of this policy')
    .action(async (name: string | undefined, options: BestOfOptions) =>
      tell(await bestOf(io, name, options)),
    );

  ofProject(rewards.command('rank'), [
    'rookery rewards rank answers.jsonl',
    'rookery rewards rank answers.jsonl --model 2 --question "Why do crows bring gifts?" --timeout 60',
  ])
    .description(
      'Rank answers to one question, the best first. The file has a JSON object a line, {question, answer, quotes}; quotes ' +
        'are as in webgpt_comparisons, or a list of {title, extract}. A worker scores them while you wait.',
    )
    .argument('<file>', 'JSONL of answers to one question, at most 64')
    .option('--model <version>', 'a version, by its number or id (default: the one in use)')
    .option('--question <text>', 'the question, where the rows have none')
    .option('--timeout <seconds>', 'how long to wait for a worker', between('--timeout', 1, 120), 30)
    .action(async (file: string, options: RankOptions) => tell(await rankFile(io, file, options)));

  ofProject(rewards.command('download'), ['rookery rewards download 2 --out reward-2.onnx'])
    .description('Download the model of a version (ONNX), and check what arrived by its SHA-256.')
    .argument(...version)
    .requiredOption('--out <file>', 'file to write')
    .action(async (name: string | undefined, options: DownloadModelOptions) =>
      tell(await downloadRewardModel(io, name, options)),
    );
}
