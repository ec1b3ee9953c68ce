import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeSettings } from './settings-file.ts';
import {
  bodyOf,
  closers,
  error,
  folder,
  job,
  jobId,
  oneProject,
  rookery,
  serve,
  useFolder,
} from './testing.ts';
import { walkFolder } from './uploads.ts';

useFolder();

test('a command that is not given rightly exits with 2 and says how it is given', async () => {
  for (const args of [
    [],
    ['questions'],
    ['nonsense'],
    ['invite'],
    ['invite', '--role', 'king'],
    ['questions', 'import'],
    ['answers', 'import'],
    ['comparisons', 'import', 'missing.jsonl'],
    ['pairs'],
    ['pairs', 'make', '--per-question', '0'],
    ['pairs', 'make', '--form', 'nonsense'],
    ['policies', 'add-endpoint', 'llama', '--model', 'm'],
    ['sampling', 'start', 'Round 1'],
    ['sampling', 'start', 'Round 1', '--policy', 'ranker', '--pairs', '0'],
  ]) {
    const ended = await rookery(args);
    expect({ args, ...ended }).toMatchObject({ args, code: 2, out: '' });
    expect(ended.err).not.toBe('');
  }
  expect((await rookery(['invite', '--role', 'lead', '--uses', '0'])).err).toContain(
    'whole number from 1 to 10000',
  );
  for (const shares of [['bc=60'], ['bc', 'rm'], ['king'], ['bc=60', 'bc=40'], ['bc=60', 'rm=50']]) {
    const uses = shares.flatMap((use) => ['--use', use]);
    const ended = await rookery(['questions', 'import', 'missing.csv', ...uses]);
    expect({ shares, code: ended.code }).toEqual({ shares, code: 2 });
    expect(ended.err).toContain('--use');
  }
  expect((await rookery(['invite', '--role', 'rater', '--out', 'links.csv'])).code).toBe(2);
  const nobody = await rookery(['comparisons', 'export', '--no-people', '--out', 'comparisons.jsonl']);
  expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('--programs') as string });
  expect((await rookery(['comparisons', 'agreement', '--import', 'old'])).code).toBe(2);
  expect((await rookery(['library', 'import', folder, '--base-url', 'docs'])).code).toBe(2);
  expect((await rookery(['questions', 'import', 'missing.csv'])).err).toBe(
    'missing.csv cannot be read: there is no such file.\n',
  );
});

test('every command explains itself, with examples and exit codes', async () => {
  const commands = [
    'login',
    'questions import',
    'library import',
    'answers import',
    'comparisons import',
    'pairs make',
    'invite',
    'demonstrations export',
    'comparisons export',
    'comparisons agreement',
    'episodes verify',
    'questions change',
    'policies train',
    'policies download',
    'sampling start',
    'sampling pause',
    'samples list',
    'workers list',
    'jobs retry',
    'simulate raters',
    'ping',
  ];
  for (const command of commands) {
    const ended = await rookery([...command.split(' '), '--help']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain(`rookery ${command}`);
    expect(ended.out).toContain('Examples:');
    expect(ended.out).toContain('Exit codes:');
    expect(ended.out).toContain('--json');
  }
  expect((await rookery(['--help'])).out).toContain('rookery login');
});

test('with --json there is one object on stdout and nothing else, errors included', async () => {
  const ended = await rookery(['invite', '--json']);
  expect(ended).toMatchObject({ code: 2, err: '' });
  expect(JSON.parse(ended.out)).toMatchObject({ error: { code: 'usage' } });
  const unsigned = await rookery(['episodes', 'verify', '--json']);
  expect(unsigned).toMatchObject({ code: 3, err: '' });
  expect(JSON.parse(unsigned.out)).toMatchObject({ error: { code: 'not_signed_in' } });
});

test('an ended session exits with 3 and says what to do; a server that is not there with 4', async () => {
  const { env, url } = await serve({
    'GET /api/projects': () => error(401, 'not_signed_in', 'Sign in to do this.'),
  });
  expect(await rookery(['episodes', 'verify'], { env })).toEqual({
    code: 3,
    out: '',
    err: 'Sign in to do this. Run "rookery login".\n',
  });
  await closers.pop()!();
  const gone = await rookery(['episodes', 'verify'], { env });
  expect(gone.code).toBe(4);
  expect(gone.err).toBe(
    `The server at ${url} cannot be reached (ECONNREFUSED). Is it running, and is the address right?\n`,
  );
});

test('a server that is no Rookery is not taken for one', async () => {
  const { env } = await serve({
    'GET /api/projects': (_request, response) => response.end('<!doctype html>'),
  });
  expect(await rookery(['episodes', 'verify'], { env })).toMatchObject({ code: 1, out: '' });
});

test('the token that login kept goes to its own server and to no other', async () => {
  const other = await serve({});
  await writeSettings({ HOME: folder }, { url: 'http://127.0.0.1:9', token: 'rookery_secret' });
  const ended = await rookery(['episodes', 'verify', '--url', other.url]);
  expect(ended.code).toBe(3);
  expect(other.calls).toEqual([]);
});

test('a password that nobody can be asked for is a mistake of the command line', async () => {
  const { url } = await serve({});
  const ended = await rookery(['login', '--url', url, '--email', 'ada@example.org']);
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('ROOKERY_PASSWORD') as string });
});

