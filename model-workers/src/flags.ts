import { modelJobKinds } from '@rookery/shared/queues';
import { Command } from 'commander';

/** What the flags say, by the names of the variables they go before. */
export type Flags = Partial<Record<'ROOKERY_WORKER_KINDS' | 'ROOKERY_WORKER_CONCURRENCY', string>>;

/** Reads the flags of `npm run worker`; `--help` and what is not understood end the process with a text. */
export function readFlags(args: readonly string[]): Flags {
  const { kinds, concurrency } = new Command('npm run worker --')
    .description(
      'Runs a model worker: it takes jobs from the queue and does them through the API, here or on another machine.',
    )
    .option('--kinds <list>', `jobs to take, of ${modelJobKinds.join(', ')} (default: all)`)
    .option(
      '--concurrency <numbers>',
      'how many at once: a number for sampling, or like sample=8,train-ranker=1 (default: sample=4, others 1)',
    )
    .addHelpText(
      'after',
      `
Environment:
  ROOKERY_URL                    address of the server
  ROOKERY_WORKER_KEY             API token with the scope "worker"
  ROOKERY_QUEUE_URL              address of the queue, postgres:// or redis://
                                 (a server of \`npm start\` on this machine leaves these three in its data folder)
  ROOKERY_WORKER_KINDS           as --kinds
  ROOKERY_WORKER_CONCURRENCY     as --concurrency
  ROOKERY_CACHE_DIR              where models and vectors are kept (default: cache in the data folder, or rookery-cache)
  ROOKERY_DEVICE                 what models run on: cpu (default), cuda or webgpu
  ROOKERY_ENDPOINT_<NAME>_URL    a server with OpenAI's completions API, for policies that name it
  ROOKERY_ENDPOINT_<NAME>_KEY    its key, if it needs one
  ROOKERY_ENCODER_<NAME>         a folder with an encoder in Hugging Face's layout, for reward models that name it
  LOG_LEVEL                      info, warn, debug …

SIGTERM and Ctrl-C let the jobs in hand come to a good point, up to 10 seconds, and leave the rest to other workers; once more ends at once.

Examples:
  npm run worker
  npm run worker -- --kinds sample --concurrency 16`,
    )
    .parse(args, { from: 'user' })
    .opts<{ kinds?: string; concurrency?: string }>();
  return {
    ...(kinds !== undefined && { ROOKERY_WORKER_KINDS: kinds }),
    ...(concurrency !== undefined && { ROOKERY_WORKER_CONCURRENCY: concurrency }),
  };
}
