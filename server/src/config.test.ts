import path from 'node:path';
import { expect, test } from 'vitest';
import { readConfig, readSupervisorOptions } from './config.ts';

const least = {
  DATABASE_URL: 'postgres://rookery:word@127.0.0.1:5432/rookery',
  ROOKERY_SECRET: 'a-secret-of-at-least-32-characters',
};

test('two variables are enough for a server, and the rest has safe defaults', () => {
  expect(readConfig(least)).toEqual({
    port: 3000,
    host: '127.0.0.1',
    dataDir: path.resolve('data'),
    databaseUrl: least.DATABASE_URL,
    redisUrl: null,
    publicUrl: null,
    trustProxy: false,
    logLevel: 'info',
    secret: least.ROOKERY_SECRET,
    workerKey: null,
    queuePassword: null,
    isAdminLinkWanted: false,
    isEmptyWanted: false,
  });
});

test('the supervisor needs nothing', () => {
  expect(readSupervisorOptions({})).toMatchObject({ databaseUrl: null, secret: null });
});

test('an empty variable counts as unset', () => {
  expect(readConfig({ ...least, PORT: '', REDIS_URL: '' })).toMatchObject({ port: 3000, redisUrl: null });
});

test.each([
  ['PORT', 'many'],
  ['PORT', '70000'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_URL', 'mysql://host/x'],
  ['REDIS_URL', 'my-cache:6379'],
  ['PUBLIC_URL', 'https://my-host.net/rookery'],
  ['PUBLIC_URL', 'my-host.net'],
  ['TRUST_PROXY', 'everyone'],
  ['ROOKERY_SECRET', 'too-short'],
  ['ROOKERY_QUEUE_PASSWORD', 'too-short'],
])('a wrong %s is refused by a sentence that names it and does not repeat its value', (name, value) => {
  const read = () => readConfig({ ...least, [name]: value });
  expect(read).toThrow(new RegExp(`^${name} has to `));
  expect(read).not.toThrow(value);
});

test('a missing secret or database is named', () => {
  expect(() => readConfig({})).toThrow('ROOKERY_SECRET is not set.\nDATABASE_URL is not set.');
});

test('proxies are believed by number or by address', () => {
  const trust = readConfig({ ...least, TRUST_PROXY: '2' }).trustProxy as (
    address: string,
    hop: number,
  ) => boolean;
  expect([0, 1, 2].map((hop) => trust('203.0.113.9', hop))).toEqual([true, true, false]);
  expect(readConfig({ ...least, TRUST_PROXY: '0' }).trustProxy).toBe(false);
  expect(readConfig({ ...least, TRUST_PROXY: '10.0.0.0/8, loopback' }).trustProxy).toEqual([
    '10.0.0.0/8',
    'loopback',
  ]);
});

test('the public address is kept without a trailing slash', () => {
  expect(readConfig({ ...least, PUBLIC_URL: 'https://rookery.example.org/' }).publicUrl).toBe(
    'https://rookery.example.org',
  );
});