test('settings are kept for their user alone, and a damaged file is told of', async () => {
  const env = { HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'xdg') };
  const file = await writeSettings(env, { url: 'http://127.0.0.1:9', token: 't' });
  expect(file).toBe(path.join(folder, 'xdg/rookery/config.json'));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  await writeFile(file, '{"url":');
  expect(await rookery(['episodes', 'verify'], { env })).toMatchObject({
    code: 3,
    err: expect.stringContaining('damaged') as string,
  });
});

test('differing observations exit with 1 and are counted', async () => {
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /verifications': () => ({ status: 202, ...job({ state: 'queued' }) }),
    'GET /jobs/JOB': () => job({ result: { rebuilt: 41, differing: 1 } }),
  });
  expect(await rookery(['episodes', 'verify'], { env })).toEqual({
    code: 1,
    out: '41 observations rebuilt, 1 differing.\n',
    err: '',
  });
});

test('a job is waited for while the server restarts, and its failure is told in its words', async () => {
  const answers = [
    () => job({ state: 'running' }),
    () => error(503, 'unavailable', 'Restarting.'),
    () => job({ state: 'failed', error: 'The disk is full.' }),
  ];
  const { env, calls } = await serve({
    'GET /api/projects': oneProject,
    'POST /verifications': () => ({ status: 202, ...job({ state: 'queued' }) }),
    'GET /jobs/JOB': () => answers.shift()!(),
  });
  expect(await rookery(['episodes', 'verify'], { env })).toEqual({
    code: 1,
    out: '',
    err: 'The disk is full.\n',
  });
  expect(calls.filter((call) => call === 'GET /jobs/JOB')).toHaveLength(3);
});

test('comparisons are imported under a name, with what could not be used told by its row', async () => {
  const file = path.join(folder, 'c.jsonl');
  await writeFile(file, '{}\n');
  const asked: unknown[] = [];
  const result = { added: 2, updated: 0, unchanged: 0, problems: 1, readAsWindows1252: [] };
  const { env, calls } = await serve({
    'GET /api/projects': oneProject,
    'POST /imports': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 201, ...job({ kind: 'import-comparisons', state: 'uploading' }) };
    },
    'PUT /imports/JOB/files': async (request) => {
      await request.toArray();
      return { path: 'c.jsonl', size: 3, sha256: 'a'.repeat(64) };
    },
    'POST /imports/JOB/start': () => ({
      status: 202,
      ...job({ kind: 'import-comparisons', state: 'queued' }),
    }),
    'GET /jobs/JOB': () => job({ kind: 'import-comparisons', result, problems: 1 }),
    'GET /jobs/JOB/problems': () => ({
      items: [{ file: 'c.jsonl', row: 3, reason: 'the row is not valid JSON' }],
      nextCursor: null,
      total: 1,
    }),
  });
  const ended = await rookery(['comparisons', 'import', file, '--name', 'webgpt', '--wanted', '3'], { env });
  expect(ended).toEqual({
    code: 0,
    out: 'Done: added 2, updated 0, unchanged 0, problems 1.\n',
    err: '1 row or file could not be used:\n  c.jsonl:3: the row is not valid JSON\n',
  });
  const options = { name: 'webgpt', wanted: 3, form: 'webgpt-five', use: 'rm', dataset: null };
  expect(asked).toEqual([{ kind: 'import-comparisons', options }]);

  const answers = await rookery(['answers', 'import', file, '--source', 'reddit', '--use', 'evaluation'], {
    env,
  });
  expect(answers.code).toBe(0);
  expect(asked[1]).toEqual({
    kind: 'import-answers',
    options: { use: 'evaluation', source: 'reddit', dataset: null },
  });
  expect(calls.filter((call) => call === 'PUT /imports/JOB/files')).toHaveLength(2);
});

