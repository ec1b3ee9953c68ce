import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServerJobs } from '../src/jobs/index.ts';
import { createTestApp, type TestApp, type TestMember } from './app.ts';
import { buildPairs } from './comparisons.ts';
import { buildComparison, buildComparisonImport } from './judged.ts';

const program = path.join(import.meta.dirname, '../../model-workers/src/cli/rookery.mjs');
const password = 'correct horse battery';

let server: TestApp;
let jobs: { close(): Promise<void> };
let url: string;
let folder: string;
let projectId: string;
let lead: TestMember;

beforeAll(async () => {
  server = await createTestApp();
  jobs = await startServerJobs(server.deps);
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  folder = await mkdtemp(path.join(tmpdir(), 'rookery-cli-'));
  ({ id: projectId } = await server.buildProject({ name: 'Pilot study' }));
  lead = await server.buildMember({ projectId, roles: ['lead'], name: 'Ada' });
});
afterAll(async () => {
  await jobs.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the program as a person would, with a home of its own. */
function rookery(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      HOME: folder,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.err += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}
const asLead = (args: string[]): Promise<Ended> =>
  rookery(args, { ROOKERY_URL: url, ROOKERY_TOKEN: lead.token });

/** The one JSON object that `--json` prints. */
const jsonOf = ({ out }: Ended): unknown => JSON.parse(out);

test('login keeps an API token made by e-mail and password, and the commands after it use it', async () => {
  const { link } = await lead.client.createInvitation({ params: { projectId }, body: { roles: ['lead'] } });
  const token = new URLSearchParams(new URL(link).hash.slice(1)).values().next().value!;
  const account = { name: 'Grace', email: 'grace@example.org', password };
  await server.clientOf().acceptInvitation({ body: { token, account } });

  const wrong = await rookery(['login', '--url', url, '--email', account.email], {
    ROOKERY_PASSWORD: 'wrong wrong wrong',
  });
  expect(wrong).toMatchObject({ code: 3, out: '' });
  const login = await rookery(['login', '--url', `${url}/`, '--email', account.email, '--json'], {
    ROOKERY_PASSWORD: password,
  });
  expect(login).toMatchObject({ code: 0, err: '' });
  const file = path.join(folder, '.config/rookery/config.json');
  expect(jsonOf(login)).toMatchObject({
    url,
    person: { name: 'Grace' },
    projects: [{ projectId, roles: ['lead'] }],
    file,
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const kept = JSON.parse(await readFile(file, 'utf8')) as { url: string; token: string };
  expect(kept).toMatchObject({ url, token: expect.stringMatching(/^rookery_/) as string });
  expect(login.out).not.toContain(kept.token);

  const invited = await rookery([
    'invite',
    '--role',
    'demonstrator',
    '--role',
    'rater',
    '--uses',
    '20',
    '--expires',
    '14',
  ]);
  expect(invited).toMatchObject({ code: 0, out: expect.stringMatching(/^https?:\/\/\S+\n$/) as string });
  const invitations = await lead.client.listInvitations({ params: { projectId } });
  expect(invitations.find(({ maxUses }) => maxUses === 20)).toMatchObject({
    roles: ['demonstrator', 'rater'],
  });
});

test('login by a personal link works from the link alone', async () => {
  const { link } = await lead.client.addMember({
    params: { projectId },
    body: { name: 'Crowd 7', roles: ['demonstrator'] },
  });
  const secret = new URL(link).hash;
  const login = await rookery(['login', '--link', `${url}/sign-in${secret}`, '--json'], {
    XDG_CONFIG_HOME: path.join(folder, 'other'),
  });
  expect(login).toMatchObject({ code: 0 });
  expect(jsonOf(login)).toMatchObject({ url, person: { name: 'Crowd 7' } });
  const refused = await rookery(['invite', '--role', 'lead', '--json'], {
    XDG_CONFIG_HOME: path.join(folder, 'other'),
  });
  expect(refused.code).toBe(1);
  expect(jsonOf(refused)).toMatchObject({ error: { code: 'forbidden' } });
});

test('login refuses a token the server does not know, and keeps nothing', async () => {
  const login = await rookery(['login', '--url', url, '--token', 'made-up', '--json'], {
    HOME: path.join(folder, 'nobody'),
  });
  expect(login.code).toBe(3);
  expect(jsonOf(login)).toMatchObject({ error: { code: 'not_signed_in' } });
  await expect(stat(path.join(folder, 'nobody'))).rejects.toThrow('ENOENT');
});

test('questions are imported, and rows that cannot be used are listed with file, number and reason', async () => {
  const good = { dataset: 'eli5', id: 'q1', full_text: 'Why is the sky blue?', use: 'bc' };
  await writeFile(path.join(folder, 'q.jsonl'), `${JSON.stringify(good)}\n{"dataset": broken\n`);
  const people = await asLead(['questions', 'import', 'q.jsonl', '--project', 'pilot STUDY']);
  expect(people).toMatchObject({ code: 0, out: expect.stringMatching(/^Done: .*1/) as string });
  expect(people.err).toMatch(/1 row or file could not be used:\n {2}q\.jsonl:2: \S/);
  const questions = await lead.client.listQuestions({ params: { projectId }, query: {} });
  expect(questions.items).toMatchObject([{ dataset: 'eli5', externalId: 'q1' }]);

  const programs = await asLead(['questions', 'import', 'q.jsonl', '--json']);
  expect(programs).toMatchObject({ code: 0, err: '' });
  expect(jsonOf(programs)).toMatchObject({ problems: { total: 1, items: [{ file: 'q.jsonl', row: 2 }] } });
});

test('posts of ELI5 are looked at before they are imported, and are split into uses', async () => {
  const { id } = await server.buildProject({ name: 'Posts' });
  const posts = Array.from({ length: 40 }, (_, index) => ({
    q_id: `p${index}`,
    title: 'Rooks',
    selftext: '',
  }));
  const lines = [{ q_id: 'gone', title: '[deleted by user]', selftext: '' }, ...posts];
  await writeFile(path.join(folder, 'ELI5.jsonl'), lines.map((post) => `${JSON.stringify(post)}\n`).join(''));
  const own = await server.buildMember({ projectId: id, roles: ['lead'] });
  const asOwn = (args: string[]) => rookery(args, { ROOKERY_URL: url, ROOKERY_TOKEN: own.token });
  const args = ['questions', 'import', 'ELI5.jsonl', '--use', 'bc=50', '--use', 'rm=50'];
  const preview = await asOwn([...args, '--preview']);
  expect(preview).toMatchObject({ code: 0 });
  expect(preview.out).toContain('ELI5.jsonl: eli5, 41 rows\n40 questions, 1 left out by the format');
  expect(preview.out).toContain('Explain: Rooks');
  const params = { projectId: id };
  expect((await own.client.listQuestions({ params, query: {} })).total).toBe(0);

  const done = await asOwn([...args, '--wanted', '5', '--priority', '-3', '--json']);
  expect(jsonOf(done)).toMatchObject({ result: { added: 40, dropped: 1 }, problems: { total: 0 } });
  const sets = await own.client.listQuestionSets({ params });
  expect(sets.map(({ use, wanted, open }) => [use, wanted / open])).toEqual([
    ['bc', 5],
    ['rm', 5],
  ]);
  expect((await own.client.listQuestions({ params, query: {} })).items[0]).toMatchObject({ priority: -3 });
});

test('everybody in a file is added, each with a personal link in a file for the lead alone', async () => {
  await writeFile(path.join(folder, 'names.csv'), 'name,roles\nMaya,\n"Noor, the second",rater\n');
  const args = ['invite', '--role', 'demonstrator', '--people', 'names.csv', '--project', projectId];
  const ended = await asLead([...args, '--out', 'links.csv']);
  expect(ended).toMatchObject({ code: 0, out: 'links.csv\n' });
  expect(ended.err).toContain('2 people added');
  expect((await stat(path.join(folder, 'links.csv'))).mode & 0o777).toBe(0o600);
  const [head, first, second] = (await readFile(path.join(folder, 'links.csv'), 'utf8')).split('\r\n');
  expect(head).toBe('name,pseudonym,roles,link');
  expect(second).toMatch(/^"Noor, the second",\S+,rater,https?:/);
  const login = await rookery(
    ['login', '--link', `${url}/sign-in${new URL(first!.split(',')[3]!).hash}`, '--json'],
    {
      XDG_CONFIG_HOME: path.join(folder, 'maya'),
    },
  );
  expect(jsonOf(login)).toMatchObject({ person: { name: 'Maya' }, projects: [{ roles: ['demonstrator'] }] });

  await writeFile(path.join(folder, 'wrong.csv'), 'name,roles\nZoe,rater\nMax,king\n');
  const refused = await asLead([...args.slice(0, 3), '--people', 'wrong.csv', '--project', projectId]);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('row 3: "king" is no role');
  const people = await lead.client.listMembers({ params: { projectId } });
  expect(people.some(({ name }) => name === 'Zoe')).toBe(false);
});

test('a folder of pages is imported, without its pictures', async () => {
  const pages = path.join(folder, 'pages');
  await mkdir(path.join(pages, 'deep'), { recursive: true });
  const page = (title: string): string =>
    `<!doctype html><title>${title}</title><body><main><h1>${title}</h1><p>${`${title} is told here. `.repeat(30)}</p></main>`;
  await writeFile(path.join(pages, 'rooks.html'), page('Rooks'));
  await writeFile(path.join(pages, 'deep/nest.htm'), page('Nests'));
  await writeFile(path.join(pages, 'rook.png'), 'no page');
  await writeFile(path.join(pages, '.hidden.html'), page('Hidden'));
  const ended = await asLead([
    'library',
    'import',
    'pages',
    '--base-url',
    'https://birds.example.org/',
    '--json',
  ]);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(jsonOf(ended)).toMatchObject({ files: 2, otherFiles: 1, problems: { total: 0 } });
  const library = await lead.client.listLibraryPages({ params: { projectId }, query: {} });
  expect(library.items.map((item) => item.url).toSorted()).toEqual([
    'https://birds.example.org/deep/nest.htm',
    'https://birds.example.org/rooks.html',
  ]);
});

test('an export is downloaded whole, and its SHA-256 is the one of the file', async () => {
  const ended = await asLead(['demonstrations', 'export', '--out', 'steps.jsonl', '--json']);
  expect(ended).toMatchObject({ code: 0, err: '' });
  const bytes = await readFile(path.join(folder, 'steps.jsonl'));
  expect(jsonOf(ended)).toMatchObject({
    file: 'steps.jsonl',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
});

test('comparisons are exported, and their agreement is a table', async () => {
  const { id } = await server.buildProject({ name: 'Judgements' });
  const own = await server.buildMember({ projectId: id, roles: ['lead'] });
  const asOwn = (args: string[]) =>
    rookery(['comparisons', ...args], { ROOKERY_URL: url, ROOKERY_TOKEN: own.token });
  const built = await buildPairs(server, { projectId: id, count: 2, wanted: 2 });
  for (const judgements of [
    ['a-better', 'a-better'],
    ['a-much-better', 'equal'],
  ] as const) {
    const { memberId } = await server.buildMember({ projectId: id, roles: ['rater'] });
    for (const [index, judgement] of judgements.entries())
      await buildComparison(server, { projectId: id, pairId: built[index]!.id, memberId, judgement });
  }
  await buildComparisonImport(server, { projectId: id, name: 'old', scores: [[built[0]!.id, 0.25]] });

  const exported = await asOwn(['export', '--out', 'comparisons.jsonl']);
  expect(exported).toMatchObject({ code: 0 });
  const bytes = await readFile(path.join(folder, 'comparisons.jsonl'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(exported.out).toBe(
    `Wrote comparisons.jsonl: 4 lines, ${bytes.length} bytes, SHA-256 ${sha256}.\nLeft out: 1 by others than were asked for.\n`,
  );
  const args = ['export', '--no-people', '--imports', 'old', '--format', 'webgpt-flat', '--out', 'old.jsonl'];
  expect(jsonOf(await asOwn([...args, '--json']))).toMatchObject({ file: 'old.jsonl', result: { rows: 1 } });
  expect(JSON.parse(await readFile(path.join(folder, 'old.jsonl'), 'utf8'))).toMatchObject({ score_0: 0.25 });
  const unknown = await asOwn(['export', '--imports', 'new', '--out', 'x.jsonl']);
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('"old"') as string });
  const table = await asOwn(['agreement']);
  expect(table).toMatchObject({ code: 0, err: '' });
  const lines = table.out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^Criterion +Pairs +Agreement +95 % +Alpha +95 %$/);
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toMatch(/^overall +2 +75\.0 % +50\.0 % – 100\.0 % /);
}, 60_000);

test('verification prints how many observations were rebuilt and how many differ', async () => {
  expect(await asLead(['episodes', 'verify'])).toEqual({
    code: 0,
    out: '0 observations rebuilt, 0 differing.\n',
    err: '',
  });
  expect(jsonOf(await asLead(['episodes', 'verify', '--json']))).toMatchObject({ rebuilt: 0, differing: 0 });
});

test('a ping without any model worker fails after its time-out, and its job is cancelled', async () => {
  const ended = await asLead(['ping', '--timeout', '1', '--json']);
  expect(ended.code).toBe(1);
  expect(jsonOf(ended)).toMatchObject({ error: { code: 'timeout' } });
  const pings = await lead.client.listJobs({ params: { projectId }, query: { kind: 'ping' } });
  expect(pings.items.map(({ state }) => state)).toEqual(['cancelled']);
});

test('with several projects one has to be named', async () => {
  const { id } = await server.buildProject({ name: 'Main study' });
  const { token } = await server.buildMember({ projectId: id, roles: ['lead'], isAdmin: true });
  const env = { ROOKERY_URL: url, ROOKERY_TOKEN: token };
  const unnamed = await rookery(['episodes', 'verify'], env);
  expect(unnamed.code).toBe(2);
  expect(unnamed.err).toContain('"Pilot study"');
  expect(await rookery(['episodes', 'verify', '--project', id], env)).toMatchObject({ code: 0 });
  expect(await rookery(['episodes', 'verify', '--project', 'No study'], env)).toMatchObject({ code: 1 });
});

test('simulated demonstrators do what is wanted, and every step that was acknowledged is read back', async () => {
  const { id } = await server.buildProject({ name: 'Trial', settings: { simulation: 'allowed' } });
  const own = await server.buildMember({ projectId: id, roles: ['lead'] });
  const asOwn = (args: string[]): Promise<Ended> =>
    rookery(args, { ROOKERY_URL: url, ROOKERY_TOKEN: own.token });
  const told =
    'Rooks gather in large flocks on winter evenings, because a flock is warmer and safer than one bird.';
  const pages = path.join(folder, 'trial');
  await mkdir(pages);
  const page = (title: string, body: string): string =>
    `<!doctype html><title>${title}</title><body><main><h1>${title}</h1><p>${body}</p></main>`;
  await writeFile(
    path.join(pages, 'flocks.html'),
    page('Winter flocks', `${told} They roost in tall old trees.`),
  );
  await writeFile(
    path.join(pages, 'eggs.html'),
    page('Eggs', 'Rooks lay four eggs in early spring, one a day.'),
  );
  await asOwn(['library', 'import', 'trial', '--base-url', 'https://rooks.example/']);
  const question = (number: number): string =>
    JSON.stringify({
      dataset: 'trial',
      id: String(number),
      full_text: `Why do rooks gather in flocks in winter? (${number})`,
      reference_answers: ['Together rooks are warmer and safer in winter evenings.'],
      reference_pages: ['https://rooks.example/flocks.html'],
    });
  await writeFile(path.join(folder, 'trial.jsonl'), [1, 2, 3, 4].map(question).join('\n'));
  await asOwn(['questions', 'import', 'trial.jsonl']);

  const args = [
    'simulate',
    'demonstrators',
    '--people',
    '3',
    '--demonstrations',
    '10',
    '--noise',
    '0',
    '--skill',
    '1',
  ];
  const run = await asOwn([...args, '--json']);
  expect(run).toMatchObject({ code: 0, err: '' });
  expect(jsonOf(run)).toMatchObject({
    outcomes: { submitted: 4 },
    invalidCommands: 0,
    check: { episodes: 4, lost: 0, doubled: 0 },
  });
  const { items } = await own.client.listDemonstrations({ params: { projectId: id } });
  expect(items.map(({ isSimulated, state }) => [isSimulated, state])).toEqual(
    Array.from({ length: 4 }, () => [true, 'submitted']),
  );
  for (const { episodeId } of items) {
    const replay = await own.client.replayEpisode({ params: { projectId: id, episodeId } });
    expect(replay.steps.at(-1)!.view.quotes.map(({ title }) => title)).toContain('Winter flocks');
  }
});

test('simulated people are refused where a project does not allow them', async () => {
  const refused = await asLead(['simulate', 'demonstrators', '--project', 'Pilot study', '--json']);
  expect(refused.code).toBe(1);
  expect(jsonOf(refused)).toMatchObject({ error: { code: 'wrong_state' } });
});

test('answers and comparisons are imported, and pairs are made of them', async () => {
  const { id: ownId } = await server.buildProject();
  const own = await server.buildMember({ projectId: ownId, roles: ['lead'] });
  const asOwn = (args: string[]) => rookery(args, { ROOKERY_URL: url, ROOKERY_TOKEN: own.token });
  const question = { dataset: 'eli5', id: 'q1', full_text: 'Why is the sky blue?' };
  const rows = ['One.', 'Two.', 'Three.'].map((answer) => ({ question, answer }));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(path.join(folder, 'answers.jsonl'), `${lines}{broken\n`);
  const answers = await asOwn(['answers', 'import', 'answers.jsonl', '--source', 'reddit']);
  expect(answers).toMatchObject({ code: 0, out: expect.stringMatching(/^Done: .*added 3/) as string });
  expect(answers.err).toContain('answers.jsonl:4: the row is not valid JSON');

  const comparison = [
    { question, answer: 'One.', score: -0.5 },
    { question, answer: 'Two.', score: 0.5 },
  ];
  await writeFile(path.join(folder, 'comparisons.jsonl'), `${JSON.stringify(comparison)}\n`);
  const command = ['comparisons', 'import', 'comparisons.jsonl', '--name', 'webgpt', '--json'];
  expect(jsonOf(await asOwn(command))).toMatchObject({ result: { added: 1, pairs: 1, answers: 0 } });
  expect(jsonOf(await asOwn(command))).toMatchObject({ result: { added: 0, unchanged: 1 } });

  const making = ['pairs', 'make', '--overlap', '2', '--rerated', '0', '--json'];
  expect(jsonOf(await asOwn([...making, '--dry-run']))).toMatchObject({ pairs: 2, comparisons: 4 });
  expect(jsonOf(await asOwn(making))).toMatchObject({ result: { existing: 1, made: 2 } });
  const { items } = await own.client.listPairs({ params: { projectId: ownId }, query: { sort: 'wanted' } });
  expect(items.map(({ wanted, imported }) => [wanted, imported])).toEqual([
    [2, 0],
    [2, 0],
    [0, 1],
  ]);
});
