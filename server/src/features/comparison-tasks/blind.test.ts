import { routes, type OperationId, type Route } from '@rookery/shared/api';
import { emptyJudgement } from '@rookery/shared/comparisons';
import { livePath } from '@rookery/shared/live';
import { eq, inArray } from 'drizzle-orm';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, judge } from '../../../test/comparisons.ts';
import {
  answers,
  comparisonImports,
  comparisons,
  jobs,
  members,
  pairs,
  questions,
  ratings,
} from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';

/*
 * Everything that a rater can get is walked: every route that is open to them, and every live message. What must not be in
 * there has values that are found nowhere else.
 */

const sources = { first: 'sentinel-policy-175b', second: 'sentinel-demonstrations' };
const importName = 'sentinel-import-name';
const dataset = 'sentinel-dataset';
const score = 0.123456789;
const probability = 0.987654321;
const calibrationEvery = 97;
const reratedPercent = 61;
const otherNotes = 'Sentinel notes of somebody else.';

let test: TestApp;
let projectId: string;
let rater: TestMember;
let secrets: Record<string, string>;
let walked: { operationId: OperationId; status: number; text: string }[];
let told: string[];

beforeAll(async () => {
  test = await createTestApp();
  const comparisonSettings = { ...defaultSettings.comparisons, calibrationEvery, reratedPercent };
  ({ id: projectId } = await test.buildProject({ settings: { comparisons: comparisonSettings } }));
  rater = await test.buildMember({ projectId, roles: ['rater'] });
  const other = await test.buildMember({ projectId, roles: ['rater'], name: 'Sentinel colleague' });
  const author = await test.buildMember({ projectId, roles: ['demonstrator'], name: 'Sentinel author' });
  secrets = await buildSecrets({ other, author });
  ({ walked, told } = await walk());
});
afterAll(() => test.close());

/** Pairs, one of them for calibration, with an import's comparisons and another rater's beside what the rater is to do. */
async function buildSecrets(people: Record<'other' | 'author', TestMember>): Promise<Record<string, string>> {
  const { db } = test.deps;
  const at = test.clock.now();
  const built = [
    ...(await buildPairs(test, { projectId, count: 3, wanted: 3 })),
    ...(await buildPairs(test, { projectId, count: 1, isCalibration: true })),
  ];
  const ids = built.map(({ id }) => id);
  const firsts = built.map(({ firstAnswerId }) => firstAnswerId);
  const seconds = built.map(({ secondAnswerId }) => secondAnswerId);
  const { memberId: authorId } = people.author;
  await db.update(answers).set({ source: sources.first, authorId }).where(inArray(answers.id, firsts));
  await db.update(answers).set({ source: sources.second }).where(inArray(answers.id, seconds));
  await db.update(pairs).set({ probability }).where(inArray(pairs.id, ids));
  const questionIds = built.map(({ questionId }) => questionId);
  await db.update(questions).set({ dataset }).where(inArray(questions.id, questionIds));
  const [importId, jobId] = [uuidv7(), uuidv7()];
  const job = { id: jobId, projectId, kind: 'import-comparisons', state: 'done', attempt: 1 } as const;
  await db.insert(jobs).values({ ...job, input: {}, createdAt: at });
  await db
    .insert(comparisonImports)
    .values({ id: importId, projectId, name: importName, jobId, createdAt: at });
  const others: Record<string, string> = {};
  for (const [index, pairId] of ids.entries()) {
    const comparisonId = uuidv7();
    await db.insert(comparisons).values({
      id: comparisonId,
      projectId,
      pairId,
      origin: 'import',
      state: 'submitted',
      form: 'webgpt-five',
      importId,
      occurrence: 1,
      createdAt: at,
    });
    await db.insert(ratings).values({ projectId, comparisonId, criterion: 'overall', value: score });
    others[`imported comparison ${index}`] = comparisonId;
  }
  const theirs = await claimComparison(people.other, projectId);
  const judgement = judge(theirs.task);
  judgement.options.a.notes = otherNotes;
  await theirs.submit(judgement);
  const pseudonyms = await db
    .select({ pseudonym: members.pseudonym, id: members.id })
    .from(members)
    .where(inArray(members.id, [people.other.memberId, authorId]));
  const pairings = await db.select().from(pairs).where(inArray(pairs.id, ids));
  const named = (name: string, values: readonly string[]) =>
    values.map((value, index): [string, string] => [`${name} ${index}`, value]);
  return Object.fromEntries([
    ...Object.entries(others),
    ...named('pair', ids),
    ...named('question', questionIds),
    ...named('first answer', firsts),
    ...named('second answer', seconds),
    ...named(
      'pseudonym',
      pseudonyms.map(({ pseudonym }) => pseudonym),
    ),
    ...named(
      'member',
      pseudonyms.map(({ id }) => id),
    ),
    ...named(
      'pairing',
      pairings.map(({ pairingId }) => pairingId),
    ),
    ['other comparison', theirs.task.id],
    ['other notes', otherNotes],
    ['other name', 'Sentinel colleague'],
    ['author name', 'Sentinel author'],
    ['first source', sources.first],
    ['second source', sources.second],
    ['import', importId],
    ['import name', importName],
    ['import job', jobId],
    ['data set', dataset],
    ['score', String(score)],
    ['probability', String(probability)],
    ['share of re-rating', `"reratedPercent":${reratedPercent}`],
    ['calibration schedule', `"calibrationEvery":${calibrationEvery}`],
  ]);
}

