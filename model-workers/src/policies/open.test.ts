import { endpointSettingsSchema, type SamplingPolicy } from '@rookery/shared/api';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FinalFailure } from '../final-failure.ts';
import { loadModel } from './model-cache.ts';
import { openPolicies } from './open.ts';
import type { Policy } from './policy.ts';

const log = pino({ level: 'silent' });
const model = Buffer.from('a model');
const sha256 = createHash('sha256').update(model).digest('hex');
let cacheFolder: string;

beforeEach(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-models-'));
});
afterEach(() => rm(cacheFolder, { recursive: true }));

const refuse = (): Promise<never> => Promise.reject(new Error('asked for a download'));
const load = (download: () => Promise<Uint8Array>) => loadModel({ sha256, cacheFolder, download, log });

test('a model is downloaded once, and checked each time it is loaded', async () => {
  expect(await load(async () => model)).toEqual(model);
  expect(await load(refuse)).toEqual(model);
  const file = path.join(cacheFolder, 'models', sha256);
  await writeFile(file, 'another model');
  await expect(load(refuse)).rejects.toThrow('asked for a download');
  expect(await load(async () => model)).toEqual(model);
  expect(await readFile(file)).toEqual(model);
});

test('another file than the version names is refused for good, and not kept', async () => {
  const other = Buffer.from('another model');
  const failure = await load(async () => other).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FinalFailure);
  expect(String(failure)).toContain(sha256);
  expect(String(failure)).toContain(createHash('sha256').update(other).digest('hex'));
  await expect(load(refuse)).rejects.toThrow('asked for a download');
});

test('a model that cannot be kept is used all the same', async () => {
  await writeFile(path.join(cacheFolder, 'models'), 'no folder');
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  expect(await load(async () => model)).toEqual(model);
  expect(await load(async () => model)).toEqual(model);
  expect(warnings).toHaveBeenCalledTimes(1);
  expect(warnings.mock.calls[0]![0]).toContain('ROOKERY_CACHE_DIR');
  warnings.mockRestore();
});

const version = (endpoint: string): SamplingPolicy => ({
  kind: 'endpoint',
  id: randomUUID(),
  name: 'crow',
  version: 1,
  settings: endpointSettingsSchema.parse({ endpoint, model: 'crow' }),
});

test('jobs at once share a policy, and one without its endpoint is told what to set', async () => {
  const endpoints = new Map([['LOCAL', { name: 'LOCAL', url: new URL('http://127.0.0.1:9'), key: null }]]);
  const policies = openPolicies({ cacheFolder, endpoints, log });
  const crow = version('LOCAL');
  const use = (): Promise<Policy> => policies.use(crow, refuse, async (policy) => policy);
  const [one, other] = await Promise.all([use(), use()]);
  expect(one).toBe(other);
  expect(policies.describe()).toEqual({ device: 'cpu', models: [] });
  const failure = await policies
    .use(version('AWAY'), refuse, async () => {})
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FinalFailure);
  expect(String(failure)).toContain('set ROOKERY_ENDPOINT_AWAY_URL');
  await policies.close();
});
