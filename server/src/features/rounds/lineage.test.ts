import type { Pair, PairLineage } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildAnswers } from '../../../test/comparisons.ts';
import { buildQuestions } from '../../../test/demonstrations.ts';
import { buildComparison, buildComparisonImport } from '../../../test/judged.ts';
import {
  buildRewardModel,
  buildRoundProject,
  scoreSamples,
  type RoundProject,
} from '../../../test/rounds.ts';
import { runDelivered } from '../../jobs/runner.ts';
import { processAll } from '../../jobs/testing.ts';
import { comparisonImports, rewardTrainingComparisons } from '../../db/schema/index.ts';
import { makePairs, saveImportedPairs } from '../pairs/index.ts';
import { settleRound } from './settle.ts';

let app: TestApp;
let project: RoundProject;
let lead: TestMember;
let projectId: string;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  project = await buildRoundProject(app, { questions: 1 });
  ({ lead, projectId } = project);
});

const lineageOf = (pairId: string): Promise<PairLineage> =>
  lead.client.getPairLineage({ params: { projectId, pairId } });
const pairsOf = async (method: Pair['pairing']['method']): Promise<Pair[]> =>
  (await lead.client.listPairs({ params: { projectId }, query: { method, limit: 100 } })).items;

/** Has pairs made of everything there is. */
async function makeAll(perQuestion: number | null): Promise<void> {
  const { id: jobId } = await lead.client.createPairing({
    params: { projectId },
    body: { perQuestion, seed: 'one' },
  });
  const { signal } = new AbortController();
  await runDelivered(app.deps, { jobId, attempt: 1, kind: 'make-pairs', signal }, processAll(makePairs));
}

test('pairs outside of rounds say how they were made', async () => {
  const [questionId] = await buildQuestions(app, { projectId, count: 1, use: 'rm' });
  const texts = ['Gifts.', 'Beads.', 'Bolts.'];
  const [first, second, third] = (await buildAnswers(app, {
    projectId,
    questionId: questionId!,
    texts,
  })) as [string, string, string];
  const byHand = await lead.client.createPair({
    params: { projectId },
    body: { firstAnswerId: first, secondAnswerId: second, calibration: true },
  });
  expect(await lineageOf(byHand.id)).toMatchObject({
    reason: 'Made by Ada by hand. It is a calibration pair, which everybody compares once.',
    rule: null,
    probability: null,
    round: null,
    chosenBy: null,
    first: { answerId: first, source: 'test', score: null, sample: null },
    learntBy: [],
  });

  const importId = await buildComparisonImport(app, { projectId, name: 'webgpt', scores: [] });
  const [{ jobId }] = (await app.deps.db
    .select({ jobId: comparisonImports.jobId })
    .from(comparisonImports)
    .where(eq(comparisonImports.id, importId))) as [{ jobId: string }];
  const [imported] = await app.deps.db.transaction((tx) =>
    saveImportedPairs(tx, {
      projectId,
      jobId,
      actorId: null,
      form: 'webgpt-five',
      wanted: 0,
      at: app.clock.now(),
      rows: [{ questionId: questionId!, firstAnswerId: first, secondAnswerId: third }],
    }),
  );
  expect((await lineageOf(imported!.id)).reason).toBe('It came with the imported comparisons webgpt.');

  await makeAll(null);
  const [ofAll] = await pairsOf('all');
  expect(await lineageOf(ofAll!.id)).toMatchObject({
    reason: 'All pairs of its question were made.',
    probability: 1,
  });
  const [other] = await buildQuestions(app, { projectId, count: 1, use: 'rm' });
  await buildAnswers(app, { projectId, questionId: other!, texts });
  await makeAll(1);
  const [drawn] = await pairsOf('per-question');
  expect((await lineageOf(drawn!.id)).reason).toBe(
    'One pair of its question was drawn, each as likely (probability 0.333).',
  );
});

test('pairs of a round say which scores chose them, which samples they are of, and who learnt from them', async () => {
  const startId = await buildRewardModel(app, { projectId, version: 1 });
  const round = await project.open({
    sampling: { versionIds: [project.versionId], perQuestion: 4, seed: 'one' },
    selection: { rule: 'closest', randomPercent: 50 },
    comparisons: 2,
  });
  expect(round.startsFrom).toEqual({ id: startId, version: 1 });
  await project.sample(round);
  expect((await project.get(round.id)).state).toBe('scoring');
  await scoreSamples(app, { round, projectId, modelId: startId, scores: [0.42, 0.4, 2, -3] });
  await settleRound(app.deps, { projectId, roundId: round.id });
  const comparing = await project.choose(round.id);
  expect(comparing.pairs.byRule).toEqual(
    expect.arrayContaining([
      { rule: 'closest', pairs: 1 },
      { rule: 'random', pairs: 1 },
    ]),
  );

  const lineages = await Promise.all((await pairsOf('round')).map(({ id }) => lineageOf(id)));
  const closest = lineages.find(({ rule }) => rule === 'closest')!;
  const random = lineages.find(({ rule }) => rule === 'random')!;
  const { score: ofFirst } = closest.first;
  expect(new Set([closest.first.score, closest.second.score])).toEqual(new Set([0.4, 0.42]));
  expect(closest).toMatchObject({
    reason: `In round 1 by the rule closest scores: reward model 1 gave its answers ${ofFirst?.toFixed(2)} and ${
      ofFirst === 0.4 ? '0.42' : '0.40'
    }. 50 % of pairs are drawn at random.`,
    probability: 1,
    round: { id: round.id, number: 1 },
    pairing: { id: comparing.pairingId, method: 'round', seed: 'one' },
    chosenBy: { id: startId, version: 1 },
  });
  expect(closest.first.sample).toMatchObject({
    plan: round.plan,
    policyVersionId: project.versionId,
  });
  expect(random).toMatchObject({
    reason: expect.stringMatching(/^In round 1 drawn at random .*probability 0\.2\)\. 50 % of/),
    probability: 0.2,
    chosenBy: null,
    first: { score: null },
  });

  const rater = await app.buildMember({ projectId, roles: ['rater'] });
  const { pairId } = closest;
  const { memberId } = rater;
  const comparisonId = await buildComparison(app, { projectId, pairId, memberId, judgement: 'a-better' });
  for (const [version, isHeldOut] of [
    [2, false],
    [3, true],
  ] as const) {
    const jobId = uuidv7();
    await buildRewardModel(app, { projectId, version, jobId });
    await app.deps.db.insert(rewardTrainingComparisons).values({
      projectId,
      jobId,
      comparisonId,
      pairId,
      revision: 1,
      source: 'people',
      ratings: { overall: 0.5 },
      isHeldOut,
    });
  }
  expect((await lineageOf(pairId)).learntBy).toMatchObject([
    { version: 2, isHeldOut: false },
    { version: 3, isHeldOut: true },
  ]);
});
