import { uuidv7 } from 'uuidv7';
import { assignments, comparisons, episodes, pages, questions } from '../src/db/schema/index.ts';
import type { Dependencies } from '../src/dependencies.ts';
import type { TestDependencies } from './dependencies.ts';
import { buildPairs } from './comparisons.ts';

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
