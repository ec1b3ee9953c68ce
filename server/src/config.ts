import path from 'node:path';
import { z } from 'zod';
import { StartupError } from './supervisor/startup-error.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const urlWith = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `has to be an address like ${example}` });
const secret = z.string().min(32, 'has to have 32 characters or more (`openssl rand -hex 32` makes one)');

const portRule = 'has to be a port number from 1 to 65535, or 0 for any free one';

/** What both the supervisor and the server read of the environment. */
const commonVariables = {
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, portRule)
    .transform(Number)
    .refine((port) => port <= 65_535, portRule)
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  ROOKERY_DATA_DIR: z
    .string()
    .default('./data')
    .transform((folder) => path.resolve(folder)),
  REDIS_URL: urlWith(/^rediss?$/, 'redis://user:password@host:6379/0').optional(),
  PUBLIC_URL: urlWith(/^https?$/, 'https://rookery.example.org')
    .refine(
      (url) => /^https?:\/\/[^/]+\/?$/.test(url),
      'has to be an address without a path, like https://rookery.example.org',
    )
    .transform((url) => new URL(url).origin)
    .optional(),
  TRUST_PROXY: z.string().optional().transform(parseProxies),
  LOG_LEVEL: z.enum(logLevels, `has to be one of ${logLevels.join(', ')}`).default('info'),
  ROOKERY_SECRET: secret.optional(),
};

const databaseUrl = urlWith(/^postgres(ql)?$/, 'postgres://user:password@host:5432/rookery');

const serverVariables = z.object({
  ...commonVariables,
  DATABASE_URL: databaseUrl,
  ROOKERY_SECRET: secret,
  ROOKERY_WORKER_KEY: secret.optional(),
  ROOKERY_QUEUE_PASSWORD: z.string().min(16, 'has to have 16 characters or more').optional(),
  ROOKERY_ADMIN_LINK: z.literal('1', 'has to be 1 or unset').optional(),
  ROOKERY_EMPTY: z.literal('1', 'has to be 1 or unset').optional(),
});

const supervisorVariables = z.object({ ...commonVariables, DATABASE_URL: databaseUrl.optional() });

/** As Fastify takes it. Hops count from 0, the proxy that connects to us. */
type TrustProxy = false | string[] | ((address: string, hop: number) => boolean);

/** How the server runs, from its environment. */
export interface Config {
  /** 0: any free one. */
  port: number;
  host: string;
  /** Absolute path of the folder for blobs and all else that is not in the database. */
  dataDir: string;
  databaseUrl: string;
  /** Null: queues are in PostgreSQL. */
  redisUrl: string | null;
  /** The origin people open, without a trailing slash; null: whatever address the request names. */
  publicUrl: string | null;
  /** Proxies whose X-Forwarded headers are believed: none, those at these addresses, or the nearest few. */
  trustProxy: TrustProxy;
  logLevel: (typeof logLevels)[number];
  /** Signs sessions; the same on every server of an installation. */
  secret: string;
  /** The API token of the model worker that the supervisor starts, which the server makes known at its start. */
  workerKey: string | null;
  /** Password of the database role for model workers' queue connections; null: no such role is made. */
  queuePassword: string | null;
  /** Whether to make a link for an admin who is locked out; the oldest admin's password stops working then. */
  isAdminLinkWanted: boolean;
  /** Whether an installation without a project begins with an empty one, not with the starter project. */
  isEmptyWanted: boolean;
}

/** How the supervisor runs; what it hands on is not repeated here. */
export interface SupervisorOptions {
  dataDir: string;
  /** Null: the embedded PostgreSQL. */
  databaseUrl: string | null;
  /** Null: made at the first start and kept in the data folder. */
  secret: string | null;
  logLevel: Config['logLevel'];
}

type Environment = Record<string, string | undefined>;

/**
 * The server's configuration, read once: nobody else reads the environment. Empty variables count as unset.
 * @throws StartupError, a sentence per wrong variable that names it and what is allowed; never its value.
 */
export function readConfig(env: Environment): Config {
  const values = parse(serverVariables, env);
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: values.ROOKERY_DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL ?? null,
    publicUrl: values.PUBLIC_URL ?? null,
    trustProxy: values.TRUST_PROXY,
    logLevel: values.LOG_LEVEL,
    secret: values.ROOKERY_SECRET,
    workerKey: values.ROOKERY_WORKER_KEY ?? null,
    queuePassword: values.ROOKERY_QUEUE_PASSWORD ?? null,
    isAdminLinkWanted: values.ROOKERY_ADMIN_LINK === '1',
    isEmptyWanted: values.ROOKERY_EMPTY === '1',
  };
}

/** The supervisor's options; it checks what it only hands on too, so that a mistake is told before anything starts. */
export function readSupervisorOptions(env: Environment): SupervisorOptions {
  const values = parse(supervisorVariables, env);
  return {
    dataDir: values.ROOKERY_DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    secret: values.ROOKERY_SECRET ?? null,
    logLevel: values.LOG_LEVEL,
  };
}

function parse<T extends z.ZodType>(schema: T, env: Environment): z.output<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const sentences = result.error.issues.map(({ path: [name], message }) =>
    given[String(name)] === undefined ? `${String(name)} is not set.` : `${String(name)} ${message}.`,
  );
  throw new StartupError([...new Set(sentences)].join('\n'));
}

function parseProxies(value: string | undefined, context: z.RefinementCtx): TrustProxy {
  if (value === undefined) return false;
  if (/^\d+$/.test(value)) {
    const proxies = Number(value);
    return proxies === 0 ? false : (_address, hop) => hop < proxies;
  }
  const addresses = value.split(',').map((address) => address.trim());
  const isAddress = (address: string) =>
    /^(loopback|linklocal|uniquelocal)$/.test(address) ||
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(address).success;
  if (addresses.every(isAddress)) return addresses;
  context.addIssue('has to be the number of proxies, or their addresses like 10.0.0.0/8,127.0.0.1');
  return z.NEVER;
}
