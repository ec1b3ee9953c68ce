import { routes, type OperationId, type ProjectRole, type Route } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieOf, createPartialApp, type PartialApp } from '../../test/partial-app.ts';
import { buildComparison, buildEpisode, buildSample, type BuiltSample } from '../../test/rows.ts';
import { apiTokens, members } from '../db/schema/index.ts';
import { accountHandlers } from '../features/accounts/index.ts';
import { createMember, createPerson, replaceSignInLink } from '../features/people/index.ts';
import { insertProject } from '../features/projects/index.ts';
import { createApiToken, hashToken } from './index.ts';

/** Who a route is for, said once more by hand: the route table must not be its own witness. */
type Audience =
  | 'everybody'
  | 'people'
  | 'people in a session'
  | 'admins'
  | 'model workers'
  | 'members'
  | 'leads'
  | 'demonstrators'
  | 'the demonstrator of the assignment'
  | 'the demonstrator of the episode'
  | 'the demonstrator of the episode, and model workers in samples'
  | 'the demonstrator of the episode, leads, and model workers in samples'
  | 'raters'
  | 'the rater of the comparison';

const audiences: Record<OperationId, Audience> = {
  getHealth: 'everybody',
  getOpenApi: 'everybody',
  getSession: 'people',
  signIn: 'everybody',
  signInByLink: 'everybody',
  signOut: 'people in a session',
  updateAccount: 'people in a session',
  getInvitation: 'everybody',
  acceptInvitation: 'everybody',
  listTokens: 'people in a session',
  createToken: 'people in a session',
  revokeToken: 'people in a session',
  listMembers: 'leads',
  addMember: 'leads',
  addMembers: 'leads',
  listMemberWork: 'leads',
  getMember: 'leads',
  updateMember: 'leads',
  renewMemberLink: 'leads',
  listInvitations: 'leads',
  createInvitation: 'leads',
  revokeInvitation: 'leads',
  createSimulatedMember: 'leads',
  listProjects: 'people',
  createProject: 'admins',
  createStarterProject: 'admins',
  getProject: 'members',
  updateProject: 'leads',
  getProjectOverview: 'leads',
  getGuidelines: 'members',
  getGuidelinesVersion: 'members',
  listGuidelinesVersions: 'leads',
  writeGuidelines: 'leads',
  markGuidelinesSeen: 'members',
  listQuestions: 'leads',
  getQuestion: 'leads',
  updateQuestion: 'leads',
  updateQuestions: 'leads',
  listQuestionSets: 'leads',
  listLibraryPages: 'leads',
  getLibraryPage: 'leads',
  createImport: 'leads',
  addImportFile: 'leads',
  previewImport: 'leads',
  startImport: 'leads',
  createExport: 'leads',
  createVerification: 'leads',
  createComparisonExport: 'leads',
  listJobs: 'leads',
  listJobFigures: 'leads',
  getJob: 'leads',
  listJobProblems: 'leads',
  cancelJob: 'leads',
  retryJob: 'leads',
  downloadJobFile: 'leads',
  createPing: 'leads',
  claimTask: 'demonstrators',
  listOwnAssignments: 'demonstrators',
  getAssignment: 'the demonstrator of the assignment',
  extendLease: 'the demonstrator of the assignment',
  releaseAssignment: 'the demonstrator of the assignment',
  openTask: 'the demonstrator of the assignment',
  leaveTask: 'the demonstrator of the assignment',
  pauseTask: 'the demonstrator of the assignment',
  resumeTask: 'the demonstrator of the assignment',
  reopenAnswer: 'the demonstrator of the assignment',
  keepAnswer: 'the demonstrator of the assignment',
  getOwnStatistics: 'demonstrators',
  startEpisode: 'demonstrators',
  getEpisode: 'the demonstrator of the episode, leads, and model workers in samples',
  sendCommand: 'the demonstrator of the episode, and model workers in samples',
  previewQuote: 'the demonstrator of the episode',
  getObservation: 'the demonstrator of the episode, and model workers in samples',
  getScreenMarks: 'the demonstrator of the episode',
  saveDraft: 'the demonstrator of the episode',
  listDraftVersions: 'the demonstrator of the episode',
  getDraftVersion: 'the demonstrator of the episode',
  submitAnswer: 'the demonstrator of the episode',
  reportActivity: 'the demonstrator of the episode',
  listDemonstrations: 'leads',
  replayEpisode: 'leads',
  reviewDemonstration: 'leads',
  reviewDemonstrations: 'leads',
  nextToReview: 'leads',
  getPractice: 'demonstrators',
  startPractice: 'demonstrators',
  endPractice: 'demonstrators',
  listAnswers: 'leads',
  listAnswerSources: 'leads',
  previewPairing: 'leads',
  createPairing: 'leads',
  listPairings: 'leads',
  createPair: 'leads',
  listPairs: 'leads',
  changePairs: 'leads',
  getPair: 'leads',
  claimComparison: 'raters',
  listOwnComparisons: 'raters',
  getOwnComparisonStatistics: 'raters',
  getOwnComparison: 'the rater of the comparison',
  saveComparisonDraft: 'the rater of the comparison',
  submitComparison: 'the rater of the comparison',
  extendComparisonLease: 'the rater of the comparison',
  releaseComparison: 'the rater of the comparison',
  reportComparisonActivity: 'the rater of the comparison',
  getComparisonPractice: 'raters',
  endComparisonPractice: 'raters',
  listComparisons: 'leads',
  getComparisonProgress: 'leads',
  getRatingDistributions: 'leads',
  getAgreement: 'leads',
  listRaters: 'leads',
  listComparisonImports: 'leads',
  getComparison: 'leads',
  excludeComparison: 'leads',
  listPolicyVersions: 'leads',
  getPolicyVersion: 'leads',
  downloadPolicyModel: 'leads',
  previewTraining: 'leads',
  trainRanker: 'leads',
  createEndpointPolicy: 'leads',
  listRewardModels: 'leads',
  getRewardModel: 'leads',
  downloadRewardModel: 'leads',
  previewRewardTraining: 'leads',
  trainRewardModel: 'leads',
  listRewardPairs: 'leads',
  scoreAnswers: 'leads',
  listScoredAnswers: 'leads',
  getBestOf: 'leads',
  scoreAnswer: 'leads',
  rankAnswers: 'leads',
  listArtifacts: 'admins',
  openRound: 'leads',
  listRounds: 'leads',
  getRound: 'leads',
  listRoundEvents: 'leads',
  trainRound: 'leads',
  closeRound: 'leads',
  cancelRound: 'leads',
  getPairLineage: 'leads',
  estimateSampling: 'leads',
  createSamplingPlan: 'leads',
  listSamplingPlans: 'leads',
  getSamplingPlan: 'leads',
  pauseSamplingPlan: 'leads',
  resumeSamplingPlan: 'leads',
  cancelSamplingPlan: 'leads',
  listSamples: 'leads',
  replaySample: 'leads',
  listWorkers: 'admins',
  listProjectWorkers: 'leads',
  reportWorker: 'model workers',
  startAttempt: 'model workers',
  reportProgress: 'model workers',
  completeAttempt: 'model workers',
  failAttempt: 'model workers',
  listTrainingDemonstrations: 'model workers',
  uploadModel: 'model workers',
  getRewardJob: 'model workers',
  listRewardAnswers: 'model workers',
  listRewardJobPairs: 'model workers',
  downloadJobRewardModel: 'model workers',
  storeScores: 'model workers',
  getSamplingJob: 'model workers',
  downloadSamplingModel: 'model workers',
  beginSample: 'model workers',
  submitSample: 'model workers',
};

