import { type Command, InvalidArgumentError } from 'commander';
import { between, ofProject } from './command-options.ts';
import {
  addEndpoint,
  downloadPolicy,
  listPolicies,
  showPolicy,
  trainPolicy,
  type DownloadOptions,
  type EndpointOptions,
  type TrainOptions,
} from './commands/policies.ts';
import type { ProjectOptions } from './connection.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

const version = ['<name[@version]>', 'a policy, its newest version unless one is named'] as const;

/** Commands for policies: training them, and looking at what came of it. */
export function addPolicyCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const policies = group('policies', 'Policies that answer questions in the text browser');

  ofProject(policies.command('list'), ['rookery policies list', 'rookery policies list --json'])
    .description('All versions of policies, the newest first.')
    .action(async (options: ProjectOptions) => tell(await listPolicies(io, options)));

  ofProject(policies.command('show'), ['rookery policies show ranker', 'rookery policies show ranker@2'])
    .description(
      'A version with its settings, what it learnt from, and how good it is on held-out decisions.',
    )
    .argument(...version)
    .action(async (name: string, options: ProjectOptions) => tell(await showPolicy(io, name, options)));

  ofProject(policies.command('train'), [
    'rookery policies train --wait',
    'rookery policies train --name untrained --epochs 0 --wait',
    'rookery policies train --seed 2 --hidden 96 --note "twice as wide" --wait',
  ])
    .description(
      'Have a model worker train the next version of a ranker on the accepted demonstrations of bc questions, and test it ' +
        'on questions that were held out.',
    )
    .option('--name <name>', 'name of the policy', 'ranker')
    .option('--note <text>', 'a note for yourself, shown in the list', '')
    .option(
      '--epochs <n>',
      'most passes over the demonstrations; 0 leaves it untrained',
      between('--epochs', 0, 500),
    )
    .option(
      '--patience <n>',
      'end after so many epochs without a lower held-out loss',
      between('--patience', 1, 500),
    )
    .option('--hidden <n>', 'hidden units', between('--hidden', 1, 512))
    .option('--learning-rate <n>', 'step of the optimiser', learningRate)
    .option('--batch <n>', 'decisions of one step', between('--batch', 1, 4096))
    .option('--held-out <percent>', 'share of questions kept out of training', between('--held-out', 5, 50))
    .option(
      '--seed <n>',
      'chooses the first weights, the order and the split',
      between('--seed', 0, 2 ** 32 - 1),
    )
    .option('--wait', 'wait until it is trained')
    .action(async (options: TrainOptions) => tell(await trainPolicy(io, options)));

  ofProject(policies.command('add-endpoint'), [
    'rookery policies add-endpoint llama --endpoint LOCAL --model meta-llama/Llama-3.1-8B',
  ])
    .description(
      "Make the next version of a policy that asks a server with OpenAI's completions API. Its address and key are not kept " +
        'here: workers take them from ROOKERY_ENDPOINT_<NAME>_URL and ROOKERY_ENDPOINT_<NAME>_KEY.',
    )
    .argument('<name>', 'name of the policy')
    .requiredOption('--endpoint <NAME>', "the endpoint's name in the environment of workers, in capitals")
    .requiredOption('--model <model>', 'what the server calls the model')
    .option('--note <text>', 'a note for yourself, shown in the list', '')
    .option('--max-command-tokens <n>', 'most tokens of a command', between('--max-command-tokens', 1, 4096))
    .option('--max-answer-tokens <n>', 'most tokens of an answer', between('--max-answer-tokens', 1, 8192))
    .option('--timeout <seconds>', 'how long one request may take', between('--timeout', 1, 600))
    .option('--tries <n>', 'how often a request is tried', between('--tries', 1, 20))
    .action(async (name: string, options: EndpointOptions) => tell(await addEndpoint(io, name, options)));

  ofProject(policies.command('download'), ['rookery policies download ranker@2 --out ranker-2.onnx'])
    .description('Download the model of a trained version (ONNX), and check what arrived by its SHA-256.')
    .argument(...version)
    .requiredOption('--out <file>', 'file to write')
    .action(async (name: string, options: DownloadOptions) => tell(await downloadPolicy(io, name, options)));
}

function learningRate(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number <= 1) return number;
  throw new InvalidArgumentError('--learning-rate is a number above 0, and at most 1.');
}
