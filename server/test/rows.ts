import { samplingOptionsSchema } from '@rookery/shared/api';
import { uuidv7 } from 'uuidv7';
import {
  assignments,
  comparisons,
  episodes,
  jobs,
  pages,
  questions,
  samples,
  samplingPlans,
} from '../src/db/schema/index.ts';
import type { Dependencies } from '../src/dependencies.ts';
import { insertSampleEpisode } from '../src/features/episodes/index.ts';
import { readSettingsVersion } from '../src/features/projects/index.ts';
import type { TestDependencies } from './dependencies.ts';
import { buildPairs } from './comparisons.ts';
import { buildEndpointVersion } from './samples.ts';

/**
 * Rows of a question, an assignment and its episode, for tests of who may reach them: nobody has browsed in it, and its
 * lease token is `lease`.
 */
export async function buildEpisode(
  { deps }: { deps: Dependencies },
  owner: { projectId: string; memberId: string },
): Promise<{ questionId: string; assignmentId: string; episodeId: string; pageHash: string }> {
  const { db, clock } = deps;
  const { projectId, memberId } = owner;
  const at = clock();
  const [questionId, assignmentId, episodeId] = [uuidv7(), uuidv7(), uuidv7()];
  const pageHash = '0'.repeat(64);
  await db.insert(questions).values({
    id: questionId,
    projectId,
    dataset: 'test',
    externalId: questionId,
    fullText: 'Why?',
    referenceAnswers: [],
    referencePages: [],
    use: 'bc',
    wanted: 1,
    createdAt: at,
    updatedAt: at,
  });
  await db
    .insert(pages)
    .values({
      projectId,
      hash: pageHash,
      page: { kind: 'start', url: '', title: '', domain: '', text: '', links: [] },
      createdAt: at,
    })
    .onConflictDoNothing();
  await db.insert(assignments).values({
    id: assignmentId,
    projectId,
    questionId,
    memberId,
    state: 'active',
    place: 1,
    leaseToken: 'lease',
    leaseExpiresAt: at,
    settingsVersion: 1,
    createdAt: at,
  });
  await db.insert(episodes).values({
    id: episodeId,
    projectId,
    questionId,
    kind: 'demonstration',
    state: 'browsing',
    assignmentId,
    memberId,
    browserVersion: '1',
    settings: { actionLimit: 1, quoteTokenBudget: 1, windowCharacters: 400 },
    settingsVersion: 1,
    questionText: 'Why?',
    browserState: {} as never,
    nextSequence: 1,
    pageHash,
    startPageHash: pageHash,
    startObservationSha256: pageHash,
    createdAt: at,
  });
  return { questionId, assignmentId, episodeId, pageHash };
}

/** Rows of a pair and its comparison, for the same tests: its lease, whose token is `lease`, has ended. */
export async function buildComparison(
  test: Pick<TestDependencies, 'deps' | 'clock'>,
  owner: { projectId: string; memberId: string },
): Promise<{ pairId: string; comparisonId: string }> {
  const { projectId, memberId } = owner;
  const at = test.clock.now();
  const [pair] = await buildPairs(test, { projectId, count: 1 });
  const comparisonId = uuidv7();
  await test.deps.db.insert(comparisons).values({
    id: comparisonId,
    projectId,
    pairId: pair!.id,
    origin: 'rater',
    state: 'expired',
    form: 'webgpt-five',
    formVersion: 1,
    memberId,
    firstSide: 'a',
    requiredFields: ['overall'],
    leaseToken: 'lease',
    leaseExpiresAt: at,
    settingsVersion: 1,
    createdAt: at,
    endedAt: at,
  });
  return { pairId: pair!.id, comparisonId };
}

export interface BuiltSample {
  questionId: string;
  versionId: string;
  planId: string;
  jobId: string;
  sampleId: string;
  episodeId: string;
  /** Of the attempt that runs at its job: the lease token of its episode. */
  attemptToken: string;
}

/** Rows of a sample whose first draw has just begun, from a plan of its own, and whose job runs. */
export async function buildSample(
  test: Pick<TestDependencies, 'deps' | 'clock'>,
  options: { projectId: string; referencePages?: string[] },
): Promise<BuiltSample> {
  const { db } = test.deps;
  const { projectId, referencePages = [] } = options;
  const at = test.clock.now();
  const [questionId, planId, jobId, sampleId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const question = { id: questionId, fullText: 'Why do crows bring gifts?' };
  const attemptToken = `attempt-${jobId}`;
  const versionId = await buildEndpointVersion(test, { projectId, name: `asker ${planId}` });
  const settings = await readSettingsVersion(db, { projectId, version: 1 });
  if (!settings) throw new Error('This project has no settings.');
  await db.insert(questions).values({
    ...question,
    projectId,
    dataset: 'test',
    externalId: questionId,
    referenceAnswers: [],
    referencePages,
    use: 'rm',
    wanted: 0,
    createdAt: at,
    updatedAt: at,
  });
  await db.insert(samplingPlans).values({
    id: planId,
    projectId,
    name: 'Plan',
    state: 'running',
    options: samplingOptionsSchema.parse({ versionIds: [versionId], perQuestion: 1 }),
    seed: 'one',
    settingsVersion: 1,
    createdAt: at,
  });
  await db.insert(jobs).values({
    id: jobId,
    projectId,
    kind: 'sample',
    state: 'running',
    input: { planId },
    attempt: 1,
    attemptToken,
    aliveAt: at,
    createdAt: at,
    startedAt: at,
  });
  await db.insert(samples).values({
    id: sampleId,
    projectId,
    planId,
    jobId,
    questionId,
    policyVersionId: versionId,
    number: 1,
    state: 'running',
    draw: 1,
    createdAt: at,
  });
  const episodeId = await db.transaction((tx) =>
    insertSampleEpisode(tx, {
      projectId,
      question,
      settings,
      settingsVersion: 1,
      sampleId,
      draw: 1,
      seed: 'one',
      sampler: { worker: 'test', version: '1', device: 'cpu', details: {} },
      now: at,
    }),
  );
  return { questionId, versionId, planId, jobId, sampleId, episodeId, attemptToken };
}