type Outcome = 'through' | 401 | 403 | 404;
type Row = readonly Outcome[];
/** `home` is the project the callers belong to; `away` is one where only admins and the keys' person have a role. */
type Place = 'home' | 'away';

const outsideProjects: readonly Audience[] = [
  'everybody',
  'people',
  'people in a session',
  'admins',
  'model workers',
];
const withinProjects: readonly Audience[] = [
  'members',
  'leads',
  'demonstrators',
  'the demonstrator of the assignment',
  'the demonstrator of the episode',
  'the demonstrator of the episode, and model workers in samples',
  'the demonstrator of the episode, leads, and model workers in samples',
  'raters',
  'the rater of the comparison',
];

const yes = 'through';
const all = (outcome: Outcome): Row => withinProjects.map(() => outcome);
/** The episode of the addresses is no sample. */
const forWorkers: Row = withinProjects.map((audience) => (audience.includes('model workers') ? 404 : 403));

/**
 * What happens to each caller, in the order of the two lists above. The assignment and the episode of the addresses are
 * the demonstrator's, the comparison is the rater's, in `home`; away they are another project's objects.
 */
const callers: Record<string, { outside: Row; home: Row; away: Row }> = {
  nobody: { outside: [yes, 401, 401, 401, 401], home: all(401), away: all(401) },
  'an ended session': { outside: [yes, 401, 401, 401, 401], home: all(401), away: all(401) },
  'an outsider': { outside: [yes, yes, yes, 403, 403], home: all(404), away: all(404) },
  'the demonstrator': {
    outside: [yes, yes, yes, 403, 403],
    home: [yes, 403, yes, yes, yes, yes, yes, 403, 403],
    away: all(404),
  },
  'another demonstrator': {
    outside: [yes, yes, yes, 403, 403],
    home: [yes, 403, yes, 404, 404, 404, 404, 403, 403],
    away: all(404),
  },
  'the rater': {
    outside: [yes, yes, yes, 403, 403],
    home: [yes, 403, 403, 403, 403, 403, 403, yes, yes],
    away: all(404),
  },
  'another rater': {
    outside: [yes, yes, yes, 403, 403],
    home: [yes, 403, 403, 403, 403, 403, 403, yes, 404],
    away: all(404),
  },
  'a lead': {
    outside: [yes, yes, yes, 403, 403],
    home: [yes, yes, 403, 403, 403, 403, yes, 403, 403],
    away: all(404),
  },
  'an admin': {
    outside: [yes, yes, yes, yes, 403],
    home: [yes, yes, 403, 403, 403, 403, yes, 403, 403],
    away: [yes, yes, 403, 403, 403, 403, 404, 403, 403],
  },
  'a removed lead': { outside: [yes, yes, yes, 403, 403], home: all(404), away: all(404) },
  "a model worker's key": { outside: [yes, 403, 403, 403, yes], home: forWorkers, away: forWorkers },
  "a model worker's key bound to the project at home": {
    outside: [yes, 403, 403, 403, yes],
    home: forWorkers,
    away: forWorkers,
  },
  // The keys' person leads both projects, and demonstrates at home.
  'a key': {
    outside: [yes, yes, 403, 403, 403],
    home: [yes, yes, yes, 404, 404, 404, yes, 403, 403],
    away: [yes, yes, 403, 403, 403, 403, 404, 403, 403],
  },
  'a key bound to the project away': {
    outside: [yes, yes, 403, 403, 403],
    home: all(404),
    away: [yes, yes, 403, 403, 403, 403, 404, 403, 403],
  },
  "an admin's key bound to the project at home": {
    outside: [yes, yes, 403, 403, 403],
    home: [yes, yes, 403, 403, 403, 403, yes, 403, 403],
    away: all(404),
  },
  'a revoked key': { outside: [yes, 401, 401, 401, 401], home: all(401), away: all(401) },
  'an expired key': { outside: [yes, 401, 401, 401, 401], home: all(401), away: all(401) },
};

