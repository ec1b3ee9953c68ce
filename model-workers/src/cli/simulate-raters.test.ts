import { projectSettingsSchema, type ComparisonTask } from '@rookery/shared/api';
import { emptyJudgement, valueOfChoice, type Judgement, type Side } from '@rookery/shared/comparisons';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { bodyOf, now, projectId, rookery, serve, useFolder, type Script } from './testing.ts';

useFolder();

const idOf = (kind: number, number: number): string =>
  `0190a000-0000-7000-8000-0000000${kind}${String(number).padStart(4, '0')}`;
const pairs = [
  ['Crows bring gifts to people who feed them.', 'Nobody knows.'],
  ['It rains. It rains. It rains.', 'Grateful crows bring gifts.'],
  ['Crows bring gifts.', 'People get gifts that crows bring.'],
].map((texts, index) => ({ id: idOf(2, index + 1), texts }));
const question = { fullText: 'Why do crows bring gifts?' };

interface Kept {
  id: string;
  pairId: string;
  rater: string;
  firstSide: Side;
  state: 'active' | 'submitted';
  draftVersion: number;
  draft: Judgement | null;
  submitted: Judgement | null;
}

type Answer = NonNullable<Script[string]>;

/** A server that keeps comparisons as Rookery does, and does wrong what it is told to. */
class Scripted {
  readonly comparisons: Kept[] = [];
  /** Does what is asked, and breaks the connection instead of answering, the first time that each of these is called. */
  readonly breaks = new Set<string>();
  forgetsSubmissions = false;
  /** Of the agreement of programs, for the overall rating. */
  agreement: { ratingPairs: number; agreement: number } = { ratingPairs: 0, agreement: 0 };

  readonly #names: string[] = [];

