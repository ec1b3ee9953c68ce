import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { buildRewardModel, buildRoundProject } from '../../../test/rounds.ts';
import { questions } from '../../db/schema/index.ts';
import { resampledMeans } from './resampled-means.ts';

let server: TestApp;
beforeAll(async () => {
  server = await createTestApp();
});
afterAll(() => server.close());

test('what is won by one half is lost by the other, where they see nothing alike', async () => {
  const { projectId, lead, worker, open, sample } = await buildRoundProject(server);
  const asked = await server.deps.db
    .select({ id: questions.id })
    .from(questions)
    .where(eq(questions.projectId, projectId));
  await server.deps.db
    .update(questions)
    .set({ referencePages: ['https://birds.example/gifts'] })
    .where(eq(questions.id, asked[0]!.id));
  const round = await open({
    sampling: {
      versionIds: [(await lead.client.listPolicyVersions({ params: { projectId } })).items[0]!.id],
      perQuestion: 3,
      seed: 'one',
    },
  });
  await sample(round);
  const params = { projectId, modelId: await buildRewardModel(server, { projectId, version: 1 }) };
  const none = { questions: 0, samples: 0, waiting: 6, mean: null, points: [] };
  expect(await lead.client.getBestOf({ params })).toMatchObject(none);

  const { id: jobId } = await lead.client.scoreAnswers({ params, body: { planId: round.plan.id } });
  const run = await worker.start(jobId);
  const { items } = await worker.client.listRewardAnswers({ params: { jobId }, query: { limit: 200 } });
  // The texts say which of the three samples of its question each is.
  const numberOf = (text: string): number => Number(/bring (\d)/.exec(text)![1]);
  const scores = items.map(({ answerId, answer }) => ({
    answerId,
    score: [1, 2, 6][numberOf(answer) - 1]!,
    uncertainty: 0.1,
    halves: [numberOf(answer), -numberOf(answer)] as [number, number],
  }));
  await worker.client.storeScores({
    params: { jobId, attempt: 1 },
    body: { attemptToken: run.token, scores },
  });
  await run.complete();

  const best = await lead.client.getBestOf({ params, query: { planId: round.plan.id } });
  expect(best).toMatchObject({ questions: 2, samples: 6, waiting: 0, mean: 3 });
  expect(best.points.map(({ n, questions: all }) => [n, all])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  const valuesOf = (figure: 'score' | 'chosen' | 'judged' | 'citing') =>
    best.points.map((point) => point[figure]?.value);
  // Of two of three: the third with 2 in 3, the second with 1 in 3.
  const expected = {
    score: [3, (2 * 6 + 2) / 3, 6],
    chosen: [0, (2 * 3 + 2) / 3 / 2 - (2 * 1 + 2) / 3 / 2, (3 - 1) / 2],
    judged: [0, (2 * 1 + 2) / 3 / 2 - (2 * 3 + 2) / 3 / 2, (1 - 3) / 2],
    citing: [1, 1, 1],
  };
  for (const [figure, values] of Object.entries(expected)) {
    for (const [at, value] of valuesOf(figure as keyof typeof expected).entries())
      expect(value, `${figure} of ${at + 1}`).toBeCloseTo(values[at]!, 10);
  }
  expect(best.points[2]!.score).toMatchObject({ low: 6, high: 6 });
  // One question alone has reference pages.
  expect(best.points[2]!.citing).toMatchObject({ low: null, high: null });
});

test('means are of the questions that add to them, and intervals of draws of questions', async () => {
  const rows = Array.from({ length: 100 }, (_, index) => [index % 2, index < 40 ? 5 : null, null]);
  const [mixed, constant, empty] = await resampledMeans(rows, 'test');
  expect(mixed!.value).toBe(0.5);
  // The standard error of a half over 100 questions is 0.05.
  expect(mixed!.low).toBeGreaterThan(0.36);
  expect(mixed!.low).toBeLessThan(0.44);
  expect(mixed!.high).toBeGreaterThan(0.56);
  expect(constant).toEqual({ value: 5, low: 5, high: 5 });
  expect(empty).toBeNull();
  expect(await resampledMeans(rows, 'test')).toEqual([mixed, constant, empty]);
});