/** What lies outside a rater's work: signing in and out, keys, and the description of the API. */
const unrelated = new Set<OperationId>([
  'getHealth',
  'getOpenApi',
  'signIn',
  'signInByLink',
  'signOut',
  'updateAccount',
  'getInvitation',
  'acceptInvitation',
  'listTokens',
  'createToken',
  'revokeToken',
]);

const isForRaters = ({ access }: Route): boolean =>
  access === 'public' ||
  access === 'signed-in' ||
  access === 'session' ||
  (typeof access === 'object' && access.project.includes('rater'));

/** Calls every route that raters may call, in every state that a comparison can be in, and listens meanwhile. */
async function walk() {
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = test.app.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${livePath}`, {
    headers: { authorization: `Bearer ${rater.token}` },
  });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString()));
  await once(socket, 'message');

  const answered: typeof walked = [];
  const call = async (
    operationId: OperationId,
    {
      values = {},
      body,
      query = '',
    }: { values?: Record<string, string>; body?: unknown; query?: string } = {},
  ) => {
    const route: Route = routes[operationId];
    const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => ({ projectId, ...values })[name]!);
    const response = await test.app.inject({
      method: route.method,
      url: path + query,
      headers: { authorization: `Bearer ${rater.token}` },
      ...(body !== undefined && { payload: body as object }),
    });
    answered.push({
      operationId,
      status: response.statusCode,
      text: response.body + JSON.stringify(response.headers),
    });
    return response;
  };
  await call('getSession');
  await call('listProjects');
  await call('getProject');
  for (const kind of ['webgpt-five', 'minimal']) {
    await call('getGuidelines', { query: `?kind=${kind}` });
    await call('getGuidelinesVersion', { values: { version: '1' }, query: `?kind=${kind}` });
    await call('markGuidelinesSeen', { body: { kind, version: 1 } });
  }
  await call('getComparisonPractice');
  await call('endComparisonPractice', { body: { state: 'done' } });
  // As many as there are pairs, the calibration pair the last: each goes through other states.
  const endings = ['submit', 'skip', 'expire', 'submit'] as const;
  for (const ending of endings) {
    const claimed = await call('claimComparison');
    const { comparison } = claimed.json<{
      comparison: Awaited<ReturnType<typeof claimComparison>>['task'];
    }>();
    const leaseToken = comparison.lease!.token;
    const values = { comparisonId: comparison.id };
    const judgement = judge(comparison);
    await call('getOwnComparison', { values });
    await call('saveComparisonDraft', { values, body: { leaseToken, baseVersion: 0, judgement } });
    await call('saveComparisonDraft', {
      values,
      body: { leaseToken, baseVersion: 0, judgement: emptyJudgement() },
    });
    await call('reportComparisonActivity', { values, body: { leaseToken } });
    await call('extendComparisonLease', { values });
    const submit = (revision: string, given: unknown = judgement) =>
      call('submitComparison', {
        values: { ...values, revision },
        body: { leaseToken, judgement: given },
      });
    await submit('1', emptyJudgement());
    if (ending === 'skip') {
      await call('releaseComparison', { values, body: { leaseToken, kind: 'flag', reason: 'mine' } });
    }
    if (ending === 'expire') test.clock.advance(31 * 60_000);
    await call('getOwnComparison', { values });
    await submit('1');
    await submit('1', judge(comparison, 'equal'));
    await submit('2', judge(comparison, 'equal'));
    await submit('9');
    await call('extendComparisonLease', { values });
    await call('releaseComparison', { values, body: { leaseToken, kind: 'skip' } });
    await call('getOwnComparison', { values });
    await call('getOwnComparisonStatistics');
    await call('listOwnComparisons');
  }
  await call('claimComparison');
  const [foreign] = await test.deps.db
    .select({ id: comparisons.id })
    .from(comparisons)
    .where(eq(comparisons.origin, 'import'));
  await call('getOwnComparison', { values: { comparisonId: foreign!.id } });
  // The last message of the last comparison says that all before it have come.
  const { id: last } = (await rater.client.listOwnComparisons({ params: { projectId }, query: {} }))
    .items[0]!;
  while (!messages.some((message) => message.includes(last))) await once(socket, 'message');
  socket.terminate();
  return { walked: answered, told: messages };
}

it('walks every route that raters may call', () => {
  const open = Object.entries<Route>(routes)
    .filter(([, route]) => isForRaters(route))
    .map(([operationId]) => operationId as OperationId)
    .filter((operationId) => !unrelated.has(operationId));
  expect(new Set(walked.map(({ operationId }) => operationId))).toEqual(new Set(open));
  for (const operationId of open) {
    const statuses = walked.filter((call) => call.operationId === operationId).map(({ status }) => status);
    expect([operationId, statuses.some((status) => status < 300)]).toEqual([operationId, true]);
  }
});

it('tells raters nothing of where answers come from, of scores, other raters, the order of the pair or calibration', () => {
  const found = [];
  for (const { operationId, text } of walked) {
    for (const [name, secret] of Object.entries(secrets)) {
      if (text.includes(secret)) found.push(`${name} in the answer of ${operationId}`);
    }
  }
  for (const message of told) {
    for (const [name, secret] of Object.entries(secrets)) {
      if (message.includes(secret)) found.push(`${name} in a live message`);
    }
  }
  expect(found).toEqual([]);
});

it('has no field about a comparison but those that its rater needs', () => {
  const forbidden =
    /"(?:\w*calibrat\w*|firstSide|first_side|pairId|answerId|questionId|memberId|source|origin|model|score|wanted|held|place|author\w*|rater\w*|probability|import\w*)":/i;
  const ofComparisons = walked.filter(({ operationId }) => /Comparison/.test(operationId));
  expect(ofComparisons.length).toBeGreaterThan(50);
  for (const { text } of ofComparisons) expect(text).not.toMatch(forbidden);
  for (const message of told) expect(message).not.toMatch(forbidden);
});

it('looks the same for a calibration pair as for any other', async () => {
  const rows = await test.deps.db
    .select({ id: comparisons.id, isCalibration: comparisons.isCalibration })
    .from(comparisons)
    .where(eq(comparisons.memberId, rater.memberId));
  expect(rows.filter(({ isCalibration }) => isCalibration)).toHaveLength(1);
  const shapes = new Map<boolean, Set<string>>([
    [true, new Set()],
    [false, new Set()],
  ]);
  for (const { text, status, operationId } of walked) {
    const row = rows.find(({ id }) => text.includes(id));
    if (!row || operationId !== 'getOwnComparison' || status !== 200) continue;
    shapes.get(row.isCalibration)!.add(text.match(/"\w+":/g)!.join(''));
  }
  expect(shapes.get(true)!.size).toBeGreaterThan(0);
  for (const shape of shapes.get(true)!) expect(shapes.get(false)).toContain(shape);
});