/** A key with one scope is what `a key` is for the methods of that scope, and refused for the others. */
const scopedKeys = { 'a read key': 'GET only', 'a write key': 'all but GET' } as const;

let server: PartialApp;
let params: Record<Place, Record<string, string>>;
let samples: Record<Place, BuiltSample>;
const credentials: Record<string, { cookie?: string; token?: string }> = {};

beforeAll(async () => {
  server = await createPartialApp({
    handlers: (deps) => ({ signInByLink: accountHandlers(deps).signInByLink }),
  });
  const { db } = server.deps;
  const at = server.clock.now();

  const build = (name: string, isAdmin = false) =>
    db.transaction((tx) => createPerson(tx, { name, isAdmin, actorId: null, at }));
  const enter = async (personId: string) => {
    const link = { personId, isSingleUse: true, expiresAt: null, actorId: null, projectId: null };
    const token = await db.transaction((tx) => replaceSignInLink(tx, { ...link, at: server.clock.now() }));
    return { cookie: cookieOf(await server.send('POST /api/session/link', { body: { token } })) };
  };
  const join = (projectId: string, personId: string, roles: ProjectRole[]) =>
    db.transaction((tx) => createMember(tx, { projectId, personId, roles, actorId: null, at }));
  const buildKey = async (key: Partial<typeof apiTokens.$inferInsert>) => {
    const token = createApiToken();
    const scopes: ('read' | 'write')[] = ['read', 'write'];
    await db
      .insert(apiTokens)
      .values({ name: 'key', tokenHash: hashToken(token), scopes, createdAt: at, ...key });
    return { token };
  };

  const ended = await enter(await build('late'));
  server.clock.advance(31 * 24 * 60 * 60 * 1000);

  const admin = await build('admin', true);
  const makers = [await build('maker'), await build('other maker')] as const;
  const [home, away] = await db.transaction(async (tx) => [
    await insertProject(tx, { name: 'home', makerId: makers[0], actorId: null, at }),
    await insertProject(tx, { name: 'away', makerId: makers[1], actorId: null, at }),
  ]);
  const member = async (name: string, roles: ProjectRole[]) => {
    const personId = await build(name);
    return { personId, memberId: await join(home.id, personId, roles) };
  };
  const demonstrator = await member('demonstrator', ['demonstrator']);
  const rater = await member('rater', ['rater']);
  const removed = await member('removed', ['lead']);
  await db.update(members).set({ removedAt: at }).where(eq(members.id, removed.memberId));
  const keeper = await member('keeper', ['lead', 'demonstrator']);
  await join(away.id, keeper.personId, ['lead']);

  Object.assign(credentials, {
    nobody: {},
    'an ended session': ended,
    'an outsider': await enter(await build('outsider')),
    'the demonstrator': await enter(demonstrator.personId),
    'another demonstrator': await enter((await member('another', ['demonstrator'])).personId),
    'the rater': await enter(rater.personId),
    'another rater': await enter((await member('another rater', ['rater'])).personId),
    'a lead': await enter((await member('lead', ['lead'])).personId),
    'an admin': await enter(admin),
    'a removed lead': await enter(removed.personId),
    "a model worker's key": await buildKey({ scopes: ['worker'] }),
    "a model worker's key bound to the project at home": await buildKey({
      scopes: ['worker'],
      projectId: home.id,
    }),
    'a key': await buildKey({ personId: keeper.personId }),
    'a read key': await buildKey({ personId: keeper.personId, scopes: ['read'] }),
    'a write key': await buildKey({ personId: keeper.personId, scopes: ['write'] }),
    'a key bound to the project away': await buildKey({ personId: keeper.personId, projectId: away.id }),
    "an admin's key bound to the project at home": await buildKey({ personId: admin, projectId: home.id }),
    'a revoked key': await buildKey({ personId: keeper.personId, revokedAt: at }),
    'an expired key': await buildKey({ personId: keeper.personId, expiresAt: at }),
  });
  const { assignmentId, episodeId } = await buildEpisode(server, {
    projectId: home.id,
    memberId: demonstrator.memberId,
  });
  const { pairId, comparisonId } = await buildComparison(server, {
    projectId: home.id,
    memberId: rater.memberId,
  });
  const objects = { assignmentId, episodeId, pairId, comparisonId };
  params = { home: { projectId: home.id, ...objects }, away: { projectId: away.id, ...objects } };
  samples = {
    home: await buildSample(server, { projectId: home.id }),
    away: await buildSample(server, { projectId: away.id }),
  };
});
afterAll(() => server?.close());

