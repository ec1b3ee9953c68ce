import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { EncoderFolder } from './encoder/index.ts';
import { readEncoderFolders } from './encoder-folders.ts';
import { readEndpoints, type Endpoint } from './endpoints.ts';
import { devices } from './onnx/devices.ts';
import { readTakes, WorkerStartError, type Take } from './takes.ts';

/** How a model worker runs. */
export interface WorkerConfig {
  /** Origin of the server. */
  url: string;
  /** API token with the scope `worker`. */
  key: string;
  /** `postgres:` or `redis:` address of the queue, with the worker's own credentials. */
  queueUrl: string;
  takes: readonly Take[];
  /** Where model files and vectors are kept between jobs; what is lost there is made or downloaded again. */
  cacheFolder: string;
  endpoints: ReadonlyMap<string, Endpoint>;
  /** Encoders beside the one that npm ships, by name. */
  encoders: ReadonlyMap<string, EncoderFolder>;
  logLevel: string;
  /** A file whose time of change says when the server last took a sign of life, for health checks; null: none. */
  aliveFile: string | null;
}

const variables = z.object({
  ROOKERY_URL: z.url({
    protocol: /^https?$/,
    error: 'has to be the address of the server, like https://rookery.example.org',
  }),
  ROOKERY_WORKER_KEY: z
    .string({ error: 'is not set: it is an API token for a worker, which an admin makes' })
    .min(1),
  ROOKERY_QUEUE_URL: z.url({
    protocol: /^(postgres(ql)?|rediss?)$/,
    error: "has to be the queue's address, postgres://… or redis://…",
  }),
  ROOKERY_CACHE_DIR: z.string(),
  ROOKERY_WORKER_KINDS: z.string().optional(),
  ROOKERY_WORKER_CONCURRENCY: z.string().optional(),
  ROOKERY_ALIVE_FILE: z.string().optional(),
  // Read again by those who load models.
  ROOKERY_DEVICE: z.enum(devices, `has to be ${devices.join(', ')}, or left out`).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/**
 * The worker's configuration. What the environment does not say is taken from the file that a server started by
 * `npm start` keeps in its data folder, so that another worker on the same machine needs no settings.
 * @throws WorkerStartError that names each missing or wrong variable.
 */
export function readWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = variables.safeParse({ ...readLocal(given['ROOKERY_DATA_DIR'] ?? './data'), ...given });
  if (!result.success) {
    const sentences = result.error.issues.map(({ path: [name], message }) => `${String(name)} ${message}.`);
    throw new WorkerStartError([...new Set(sentences)].join('\n'));
  }
  const values = result.data;
  return {
    url: values.ROOKERY_URL.replace(/\/$/, ''),
    key: values.ROOKERY_WORKER_KEY,
    queueUrl: values.ROOKERY_QUEUE_URL,
    takes: readTakes(values.ROOKERY_WORKER_KINDS, values.ROOKERY_WORKER_CONCURRENCY),
    cacheFolder: path.resolve(values.ROOKERY_CACHE_DIR),
    endpoints: readEndpoints(given),
    encoders: readEncoderFolders(given),
    logLevel: values.LOG_LEVEL,
    aliveFile: values.ROOKERY_ALIVE_FILE ?? null,
  };
}

/** Whether the server's supervisor runs this worker. */
export const isSupervised = (): boolean => process.env['ROOKERY_SUPERVISED'] !== undefined;

/** The environment; what the supervisor adds comes by the channel, since it holds secrets. */
export async function readEnvironment(): Promise<Record<string, string | undefined>> {
  if (!isSupervised()) return process.env;
  const { values } = await new Promise<{ values: Record<string, string> }>((resolve) => {
    process.once('message', resolve);
  });
  return { ...process.env, ...values };
}

/** What a server on this machine left for its workers, and where files are kept beside it. */
function readLocal(dataFolder: string): Record<string, unknown> {
  const folder = path.resolve(dataFolder);
  try {
    const local = JSON.parse(readFileSync(path.join(folder, 'worker.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    return { ROOKERY_CACHE_DIR: path.join(folder, 'cache'), ...local };
  } catch {
    return { ROOKERY_CACHE_DIR: './rookery-cache' };
  }
}
