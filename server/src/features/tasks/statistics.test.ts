import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  recordDemonstration,
  startRecording,
} from '../../../test/demonstrations.ts';

const hour = 3_600_000;
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 5 });
});

it('tells a person what they did today and in all, by the day of their own clock', async () => {
  const { client } = await test.buildMember({ projectId, roles: ['demonstrator'] });
  const read = (utcOffsetMinutes: number) =>
    client.getOwnStatistics({ params: { projectId }, query: { utcOffsetMinutes } });
  expect(await read(0)).toMatchObject({
    doneToday: 0,
    doneTotal: 0,
    activeSecondsToday: 0,
    activeSecondsTotal: 0,
  });
  const start = test.clock.now();
  start.setUTCHours(23, 59, 40, 0);
  test.clock.advance(start.getTime() - test.clock.now().getTime());
  const evening = await startRecording(client, projectId);
  test.clock.advance(30_000);
  // Ten seconds after midnight in UTC, half past one in Berlin in summer.
  await evening.send('End: Nonsense');
  expect(await read(0)).toMatchObject({
    doneToday: 1,
    doneTotal: 1,
    activeSecondsToday: 10,
    activeSecondsTotal: 30,
  });
  expect(await read(90)).toMatchObject({ doneToday: 1, activeSecondsToday: 30 });
  expect(await read(-60)).toMatchObject({ doneToday: 1, activeSecondsToday: 30 });
  test.clock.advance(24 * hour);
  await recordDemonstration(client, projectId);
  expect(await read(0)).toMatchObject({
    doneToday: 1,
    doneTotal: 2,
    activeSecondsToday: 0,
    activeSecondsTotal: 30,
  });
  const { todayBeganAt } = await read(-60);
  expect(new Date(todayBeganAt).getUTCHours()).toBe(1);
});
