import { ApiError, type Client, type Episode, type SampleState, type SamplingJob } from '@rookery/shared/api';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { DeliverAgain } from '../deliver-again.ts';
import { FinalFailure } from '../final-failure.ts';
import type { Policy } from '../policies/policy.ts';
import type { JobContext } from '../workers/index.ts';
import { drawSample } from './draw-sample.ts';

/** A server of one sample, which keeps what it is sent; `End: Answer` ends browsing. */
function scriptServer(options: { answers?: SampleState[]; stored?: string[] } = {}) {
  const commands = [...(options.stored ?? [])];
  const answers = [...(options.answers ?? (['answered'] as const))];
  const submitted: string[] = [];
  let draw = 0;
  let state: SampleState = 'waiting';
  let episodeId = '';
  const episode = () =>
    ({
      id: episodeId,
      state: commands.at(-1)?.startsWith('End') ? 'answering' : 'browsing',
      question: { fullText: 'Why?' },
      nextSequence: commands.length + 1,
      view: { quotes: [] },
    }) as unknown as Episode;
  const client = {
    beginSample: async () => {
      if (state !== 'waiting' && state !== 'running') return { state, draw, seed: '', episode: null };
      if (state === 'waiting') {
        draw += 1;
        episodeId = randomUUID();
        if (draw > 1) commands.length = 0;
        state = 'running';
      }
      return { state, draw, seed: `seed ${draw}`, episode: episode() };
    },
    getEpisode: async () => episode(),
    getObservation: async () => ({
      sequence: commands.length,
      observation: `after ${commands.length}`,
      observationSha256: '',
    }),
    sendCommand: async ({ params, body }: { params: { sequence: number }; body: { command: string } }) => {
      if (params.sequence !== commands.length + 1)
        throw new ApiError('sequence_conflict', 'Another number is next.');
      commands.push(body.command);
      return { observation: `after ${commands.length}`, episode: episode() };
    },
    submitSample: async ({ body }: { body: { text: string } }) => {
      submitted.push(body.text);
      state = answers.shift()!;
      return { state, isDuplicate: state !== 'answered' };
    },
  };
  return { client: client as unknown as Client, commands, submitted };
}

/** Scrolls twice, ends, and answers with its seed; notes what it was asked. */
function scriptPolicy(own: Partial<Policy> = {}): Policy & { asked: string[] } {
  const asked: string[] = [];
  const sampled = { logProbability: -1, details: {} };
  return {
    asked,
    device: 'cpu',
    details: {},
    nextCommands: async ({ observation }, { seed }) => {
      asked.push(`${observation} by ${seed}`);
      return [{ command: observation === 'after 2' ? 'End: Answer' : 'Scrolled down 1', sampled }];
    },
    answer: async (_, { seed }) => ({ text: `By ${seed}.`, sampled }),
    close: async () => {},
    ...own,
  };
}

function draw(client: Client, policy: Policy, own: Partial<JobContext> = {}): Promise<SampleState> {
  const { signal } = new AbortController();
  const context: JobContext = {
    client,
    jobId: randomUUID(),
    attempt: 1,
    attemptToken: 'token',
    projectId: randomUUID(),
    input: {},
    worker: { id: randomUUID(), name: 'one', version: '0' },
    policies: undefined as never,
    rewards: undefined as never,
    encoders: new Map(),
    cacheFolder: '',
    log: pino({ level: 'silent' }),
    signal,
    draining: signal,
    send: (request) => request(signal),
    reportProgress: () => {},
    ...own,
  };
  return drawSample({ context, job: { temperature: 0.8 } as SamplingJob, policy, number: 1 });
}

test('each command is drawn by the seed of its draw and its number, and so is the answer', async () => {
  const { client, submitted } = scriptServer();
  const policy = scriptPolicy();
  expect(await draw(client, policy)).toBe('answered');
  expect(policy.asked).toEqual(['after 0 by seed 1 1', 'after 1 by seed 1 2', 'after 2 by seed 1 3']);
  expect(submitted).toEqual(['By seed 1 answer.']);
});

test('an answer that was there already is drawn again, in an episode of its own', async () => {
  const { client, submitted } = scriptServer({ answers: ['waiting', 'duplicate'] });
  expect(await draw(client, scriptPolicy())).toBe('duplicate');
  expect(submitted).toEqual(['By seed 1 answer.', 'By seed 2 answer.']);
});

test('a command that a killed worker left is not repeated', async () => {
  const { client, commands } = scriptServer({ stored: ['Search crows'] });
  let isFirst = true;
  const stale = {
    ...client,
    // Where the episode stood before the last command of the other worker.
    getObservation: async () =>
      isFirst
        ? ((isFirst = false), { sequence: 1, observation: 'after 1', observationSha256: '' })
        : { sequence: commands.length, observation: `after ${commands.length}`, observationSha256: '' },
  } as unknown as Client;
  const policy = scriptPolicy({
    nextCommands: async ({ observation }) => {
      if (observation === 'after 1' && commands.length === 1) commands.push('Clicked on link 0');
      const command = observation === 'after 2' ? 'End: Answer' : 'Scrolled down 1';
      return [{ command, sampled: { logProbability: null, details: {} } }];
    },
  });
  expect(await draw(stale, policy)).toBe('answered');
  expect(commands).toEqual(['Search crows', 'Clicked on link 0', 'End: Answer']);
});

test('asked to end, it stops between two commands', async () => {
  const { client, commands } = scriptServer();
  const draining = new AbortController();
  const policy = scriptPolicy({
    nextCommands: async () => {
      draining.abort();
      return [{ command: 'Search crows', sampled: { logProbability: null, details: {} } }];
    },
  });
  await expect(draw(client, policy, { draining: draining.signal })).rejects.toBeInstanceOf(DeliverAgain);
  expect(commands).toEqual(['Search crows']);
});

test('a policy that has nothing to say is asked under other seeds, and then the job is given up', async () => {
  const seeds: string[] = [];
  const policy = scriptPolicy({
    answer: async (_, { seed }) => {
      seeds.push(seed);
      return { text: seeds.length === 2 ? 'At last.' : ' ', sampled: { logProbability: null, details: {} } };
    },
  });
  const first = scriptServer();
  expect(await draw(first.client, policy)).toBe('answered');
  expect(first.submitted).toEqual(['At last.']);
  const failure = await draw(scriptServer().client, policy).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FinalFailure);
  expect(String(failure)).toContain('no answer for sample 1');
  expect(seeds.slice(2)).toEqual(['seed 1 answer', 'seed 1 answer 2', 'seed 1 answer 3']);
});