  script(): Script {
    const script: Script = {
      'GET /api/projects': () => ({
        list: [
          {
            id: projectId,
            name: 'Pilot',
            settings: projectSettingsSchema.parse({ browser: {}, simulation: 'allowed' }),
            settingsVersion: 1,
            createdAt: now,
          },
        ],
      }),
      'POST /simulated-members': async (request) => this.#makeRater(await bodyOf(request)),
      'GET /own-comparisons': (request) => pageOf(this.#of(request).filter(isActive).map(ownRow)),
      'POST /own-comparisons/claim': this.#breaking('claim', (request) => this.#claim(request)),
      'GET /comparisons': (request) => {
        const memberId = new URL(request.url!, 'http://server').searchParams.get('memberId')!;
        const items = this.comparisons.filter(({ rater }) => idOf(3, Number(rater)) === memberId);
        return { ...pageOf(items.map(leadRow)), previousCursor: null, from: 1 };
      },
      'GET /pairs': () => ({
        ...pageOf(pairs.map((pair) => this.#pairRow(pair.id))),
        previousCursor: null,
        from: 1,
      }),
      'GET /comparisons/agreement': () => ({
        resamples: 1000,
        criteria: [
          {
            criterion: 'overall',
            pairs: pairs.length,
            ...this.agreement,
            agreementInterval: { low: 0.1, high: 1 },
            alpha: null,
            alphaInterval: null,
          },
        ],
      }),
    };
    for (const [path, answer] of this.#tasks()) script[path] = answer;
    return script;
  }

  #tasks(): [string, Answer][] {
    // Every id that there can be: raters are two.
    return Array.from({ length: 2 * pairs.length }, (_, index) => idOf(4, index + 1)).flatMap((id) => {
      const kept = (): Kept => this.comparisons.find((one) => one.id === id)!;
      const own = `/own-comparisons/${id}`;
      return [
        [`GET ${own}`, () => taskOf(kept())],
        [`POST ${own}/lease`, () => taskOf(kept())],
        [`POST ${own}/activity`, () => ({ lease: leaseOf(kept()), activeSeconds: 1 })],
        [
          `PUT ${own}/draft`,
          this.#breaking('draft', async (request) => {
            const { baseVersion, judgement } = (await bodyOf(request)) as {
              baseVersion: number;
              judgement: Judgement;
            };
            if (baseVersion === kept().draftVersion) {
              Object.assign(kept(), { draft: judgement, draftVersion: baseVersion + 1 });
            }
            return { version: kept().draftVersion, savedAt: now, lease: leaseOf(kept()) };
          }),
        ],
        [
          `PUT ${own}/revisions/1`,
          this.#breaking('submit', async (request) => {
            const { judgement } = (await bodyOf(request)) as { judgement: Judgement };
            Object.assign(kept(), { submitted: judgement, state: 'submitted' });
            const task = taskOf(kept());
            if (this.forgetsSubmissions) kept().submitted = emptyJudgement();
            return task;
          }),
        ],
      ] satisfies [string, Answer][];
    });
  }

  #breaking(name: string, answer: Answer): Answer {
    return async (request, response: ServerResponse) => {
      const answered = await answer(request, response);
      if (this.breaks.delete(name)) return response.destroy();
      return answered;
    };
  }

  #makeRater(body: unknown) {
    const { name } = body as { name: string };
    if (!this.#names.includes(name)) this.#names.push(name);
    const number = this.#names.indexOf(name) + 1;
    return {
      status: 201,
      token: `rater-${number}`,
      member: {
        id: idOf(3, number),
        name,
        email: null,
        pseudonym: `rater ${number}`,
        roles: ['rater'],
        ratingForm: 'webgpt-five',
        isSimulated: true,
        createdAt: now,
        lastSeenAt: null,
        pausedAt: null,
        removedAt: null,
      },
    };
  }

  #of({ headers }: IncomingMessage): Kept[] {
    const rater = headers.authorization!.replace('Bearer rater-', '');
    return this.comparisons.filter((kept) => kept.rater === rater);
  }

  #claim(request: IncomingMessage) {
    const rater = request.headers.authorization!.replace('Bearer rater-', '');
    const had = new Set(this.#of(request).map(({ pairId }) => pairId));
    const next = pairs.find(({ id }) => !had.has(id));
    if (!next) return { comparison: null, reason: 'none_left' };
    const kept: Kept = {
      id: idOf(4, this.comparisons.length + 1),
      pairId: next.id,
      rater,
      firstSide: rater === '1' ? 'a' : 'b',
      state: 'active',
      draftVersion: 0,
      draft: null,
      submitted: null,
    };
    this.comparisons.push(kept);
    return { comparison: taskOf(kept), reason: null };
  }

  #pairRow(id: string) {
    const held = this.comparisons.filter(({ pairId }) => pairId === id);
    const side = { answerId: idOf(5, 1), origin: 'import', source: 'qa', characters: 10 };
    return {
      id,
      form: 'webgpt-five',
      question: { id: idOf(6, 1), dataset: 'qa', use: 'rm', ...question },
      first: side,
      second: side,
      pairing: { id: idOf(7, 1), method: 'import' },
      rule: null,
      probability: null,
      wanted: 2,
      submitted: held.filter(({ state }) => state === 'submitted').length,
      inProgress: held.filter(isActive).length,
      surplus: 0,
      calibrated: 0,
      imported: 0,
      overall: null,
      isCalibration: false,
      priority: 0,
      createdAt: now,
      excludedAt: null,
      excludedReason: null,
    };
  }
}

const isActive = ({ state }: Kept): boolean => state === 'active';
const pageOf = (items: unknown[]) => ({ items, nextCursor: null, total: items.length });
const leaseOf = ({ id }: Kept) => ({ token: `lease-${id}`, expiresAt: now });
const form = { name: 'webgpt-five', version: 1 } as const;

function taskOf(kept: Kept): ComparisonTask {
  const { texts } = pairs.find(({ id }) => id === kept.pairId)!;
  const [a, b] = (kept.firstSide === 'a' ? texts : texts.toReversed()).map((text) => ({ text, quotes: [] }));
  const { draft, submitted } = kept;
  return {
    id: kept.id,
    state: kept.state,
    form,
    requiredFields: ['unsupported', 'coherence', 'overall'],
    asksQuestionFlag: false,
    question,
    options: { a: a!, b: b! },
    lease: leaseOf(kept),
    draft: draft && { version: kept.draftVersion, judgement: draft, savedAt: now },
    submitted: submitted && { revision: 1, judgement: submitted, submittedAt: now },
    revisableUntil: null,
    draftVersion: kept.draftVersion,
    releaseReason: null,
    activeSeconds: 1,
    createdAt: now,
    endedAt: null,
    serverTime: now,
  };
}

