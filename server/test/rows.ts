import { uuidv7 } from 'uuidv7';
import { assignments, episodes, pages, questions } from '../src/db/schema/index.ts';
import type { Dependencies } from '../src/dependencies.ts';

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
