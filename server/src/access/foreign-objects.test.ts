import { roundOptionsSchema, routes, type OperationId, type Route } from '@rookery/shared/api';
import { eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../test/app.ts';
import { buildRewardModel } from '../../test/rounds.ts';
import { buildComparison, buildSample, type BuiltSample } from '../../test/rows.ts';
import {
  answerDraftVersions,
  episodes,
  invitations,
  jobs,
  libraryPages,
  questions,
  rounds,
} from '../db/schema/index.ts';

/** Of the assignment away. */
let leaseToken: string;
/** The least that each route takes, so that what refuses is not validation. */
const bodies = (): Partial<Record<OperationId, unknown>> => ({
  updateMember: { roles: ['lead', 'demonstrator', 'rater'] },
  renewMemberLink: {},
  updateQuestion: { excluded: true, reason: 'test' },
  addImportFile: Buffer.from('x'),
  previewImport: {},
  extendLease: { leaseToken },
  releaseAssignment: { leaseToken },
  openTask: { windowId: 'test' },
  leaveTask: { windowId: 'test' },
  pauseTask: { leaseToken },
  keepAnswer: { leaseToken },
  sendCommand: { command: 'Top', leaseToken },
  previewQuote: { text: 'x' },
  saveDraft: { text: 'x', baseVersion: 0, leaseToken },
  submitAnswer: { text: 'x', leaseToken },
  reportActivity: { leaseToken },
  saveComparisonDraft: { leaseToken: 'lease', baseVersion: 0, judgement: {} },
  submitComparison: {
    leaseToken: 'lease',
    judgement: { ratings: { unsupported: 'equal', coherence: 'equal', overall: 'equal' } },
  },
  releaseComparison: { leaseToken: 'lease', kind: 'skip' },
  reportComparisonActivity: { leaseToken: 'lease' },
  excludeComparison: { excluded: true, reason: 'test' },
  startAttempt: { workerId: uuidv7() },
  reportProgress: { attemptToken: sample.attemptToken, done: 0, total: null },
  completeAttempt: { attemptToken: 'superseded', result: {} },
  failAttempt: { attemptToken: 'superseded', reason: 'test', isFinal: false },
  uploadModel: Buffer.from('x'),
  beginSample: {
    attemptToken: sample.attemptToken,
    sampler: { worker: 'test', version: '1', device: 'cpu' },
  },
  submitSample: {
    attemptToken: sample.attemptToken,
    episodeId: sample.episodeId,
    text: 'x',
    sampled: { logProbability: null },
  },
  scoreAnswers: {},
  scoreAnswer: { question: 'x', answer: 'x', quotes: [], wait: 1 },
  rankAnswers: { question: 'x', answers: [{ answer: 'x', quotes: [] }], wait: 1 },
  storeScores: {
    attemptToken: 'superseded',
    scores: [{ answerId: uuidv7(), score: 0, uncertainty: 0, halves: null }],
  },
  reviewDemonstration: { decision: 'accepted', seen: { answerRevision: null, decisions: 0 } },
});
const queries: Partial<Record<OperationId, string>> = {
  addImportFile: '?path=a.html',
  uploadModel: '?attemptToken=superseded',
};

const byObject = Object.entries<Route>(routes).filter(
  ([, route]) => typeof route.access === 'object' && /:(?!projectId)\w+Id/.test(route.path),
) as [OperationId, Route][];

/** Their objects are found by ids alone, and a key may be for one project. */
const ofModelWorkers = Object.entries<Route>(routes).filter(
  ([, route]) => route.access === 'worker' && route.path.includes(':jobId'),
) as [OperationId, Route][];

let test: TestApp;
let sample: BuiltSample;
let workerKeys: { bound: string; unbound: string };
let home: { id: string };
/** Holds every role at home, and nothing away, where the objects are. */
let caller: TestMember;
let owner: TestMember;
let foreign: Record<string, string>;
let away: { id: string };
beforeAll(async () => {
  test = await createTestApp();
  home = await test.buildProject();
  away = await test.buildProject();
  caller = await test.buildMember({ projectId: home.id, roles: ['lead', 'demonstrator', 'rater'] });
  owner = await test.buildMember({ projectId: away.id, roles: ['lead', 'demonstrator', 'rater'] });
  foreign = await buildObjects(away.id, owner);
  const key = { personId: null, scopes: ['worker' as const] };
  workerKeys = {
    bound: await test.buildToken({ ...key, projectId: home.id }),
    unbound: await test.buildToken(key),
  };
});
afterAll(() => test?.close());

async function send(
  operationId: OperationId,
  values: Record<string, string>,
  { token }: { token: string } = caller,
) {
  const route: Route = routes[operationId];
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '1');
  const body = bodies()[operationId];
  return test.app.inject({
    method: route.method,
    url: path + (queries[operationId] ?? ''),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body instanceof Buffer && { 'content-type': 'application/octet-stream' }),
    },
    ...(body !== undefined && { payload: body as object }),
  });
}

