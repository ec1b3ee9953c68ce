import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointSettingsSchema } from '@rookery/shared/api';
import { parseCommand } from '@rookery/shared/browser';
import { afterEach, expect, test } from 'vitest';
import { FinalFailure } from '../../final-failure.ts';
import type { Session } from '../policy.ts';
import { openEndpoint } from './index.ts';

type Answer = { status?: number; headers?: Record<string, string>; body: string } | 'none';
interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

const servers: Server[] = [];
const key = 'sk-of-nobody-8b1f';
const signal = new AbortController().signal;
/** With characters that JSON and careless servers change. */
const observation = '♦Question\nWhy do “crows” 🐦 give gifts?\n\n♦Actions left: 99\n♦Next action\n';
const session = { observation, view: {} } as Session;
const draw = { seed: 'plan 7 1', temperature: 0.8, signal };

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that gives one answer after the other, the last one for ever. */
async function serve(answers: Answer[]): Promise<{ url: URL; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      asked.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer === 'none') return;
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}

const says = (text: string, more: object = {}): Answer => ({
  body: JSON.stringify({ model: 'crow-7b-0926', choices: [{ text, finish_reason: 'stop', ...more }] }),
});

async function open(
  answers: Answer[],
  options: { path?: string; settings?: object; key?: string | null } = {},
) {
  const { url, asked } = await serve(answers);
  const endpoint = { name: 'LOCAL', url: new URL(options.path ?? '/', url), key: options.key ?? null };
  const settings = endpointSettingsSchema.parse({
    endpoint: 'LOCAL',
    model: 'crow',
    maxTries: 3,
    ...options.settings,
  });
  return { policy: openEndpoint({ settings, endpoint }), asked, origin: url.origin };
}

const command = async (policy: ReturnType<typeof openEndpoint>, own: object = {}) =>
  (await policy.nextCommands(session, { ...draw, count: 1, ...own }))[0]!;
const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('no failure'),
    (error: Error) => error,
  );

test('a command is asked for with the exact observation, up to the line break', async () => {
  const logprobs = { tokens: ['Search', ' crows', '\n'], token_logprobs: [-0.5, -0.25, -3] };
  const { policy, asked, origin } = await open([says('Search crows', { logprobs })], {
    key,
    path: '/base/v1/',
  });
  expect(await command(policy)).toMatchObject({
    command: 'Search crows',
    sampled: { logProbability: -0.75, details: { model: 'crow-7b-0926', finishReason: 'stop', tries: 1 } },
  });
  const [{ path, headers, body }] = asked as [Asked];
  expect({ path, authorization: headers.authorization }).toEqual({
    path: '/base/v1/completions',
    authorization: `Bearer ${key}`,
  });
  expect(Buffer.from(body['prompt'] as string).equals(Buffer.from(observation))).toBe(true);
  expect(body).toMatchObject({ model: 'crow', stop: ['\n'], temperature: 0.8, max_tokens: 256 });
  expect(policy.details).toEqual({ endpoint: 'LOCAL', origin, model: 'crow-7b-0926' });
});

test('the seed differs from step to step and from draw to draw, and is the same for the same', async () => {
  const { policy, asked } = await open([says('Back')]);
  await command(policy);
  await command(policy);
  await command(policy, { seed: 'plan 7 2' });
  await policy.nextCommands(session, { ...draw, count: 3 });
  const seeds = asked.map(({ path, body }) => (expect(path).toBe('/v1/completions'), body['seed'] as number));
  expect(seeds[0]).toBe(seeds[1]);
  expect(new Set(seeds.slice(1)).size).toBe(4);
  for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
});

test('what is no command is handed on as it is, an empty one as a space', async () => {
  const { policy } = await open([says(' dance, please\nBack'), says('\nBack')]);
  const texts = [await command(policy), await command(policy)].map(({ command }) => command);
  expect(texts).toEqual([' dance, please', ' ']);
  for (const text of texts) expect(parseCommand(text).kind).toBe('invalid');
});

test('tokens after the line break do not count towards the log-probability', async () => {
  const logprobs = { tokens: ['Ba', 'ck', '\n', 'Top'], token_logprobs: [-1, -2, -4, -8] };
  const { policy } = await open([says('Back\nTop', { logprobs }), says('Back', { logprobs: null })]);
  expect((await command(policy)).sampled.logProbability).toBe(-3);
  expect((await command(policy)).sampled.logProbability).toBeNull();
});

test('an answer ends where the model ends it', async () => {
  const { policy, asked } = await open([says(' Crows give gifts [1].\n\nThey do. \n')]);
  const task = { question: '', prompt: `${observation}♦Answer\n`, quotes: [] };
  expect((await policy.answer(task, draw)).text).toBe('Crows give gifts [1].\n\nThey do.');
  expect(asked[0]!.body).toMatchObject({ prompt: task.prompt, max_tokens: 512 });
  expect(asked[0]!.body).not.toHaveProperty('stop');
});

test('a server in trouble is asked again, and waited for as it asks', async () => {
  const busy: Answer = { status: 429, headers: { 'retry-after': '0' }, body: '' };
  const { policy, asked } = await open([busy, { body: '<html>' }, says('Back')]);
  expect(await command(policy)).toMatchObject({ command: 'Back', sampled: { details: { tries: 3 } } });
  expect(asked).toHaveLength(3);
});

test('after so many tries the attempt fails, to be tried again later', async () => {
  const late = await open(['none'], { settings: { timeoutSeconds: 1, maxTries: 1 } });
  const failure = await failureOf(command(late.policy));
  expect(failure).not.toBeInstanceOf(FinalFailure);
  expect(failure.message).toMatch(/LOCAL at http:.* in 1 try: no answer in 1 s/);
  const down = await open([{ status: 502, body: '' }], { settings: { maxTries: 1 } });
  expect((await failureOf(command(down.policy))).message).toContain('it answered 502');
});

test.each([
  [401, '', /refuses the key \(401\): set ROOKERY_ENDPOINT_LOCAL_KEY/],
  [404, '{"error":{"message":"no model crow"}}', /no model "crow" \(404\), saying: no model crow: check/],
  [400, `{"message":"too long, ${key}"}`, /does not accept .* \(400\), saying: too long, …: check/],
  [307, '', /redirects to https:\/\/elsewhere\.example \(307\), which is not followed/],
])('an answer of %d is final, with a sentence that says what to do', async (status, body, sentence) => {
  const { policy, asked } = await open(
    [{ status, body, headers: { location: 'https://elsewhere.example/v1' } }],
    {
      key,
    },
  );
  const failure = await failureOf(command(policy));
  expect(failure).toBeInstanceOf(FinalFailure);
  expect(failure.message).toMatch(sentence);
  expect(failure.message).not.toContain(key);
  expect(asked).toHaveLength(1);
});

test('a request that is aborted is given up at once', async () => {
  const { policy } = await open(['none']);
  const aborting = new AbortController();
  const asked = failureOf(command(policy, { signal: aborting.signal }));
  aborting.abort(new Error('the attempt is lost'));
  expect((await asked).message).toBe('the attempt is lost');
});