test('pairs are made as the options say; a dry run only tells how many they would be', async () => {
  const asked: unknown[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /pairings/preview': async (request) => {
      asked.push(await bodyOf(request));
      return { questions: 2, answers: 8, candidates: 12, twins: 1, existing: 3, pairs: 4, comparisons: 8.4 };
    },
    'POST /pairings': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 202, ...job({ kind: 'make-pairs', state: 'queued' }) };
    },
    'GET /jobs/JOB': () =>
      job({ kind: 'make-pairs', result: { questions: 2, candidates: 12, twins: 1, existing: 3, made: 4 } }),
  });
  const options = [
    '--per-question',
    '2',
    '--across-sources',
    '--overlap',
    '2',
    '--rerated',
    '10',
    '--seed',
    's',
  ];
  const dry = await rookery(['pairs', 'make', ...options, '--dry-run'], { env });
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toContain('4 would be made, for about 8 comparisons.\nNothing was made.');
  const ended = await rookery(['pairs', 'make', ...options, '--use', 'rm', 'bc', '--calibration'], { env });
  expect(ended).toEqual({
    code: 0,
    out: 'Done: questions 2, candidates 12, twins 1, existing 3, made 4.\n',
    err: '',
  });
  const body = {
    form: 'webgpt-five',
    priority: 0,
    seed: 's',
    perQuestion: 2,
    overlap: 2,
    reratedPercent: 10,
  };
  expect(asked).toEqual([
    { ...body, acrossSources: true, calibration: false },
    { ...body, acrossSources: true, calibration: true, uses: ['rm', 'bc'] },
  ]);
});

test('jobs are filtered, cut at the limit, and tried again by id', async () => {
  const queries: string[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'GET /jobs': (request) => {
      queries.push(new URL(request.url!, 'http://server').search);
      const failed = job({ kind: 'sample', state: 'failed', error: 'No such model.', worker: 'w1' });
      return { items: [failed], nextCursor: 'next', total: 3 };
    },
    'POST /jobs/JOB/retry': () => ({ status: 202, ...job({ kind: 'sample', state: 'queued', attempt: 2 }) }),
  });
  const listed = await rookery(['jobs', 'list', '--state', 'failed', '--kind', 'sample', '--limit', '1'], {
    env,
  });
  expect(listed.out).toContain('No such model.');
  expect(listed.out).toContain('… and 2 more');
  expect(queries).toEqual(['?limit=1&state=failed&kind=sample']);
  expect(await rookery(['jobs', 'retry', jobId], { env })).toEqual({
    code: 0,
    out: `Job ${jobId} is queued, attempt 2.\n`,
    err: '',
  });
});

test('questions are changed by what they have in common, and never all of them by mistake', async () => {
  const asked: unknown[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'PATCH /questions': async (request) => {
      asked.push(await bodyOf(request));
      return { changed: 60, unchanged: 0, refused: 0 };
    },
  });
  const args = ['questions', 'change', '--use', 'bc', '--wanted', '3', '--priority', '10'];
  expect(await rookery(args, { env })).toEqual({
    code: 0,
    out: '60 questions changed, 0 were like that already.\n',
    err: '',
  });
  expect(await rookery(['questions', 'change', '--wanted', '3'], { env })).toMatchObject({ code: 2 });
  expect(await rookery(['questions', 'change', '--use', 'bc'], { env })).toMatchObject({ code: 2 });
  expect(asked).toEqual([{ which: { matching: { use: 'bc' } }, change: { wanted: 3, priority: 10 } }]);
});

test('Ctrl-C stops waiting, exits with 130, and says that the job goes on', async () => {
  const interruption = new AbortController();
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /verifications': () => ({ status: 202, ...job({ state: 'queued' }) }),
    'GET /jobs/JOB': () => {
      interruption.abort();
      return job({ state: 'running' });
    },
  });
  const ended = await rookery(['episodes', 'verify'], { env, signal: interruption.signal });
  expect(ended).toEqual({
    code: 130,
    out: '',
    err: `Stopped waiting. Job ${jobId} goes on at the server.\n`,
  });
});