describe.each(byObject)('%s', (operationId) => {
  it('does not find an object of another project, nor one that is not there, and says the same of both', async () => {
    const there = await send(operationId, { ...foreign, projectId: home.id });
    const nowhere = await send(operationId, {
      ...Object.fromEntries(Object.keys(foreign).map((name) => [name, uuidv7()])),
      projectId: home.id,
    });
    expect([there.statusCode, nowhere.statusCode]).toEqual([404, 404]);
    expect(there.json().error.message).toBe(nowhere.json().error.message);
  });

  it('is asked so that its owner would be heard', async () => {
    const response = await send(operationId, { ...foreign, projectId: away.id }, owner);
    // The state may be wrong by now, or no worker there, but neither the request nor the caller is wrong.
    expect(response.statusCode).toBeOneOf([200, 201, 202, 204, 409, 503]);
  });
});

describe.each(ofModelWorkers)('%s', (operationId) => {
  const answerOf = async (key: 'bound' | 'unbound', jobId: string) => {
    const { statusCode, body } = await send(operationId, { jobId }, { token: workerKeys[key] });
    return { statusCode, message: statusCode === 204 ? '' : (JSON.parse(body).error?.message as string) };
  };

  it('does not find a job of a project that the key is not for, and says the same of one that is not there', async () => {
    const there = await answerOf('bound', sample.jobId);
    const nowhere = await answerOf('bound', uuidv7());
    expect([there.statusCode, nowhere.statusCode]).toEqual([404, 404]);
    expect(there.message).toBe(nowhere.message);
    // It is found with a key that is for it; what it is or how it stands may be wrong for what is asked.
    expect((await answerOf('unbound', sample.jobId)).statusCode).toBeOneOf([200, 204, 409]);
  });
});

it('starts no episode of another project’s assignment', async () => {
  const response = await test.app.inject({
    method: 'POST',
    url: `/api/projects/${home.id}/episodes`,
    headers: { authorization: `Bearer ${caller.token}` },
    payload: { assignmentId: foreign['assignmentId'], leaseToken },
  });
  expect(response.statusCode).toBe(404);
});

/** One of each kind of object that an address can name, in one project. */
async function buildObjects(projectId: string, owner: TestMember): Promise<Record<string, string>> {
  const { db, clock } = test.deps;
  const at = clock();
  const questionId = uuidv7();
  await db.insert(questions).values({
    id: questionId,
    projectId,
    dataset: 'test',
    externalId: '1',
    fullText: 'Why?',
    referenceAnswers: [],
    referencePages: [],
    use: 'bc',
    wanted: 1,
    createdAt: at,
    updatedAt: at,
  });
  const params = { projectId };
  const { id: assignmentId, lease } = (await owner.client.claimTask({ params })).assignment!;
  leaseToken = lease!.token;
  const { id: episodeId } = await owner.client.startEpisode({ params, body: { assignmentId, leaseToken } });
  await db
    .insert(answerDraftVersions)
    .values({ projectId, episodeId, version: 1, kind: 'typed', text: 'x', savedAt: at });
  const [episode] = await db.select().from(episodes).where(eq(episodes.id, episodeId));
  const [jobId, pageId, invitationId] = [uuidv7(), uuidv7(), uuidv7()];
  await db.insert(jobs).values({
    id: jobId,
    projectId,
    kind: 'import-library',
    state: 'uploading',
    input: {},
    attempt: 1,
    createdAt: at,
  });
  await db.insert(libraryPages).values({
    id: pageId,
    projectId,
    url: 'https://example.org/',
    title: 'Page',
    domain: 'example.org',
    pageHash: episode!.pageHash,
    characters: 0,
    links: 0,
    searchText: '',
    searchVector: sql`''::tsvector` as never,
    importId: jobId,
    createdAt: at,
    updatedAt: at,
  });
  await db.insert(invitations).values({
    id: invitationId,
    projectId,
    tokenHash: 'hash',
    roles: ['rater'],
    note: '',
    maxUses: 1,
    createdBy: owner.personId,
    createdAt: at,
    expiresAt: at,
  });
  const { memberId } = owner;
  const { pairId, comparisonId } = await buildComparison(test, { projectId, memberId });
  sample = await buildSample(test, { projectId });
  const { versionId, planId, sampleId } = sample;
  const roundId = uuidv7();
  const options = roundOptionsSchema.parse({ sampling: { versionIds: [versionId] }, comparisons: 1 });
  const round = {
    id: roundId,
    number: 1,
    name: 'Round',
    state: 'sampling',
    options,
    seed: 'one',
    planId,
  } as const;
  await db.insert(rounds).values({ ...round, projectId, createdAt: at });
  return {
    jobId,
    pageId,
    invitationId,
    assignmentId,
    episodeId,
    questionId,
    pairId,
    comparisonId,
    memberId,
    versionId,
    planId,
    sampleId,
    roundId,
    modelId: await buildRewardModel(test, { projectId, version: 1 }),
  };
}