it('names every route of the table, and no other', () => {
  expect(Object.keys(audiences).sort()).toEqual(Object.keys(routes).sort());
});

describe.each(Object.entries<Audience>(audiences))('%s', (operationId, audience) => {
  const route: Route = routes[operationId as OperationId];
  const isOutside = outsideProjects.includes(audience);
  const places: Place[] = isOutside ? ['home'] : ['home', 'away'];

  it.each(places)(`is for ${audience} (%s)`, async (place) => {
    const column = (isOutside ? outsideProjects : withinProjects).indexOf(audience);
    const expected = Object.entries(callers).map(([caller, rows]): [string, Outcome] => [
      caller,
      (isOutside ? rows.outside : rows[place])[column]!,
    ]);
    for (const [caller, method] of Object.entries(scopedKeys)) {
      const isItsMethod = audience === 'everybody' || (route.method === 'GET') === (method === 'GET only');
      const asKey = new Map(expected).get('a key')!;
      expected.push([caller, isItsMethod ? asKey : 403]);
    }
    const outcomes: [string, Outcome][] = [];
    for (const [caller] of expected)
      outcomes.push([caller, await call(route, params[place], credentials[caller]!)]);
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  });
});

/** What happens to each caller at the episode of a sample: where leads may not go, and where they may. */
const samplers: Record<string, Record<Place, readonly [Outcome, Outcome]>> = {
  nobody: { home: [401, 401], away: [401, 401] },
  'an outsider': { home: [404, 404], away: [404, 404] },
  'the demonstrator': { home: [404, 404], away: [404, 404] },
  'the rater': { home: [403, 403], away: [404, 404] },
  'a lead': { home: [403, yes], away: [404, 404] },
  'an admin': { home: [403, yes], away: [403, yes] },
  // The keys' person leads both projects, and demonstrates at home.
  'a key': { home: [404, yes], away: [403, yes] },
  "a model worker's key": { home: [yes, yes], away: [yes, yes] },
  "a model worker's key bound to the project at home": { home: [yes, yes], away: [404, 404] },
};