const ownRow = (kept: Kept) => ({
  id: kept.id,
  state: kept.state,
  form,
  question,
  overall: null,
  questionFlag: null,
  revision: 0,
  leaseExpiresAt: now,
  revisableUntil: null,
  activeSeconds: 1,
  createdAt: now,
  endedAt: null,
});

function leadRow(kept: Kept) {
  const { id, pairId, rater, firstSide, state, submitted } = kept;
  const overall = submitted?.ratings.overall;
  return {
    id,
    pairId,
    question: { id: idOf(6, 1), dataset: 'qa', use: 'rm', ...question },
    origin: 'rater',
    rater: `rater ${rater}`,
    memberId: idOf(3, Number(rater)),
    isSimulated: true,
    import: null,
    state,
    form,
    flags: ['simulated'],
    ratings: overall === undefined ? {} : { overall: valueOfChoice(overall, firstSide) },
    questionFlag: null,
    firstSide,
    revision: submitted ? 1 : 0,
    spans: 0,
    activeSeconds: 1,
    releaseReason: null,
    createdAt: now,
    endedAt: null,
    excludedReason: null,
  };
}

const simulate = async (server: Scripted, ...args: string[]) => {
  const { env } = await serve(server.script());
  const ended = await rookery(['simulate', 'raters', '--people', '2', '--json', ...args], { env });
  return { code: ended.code, json: JSON.parse(ended.out) as Record<string, unknown> };
};

test('raters compare all there is, and what they come to stands beside what was to be expected', async () => {
  const server = new Scripted();
  server.agreement = { ratingPairs: 3, agreement: 1 };
  const { code, json } = await simulate(server, '--noise', '0');
  expect(code).toBe(0);
  expect(json).toMatchObject({
    outcomes: { submitted: 6, none_left: 2 },
    drafts: 12,
    check: { comparisons: 6, lost: 0, doubled: 0 },
    agreement: {
      ratingPairs: 3,
      agreement: { expected: { mean: 1 }, collected: 1, server: { value: 1, coversExpected: true } },
    },
  });
});

test('what the server did before it fell silent is done once', async () => {
  const server = new Scripted();
  for (const call of ['claim', 'draft', 'submit']) server.breaks.add(call);
  const { code, json } = await simulate(server);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    outcomes: { submitted: 6, none_left: 2 },
    repeatedRequests: 3,
    check: { comparisons: 6, lost: 0, doubled: 0 },
    // Others' comparisons are in the server's figure.
    agreement: { agreement: { server: null } },
  });
});

test('a run goes on with the same people, and with what they had begun', async () => {
  const server = new Scripted();
  const first = await simulate(server, '--comparisons', '3');
  expect(first.json).toMatchObject({ outcomes: { submitted: 3 } });
  server.comparisons[0]!.state = 'active';
  server.comparisons[0]!.submitted = null;
  const second = await simulate(server);
  expect(second.json).toMatchObject({ outcomes: { submitted: 4 }, check: { comparisons: 6, lost: 0 } });
});

test('judgements that the server has lost fail the run and are named', async () => {
  const server = new Scripted();
  server.forgetsSubmissions = true;
  const { code, json } = await simulate(server);
  expect(code).toBe(1);
  expect(json).toMatchObject({ check: { lost: 6, doubled: 0 } });
  expect((json['check'] as { faults: string[] }).faults[0]).toMatch(/: a submission$/);
});

test('a taste of unknown features, and a noise below nothing, are mistakes of the command line', async () => {
  for (const args of [
    ['--taste', 'beauty=1'],
    ['--taste', 'support=much'],
    ['--noise', '0.5,-1'],
    ['--position-bias', 'left'],
    ['--form', 'maximal'],
  ]) {
    const ended = await rookery(['simulate', 'raters', ...args]);
    expect({ args, code: ended.code, err: ended.err }).toMatchObject({
      args,
      code: 2,
      err: expect.stringContaining(args[0]!) as string,
    });
  }
});
