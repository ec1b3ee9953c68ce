import type { Command } from 'commander';
import { between } from './command-options.ts';
import {
  evaluateOnFile,
  foldsOfFile,
  scoreFile,
  trainOnFile,
  type EvaluateOptions,
  type FoldsOptions,
  type ScoreOptions,
  type TrainOptions,
} from './commands/reward.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

/** Commands for reward models on files: they need no server. */
export function addRewardCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const reward = group('reward', 'Reward models on files of comparisons, without a server');
  const ofFile = (command: Command, example: string): Command =>
    command
      .option('--encoder <folder>', "encoder in Hugging Face's layout (default: the one that npm ships)")
      .option('--json', 'print one JSON object on stdout and nothing else')
      .addHelpText('after', `\nExample:\n  ${example}\n`);
  const comparisons = [
    '--comparisons <file>',
    'JSONL in the shape of openai/webgpt_comparisons, raw or flat',
  ] as const;
  const model = ['--model <folder>', 'folder with model.onnx and manifest.json'] as const;

  ofFile(reward.command('train'), 'rookery reward train --comparisons comparisons.jsonl --out model')
    .description('Train a reward model; a quarter of the questions is held out to test it on.')
    .requiredOption(...comparisons)
    .requiredOption('--out <folder>', 'where model.onnx and manifest.json are written')
    .option('--seed <n>', 'every draw comes from it', between('--seed', 0, 2 ** 32 - 1), 1)
    .action(async (options: TrainOptions) => tell(await trainOnFile(io, options)));

  ofFile(
    reward.command('evaluate'),
    'rookery reward evaluate --model model --comparisons others.jsonl --json',
  )
    .description('How good a model is on comparisons, beside three rules of thumb.')
    .requiredOption(...model)
    .requiredOption(...comparisons)
    .option('--held-out', 'only the questions that "reward train" holds out of this file')
    .action(async (options: EvaluateOptions) => tell(await evaluateOnFile(io, options)));

  ofFile(reward.command('score'), 'rookery reward score --model model --answers answers.jsonl > scored.jsonl')
    .description('Score answers: lines of {question, quotes, answer}, which come out with their score.')
    .requiredOption(...model)
    .requiredOption('--answers <file>', 'JSONL of {question, quotes, answer}')
    .option('--out <file>', 'where to write them (default: stdout)')
    .action(async (options: ScoreOptions) => tell(await scoreFile(io, options)));

  ofFile(reward.command('folds'), 'rookery reward folds --comparisons comparisons.jsonl --k 5 --json')
    .description('Train on all questions but those of a fold and test on these, fold by fold.')
    .requiredOption(...comparisons)
    .option('--k <n>', 'folds', between('--k', 2, 50), 5)
    .option('--seed <n>', 'every draw comes from it', between('--seed', 0, 2 ** 32 - 1), 1)
    .action(async (options: FoldsOptions) => tell(await foldsOfFile(io, options)));
}