describe.each(
  Object.entries<Audience>(audiences).filter(([, audience]) => audience.includes('model workers in samples')),
)('%s in the episode of a sample', (operationId, audience) => {
  const route: Route = routes[operationId as OperationId];
  const isForLeads = audience.includes('leads');

  it.each<Place>(['home', 'away'])('is for model workers of its project (%s)', async (place) => {
    const { episodeId } = samples[place];
    const outcomes: [string, Outcome][] = [];
    for (const caller of Object.keys(samplers))
      outcomes.push([caller, await call(route, { ...params[place], episodeId }, credentials[caller]!)]);
    const expected = Object.entries(samplers).map(([caller, row]) => [
      caller,
      row[place][isForLeads ? 1 : 0],
    ]);
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  });

  it('is found in its own project alone', async () => {
    const { episodeId } = samples.away;
    const outcome = await call(route, { ...params.home, episodeId }, credentials["a model worker's key"]!);
    expect(outcome).toBe(404);
  });
});

it('tells an ended session from none', async () => {
  const code = async (caller: string) => {
    const response = await server.send('GET /api/projects', credentials[caller]);
    return response.json().error.code;
  };
  expect(await code('an ended session')).toBe('session_expired');
  expect(await code('nobody')).toBe('not_signed_in');
});

it('refuses ids that are none before it looks for anybody', async () => {
  const response = await server.send('GET /api/projects/1/overview', credentials['a lead']);
  expect(response.json().error.code).toBe('invalid_request');
});

describe('an origin', () => {
  const send = (origin: string, call: Parameters<PartialApp['send']>[0] = 'GET /api/projects') =>
    server.send(call, { ...credentials['an admin']!, origin });

  it.each([
    'http://evil.test',
    'https://localhost',
    'http://localhost:8080',
    'null',
    'http://localhost.evil.test',
  ])('of another site is refused: %s', async (origin) => {
    const answers = [await send(origin), await send(origin, 'POST /api/projects')];
    expect(answers.map((answer) => answer.json().error.code)).toEqual([
      'origin_not_allowed',
      'origin_not_allowed',
    ]);
  });

  it('of our own is let through', async () => {
    expect((await send('http://localhost:80')).statusCode).toBe(503);
  });

  it('behind a proxy has to be the public one, whatever Host says', async () => {
    const proxied = await createPartialApp({ publicUrl: 'https://rookery.test' });
    try {
      const statusOf = async (origin: string) =>
        (await proxied.send('POST /api/session', { origin, body: { email: 'a@example.org', password: 'x' } }))
          .statusCode;
      expect(await statusOf('https://rookery.test')).toBe(503);
      expect(await statusOf('http://localhost:80')).toBe(403);
    } finally {
      await proxied.close();
    }
  });
});

async function call(
  route: Route,
  values: Record<string, string>,
  credential: { cookie?: string; token?: string },
): Promise<Outcome> {
  const url = route.path.replaceAll(
    /:(\w+)/g,
    (_, name: string) => values[name] ?? (name.endsWith('Id') ? uuidv7() : '1'),
  );
  const { statusCode } = await server.send(`${route.method} ${url as `/${string}`}`, credential);
  // Bodies are left out: 400 comes after access, so it counts as let through.
  return statusCode === 401 || statusCode === 403 || statusCode === 404 ? statusCode : 'through';
}
