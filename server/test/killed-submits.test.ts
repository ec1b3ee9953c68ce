// A real server in a process of its own is killed while raters submit; then another goes on.
import { createClient } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultSettings } from '../src/features/projects/index.ts';
import { createTestApp, type TestApp } from './app.ts';
import { buildPairs, claimComparison, pairsWithWrongPlaces, type Rating } from './comparisons.ts';
import { freePort } from './ports.ts';

const program = path.resolve(import.meta.dirname, '../src/main.ts');
const raters = 8;
const each = 25;
const acknowledgedBeforeKill = 60;

let application: TestApp;
let dataDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  application = await createTestApp();
  dataDir = await mkdtemp(path.join(tmpdir(), 'rookery-killed-'));
});
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await application.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A server on the test's database; resolves when it listens. */
async function startServer(port: number): Promise<ChildProcess> {
  const child = fork(program, [], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      DATABASE_URL: application.databaseUrl,
      ROOKERY_DATA_DIR: dataDir,
      ROOKERY_SECRET: randomBytes(32).toString('hex'),
      ROOKERY_EMPTY: '1',
      PORT: String(port),
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('"msg":"ready"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`Ended with ${code}: ${printed}`)));
  });
  return child;
}

/** Of every comparison: whether it is submitted, and how often each part of its submission is there. */
async function readStored() {
  const { rows } = await application.deps.db.execute<{
    id: string;
    state: string;
    revisions: number;
    ratings: number;
    events: number;
  }>(sql`
    select c.id, c.state,
      (select count(*)::int from comparison_revisions r where r.comparison_id = c.id) as revisions,
      (select count(*)::int from ratings r where r.comparison_id = c.id) as ratings,
      (select count(*)::int from events e where e.object_id = c.id and e.kind = 'comparison.submitted') as events
    from comparisons c`);
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

const whole = { state: 'submitted', revisions: 1, ratings: 6, events: 1 };
const untouched = { state: 'active', revisions: 0, ratings: 0, events: 0 };

test(
  'after kill -9 during submits every acknowledged one is there, none is doubled or half, and the rest goes on',
  { timeout: 90_000 },
  async () => {
    const comparisons = { ...defaultSettings.comparisons, leasesPerPerson: 100 };
    const { id: projectId } = await application.buildProject({ settings: { comparisons } });
    await buildPairs(application, { projectId, count: raters * each });
    const port = await freePort();
    const server = await startServer(port);
    const ratings: Rating[][] = await Promise.all(
      Array.from({ length: raters }, async () => {
        const { token } = await application.buildMember({ projectId, roles: ['rater'] });
        const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, token });
        const own: Rating[] = [];
        for (let index = 0; index < each; index += 1) own.push(await claimComparison({ client }, projectId));
        return own;
      }),
    );

    const acknowledged = new Set<string>();
    const ended = once(server, 'exit');
    await Promise.all(
      ratings.map(async (own) => {
        for (const { submit } of own) {
          const task = await submit().catch(() => null);
          if (task === null) return;
          acknowledged.add(task.id);
          if (acknowledged.size === acknowledgedBeforeKill) server.kill('SIGKILL');
        }
      }),
    );
    await ended;
    expect(acknowledged.size).toBeGreaterThanOrEqual(acknowledgedBeforeKill);
    expect(acknowledged.size).toBeLessThan(raters * each);

    const stored = await readStored();
    // What was on its way is there as a whole or not at all.
    const lost = [...stored].filter(
      ([id, row]) =>
        !isDeepStrictEqual(row, whole) && !(isDeepStrictEqual(row, untouched) && !acknowledged.has(id)),
    );
    expect(lost).toEqual([]);

    await startServer(port);
    const again = await Promise.all(ratings.flat().map(({ submit }) => submit()));
    expect(new Set(again.map(({ state }) => state))).toEqual(new Set(['submitted']));
    const after = await readStored();
    expect(after.size).toBe(raters * each);
    for (const row of after.values()) expect(row).toEqual(whole);
    expect(await pairsWithWrongPlaces(application, projectId)).toEqual([]);
  },
);