test('a download that is cut off goes on where it was', async () => {
  const bytes = Buffer.alloc(200_000, 'steps\n');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const ranges: (string | undefined)[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /exports': () => ({ status: 202, ...job({ state: 'queued' }) }),
    'GET /jobs/JOB': () => job({ file: { name: 'steps.jsonl', size: bytes.length, sha256 } }),
    'GET /jobs/JOB/file': async (request, response) => {
      ranges.push(request.headers.range);
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, { 'content-length': bytes.length - start });
      if (start > 0) return response.end(bytes.subarray(start));
      response.write(bytes.subarray(0, 100_000), () => response.destroy());
      return once(response, 'close');
    },
  });
  const target = path.join(folder, 'steps.jsonl');
  const ended = await rookery(['demonstrations', 'export', '--out', target], { env });
  expect(ended).toEqual({
    code: 0,
    out: `Wrote ${target}: ${bytes.length} bytes, SHA-256 ${sha256}.\n`,
    err: '',
  });
  expect((await readFile(target)).equals(bytes)).toBe(true);
  expect(ranges).toHaveLength(2);
  expect(ranges[0]).toBeUndefined();
});

test('a download that is not what the server has leaves no file', async () => {
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /exports': () => ({ status: 202, ...job({ state: 'queued' }) }),
    'GET /jobs/JOB': () => job({ file: { name: 'steps.jsonl', size: 4, sha256: 'a'.repeat(64) } }),
    'GET /jobs/JOB/file': (_request, response) => response.end('rows'),
  });
  const ended = await rookery(['demonstrations', 'export', '--out', path.join(folder, 'steps.jsonl')], {
    env,
  });
  expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('SHA-256') as string });
  expect(await readdir(folder)).toEqual([]);
});

test('an upload that was interrupted goes on where it was, in the same import', async () => {
  const pages = path.join(folder, 'pages');
  await mkdir(pages);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await writeFile(path.join(pages, `${name}.html`), name);
  const uploaded: string[] = [];
  let state = 'uploading';
  const interruption = new AbortController();
  const { env, calls } = await serve({
    'GET /api/projects': oneProject,
    'POST /imports': () => ({ status: 201, ...job({ kind: 'import-library', state }) }),
    'GET /jobs/JOB': () => job({ kind: 'import-library', state, result: { imported: 6 } }),
    'POST /imports/JOB/start': () => {
      state = 'done';
      return { status: 202, ...job({ kind: 'import-library', state: 'queued' }) };
    },
    'PUT /imports/JOB/files': async (request) => {
      const name = new URL(request.url!, 'http://server').searchParams.get('path')!;
      request.resume();
      await once(request, 'end');
      if (name === 'c.html' && !interruption.signal.aborted)
        return error(500, 'internal_error', 'Something went wrong.');
      uploaded.push(name);
      return { path: name, size: 1, sha256: 'a'.repeat(64) };
    },
  });
  const args = ['library', 'import', pages, '--base-url', 'https://example.org/'];
  const first = await rookery(args, { env });
  expect(first).toMatchObject({ code: 1, err: 'Something went wrong. (request r-1)\n' });
  expect(uploaded).not.toContain('c.html');
  const before = uploaded.splice(0);
  interruption.abort();
  const second = await rookery(args, { env });
  expect(second).toMatchObject({ code: 0, out: 'Done: imported 6.\n' });
  expect(second.err).toMatch(/^Going on with an upload that was interrupted: \d of 6 files are left\.\n$/);
  expect(uploaded).toContain('c.html');
  // What was on its way when the first one stopped may be sent twice; what was acknowledged is not.
  expect(new Set([...before, ...uploaded]).size).toBe(6);
  expect(uploaded.length).toBeLessThan(6);
  expect(calls.filter((call) => call === 'POST /imports')).toHaveLength(1);
  state = 'uploading';
  uploaded.splice(0);
  expect(await rookery(args, { env })).toMatchObject({ code: 0, err: '' });
  expect(uploaded).toHaveLength(6);
});

test('a folder is walked in a fixed order, without hidden files and without going in circles', async () => {
  await mkdir(path.join(folder, 'b/.git'), { recursive: true });
  for (const name of ['b/2.HTML', 'b/.git/x.html', '.y.html', 'a.txt', 'z.css', 'c.jsonl']) {
    await writeFile(path.join(folder, name), name);
  }
  await symlink(folder, path.join(folder, 'b/circle'));
  await symlink(path.join(folder, 'gone'), path.join(folder, 'dangling.html'));
  const { uploads, others } = await walkFolder(folder, { endings: ['.html', '.txt', '.jsonl'] });
  expect(uploads.map((upload) => upload.path)).toEqual(['a.txt', 'b/2.HTML', 'c.jsonl']);
  expect(others).toBe(1);
  const fewer = await walkFolder(folder, {
    endings: ['.html', '.txt', '.jsonl'],
    exclude: ['b/**', '*.jsonl'],
  });
  expect(fewer.uploads.map((upload) => upload.path)).toEqual(['a.txt']);
});
