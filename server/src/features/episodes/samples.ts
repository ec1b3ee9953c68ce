import { ApiError, type ProjectSettings, type Sampled, type Sampler } from '@rookery/shared/api';
import { finishAnswering } from '@rookery/shared/browser';
import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { answers, episodes } from '../../db/schema/index.ts';
import { contentOf } from './answers.ts';
import { citesReference } from './cites-reference.ts';
import { figuresOfAnswer } from './figures.ts';
import type { EpisodeKey } from './load.ts';
import { freshEpisode } from './start.ts';

/**
 * Begins the episode of a sample's draw, under settings that are stored as `settingsVersion`, the plan's own action limit
 * excepted. Its lease is the attempt that runs at the sample's job, while this is the sample's present draw.
 * @returns its id
 */
export async function insertSampleEpisode(
  tx: Transaction,
  options: {
    projectId: string;
    question: { id: string; fullText: string };
    settings: ProjectSettings;
    settingsVersion: number;
    sampleId: string;
    /** Which draw of the sample it is, from 1. */
    draw: number;
    seed: string;
    sampler: Sampler;
    now: Date;
  },
): Promise<string> {
  const { projectId, sampleId, draw, seed, sampler, now } = options;
  const id = uuidv7();
  const fresh = await freshEpisode(tx, options);
  await tx.insert(episodes).values({ ...fresh, id, kind: 'sample', sampleId, draw, seed, sampler });
  await recordEvent(tx, {
    projectId,
    actorId: null,
    objectType: 'episode',
    objectId: id,
    kind: 'episode.started',
    after: { state: 'browsing', sampleId, draw },
    at: now,
  });
  return id;
}

/**
 * Takes the answer of a sample's episode and ends the episode. What becomes of the sample, and telling the leads, is left
 * to the caller, who holds the sample's row and has checked the attempt.
 * @throws ApiError `not_found`; `wrong_state` unless the answer is awaited
 */
export async function submitSampleAnswer(
  options: EpisodeKey & {
    tx: Transaction;
    text: string;
    sampled: Sampled;
    /** Of the policy version. */
    source: string;
    /** The episode that came to the same answer before; null: none did. */
    duplicateOf: string | null;
    now: Date;
  },
): Promise<void> {
  const { tx, projectId, episodeId, text, sampled, source, duplicateOf, now } = options;
  const isEpisode = and(
    eq(episodes.projectId, projectId),
    eq(episodes.id, episodeId),
    eq(episodes.kind, 'sample'),
  );
  const [episode] = await tx.select().from(episodes).where(isEpisode).for('update');
  if (!episode) throw new ApiError('not_found', 'There is no such sample.');
  if (episode.state !== 'answering') {
    const message =
      episode.state === 'browsing'
        ? 'Browsing has not ended yet; end it first, then submit the answer.'
        : 'This episode has ended; it takes no answer.';
    throw new ApiError('wrong_state', message, { details: { state: episode.state } });
  }
  const revision = 1;
  await tx.insert(answers).values({
    projectId,
    questionId: episode.questionId,
    origin: 'sample',
    source,
    episodeId,
    revision,
    ...contentOf(episode.browserState, text),
    sampled,
    createdAt: now,
  });
  await tx
    .update(episodes)
    .set({
      state: 'submitted',
      browserState: finishAnswering(episode.browserState),
      endedAt: now,
      duplicateOf,
      citesReference: await citesReference(tx, { episode, text }),
      ...figuresOfAnswer({ text, revision, quotes: episode.quotes }),
    })
    .where(isEpisode);
  await recordEvent(tx, {
    projectId,
    actorId: null,
    objectType: 'episode',
    objectId: episodeId,
    kind: 'episode.submitted',
    before: { state: 'answering' },
    after: { state: 'submitted', revision, duplicateOf },
    at: now,
  });
}
