import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, pairsWithWrongPlaces, type Rating } from '../../../test/comparisons.ts';
import { errorOf } from '../../../test/tasks.ts';
import { comparisons, pairs } from '../../db/schema/index.ts';
import { excludeComparison, restoreComparison } from './index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let rater: TestMember;
let rating: Rating;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildPairs(test, { projectId, count: 1 });
  rater = await newRater();
  rating = await claimComparison(rater, projectId);
});

const newRater = () => test.buildMember({ projectId, roles: ['rater'] });
const row = async (id = rating.task.id) =>
  (await test.deps.db.select().from(comparisons).where(eq(comparisons.id, id)))[0]!;
const expectPlacesRight = async () => expect(await pairsWithWrongPlaces(test, projectId)).toEqual([]);

describe('taking a comparison out', () => {
  const exclusion = () => ({
    projectId,
    comparisonId: rating.task.id,
    actorId: rater.personId,
    reason: 'careless',
  });

  it('frees its place for others, and keeps it; back in it is surplus when the place is taken', async () => {
    await rating.submit();
    await excludeComparison(test.deps, exclusion());
    await excludeComparison(test.deps, exclusion());
    expect(await row()).toMatchObject({ state: 'excluded', place: null, excludedReason: 'careless' });
    expect(await errorOf(rating.submit('equal', 2))).toMatchObject({ code: 'wrong_state' });
    expect((await rating.submit()).state).toBe('excluded');
    await claimComparison(await newRater(), projectId);
    await restoreComparison(test.deps, exclusion());
    expect(await row()).toMatchObject({ state: 'surplus', place: null, excludedAt: null });
    await expectPlacesRight();
  });

  it('gives the place back while it is free, also one that a lease held that has ended', async () => {
    await rating.submit();
    await excludeComparison(test.deps, exclusion());
    await claimComparison(await newRater(), projectId);
    test.clock.advance(31 * minute);
    await restoreComparison(test.deps, exclusion());
    expect(await row()).toMatchObject({ state: 'submitted', place: 1 });
    await expectPlacesRight();
  });

  it('is refused while somebody works on it', async () => {
    expect(await errorOf(excludeComparison(test.deps, exclusion()))).toMatchObject({ code: 'wrong_state' });
  });

  it('needs no place for a calibration pair', async () => {
    ({ id: projectId } = await test.buildProject());
    await buildPairs(test, { projectId, count: 1, isCalibration: true });
    rating = await claimComparison(await newRater(), projectId);
    await rating.submit();
    await excludeComparison(test.deps, exclusion());
    await restoreComparison(test.deps, exclusion());
    expect(await row()).toMatchObject({ state: 'submitted', place: null });
  });
});

it('a pair that is made smaller than its places gives none away', async () => {
  const [pair] = await buildPairs(test, { projectId, count: 1, wanted: 2 });
  await rating.submit();
  const other = await claimComparison(rater, projectId);
  await claimComparison(await newRater(), projectId);
  await other.release();
  await test.deps.db.update(pairs).set({ wanted: 1 }).where(eq(pairs.id, pair!.id));
  const { client } = await newRater();
  expect((await client.claimComparison({ params: { projectId } })).reason).toBe('none_left');
});
