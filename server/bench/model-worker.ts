import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashToken } from '../src/access/index.ts';
import { apiTokens } from '../src/db/schema/index.ts';
import type { BenchApplication } from './application.ts';

export interface ModelWorker {
  stop(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../..');

/** Runs a model worker of the application as a process of its own, and waits until it takes jobs. */
export async function startModelWorker(
  { deps, baseUrl }: BenchApplication,
  options: { flags: string[]; cacheFolder?: string; env?: Record<string, string> },
): Promise<ModelWorker> {
  const token = randomBytes(24).toString('base64url');
  await deps.db.insert(apiTokens).values({
    name: 'bench worker',
    tokenHash: hashToken(token),
    scopes: ['worker'],
    createdAt: deps.clock(),
  });
  const child = spawn(process.execPath, [path.join(root, 'model-workers/src/main.ts'), ...options.flags], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      ROOKERY_URL: baseUrl,
      ROOKERY_WORKER_KEY: token,
      ROOKERY_QUEUE_URL: deps.queues.workerUrl ?? '',
      ROOKERY_CACHE_DIR: options.cacheFolder ?? path.join(tmpdir(), 'rookery-bench-cache'),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('taking jobs')) resolve();
      // Warnings and errors of the worker are errors of the benchmark's set-up.
      if (/"level":[456]0/.test(text)) process.stderr.write(text);
    });
    child.once('exit', () => reject(new Error('The model worker ended before it took jobs.')));
  });
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
