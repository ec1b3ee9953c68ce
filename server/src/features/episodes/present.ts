import type { Episode, EpisodeStateName } from '@rookery/shared/api';
import { getBrowser, type EpisodeState, type Page } from '@rookery/shared/browser';
import { effectiveEpisodeState, presentLease } from '../tasks/index.ts';
import type { LoadedEpisode } from './load.ts';

/** The episode's state that follows from its browser's: until the answer is submitted, which the browser does not know. */
export function stateNameOf({ phase, ending }: Pick<EpisodeState, 'phase' | 'ending'>): EpisodeStateName {
  if (phase !== 'ended') return phase;
  return ending === 'nonsense' || ending === 'controversial' ? 'flagged' : 'ended';
}

/** An episode as the API answers it. The lease, which is a key, goes to the episode's own member alone. */
export function presentEpisode(options: {
  loaded: Pick<LoadedEpisode, 'episode' | 'assignment' | 'draft'>;
  page: Page;
  /** The member who asks; null: somebody who is none. */
  viewerId: string | null;
  now: Date;
}): Episode {
  const { loaded, page, viewerId, now } = options;
  const { episode, assignment, draft } = loaded;
  return {
    id: episode.id,
    kind: episode.kind,
    state: effectiveEpisodeState(episode.state, assignment, now),
    question: { id: episode.questionId, fullText: episode.questionText },
    assignmentId: assignment.id,
    browserVersion: episode.browserVersion,
    nextSequence: episode.nextSequence,
    view: getBrowser(episode.browserVersion).view({ state: episode.browserState, page }),
    draft: {
      text: draft?.text ?? '',
      version: draft?.version ?? 0,
      savedAt: draft?.savedAt.toISOString() ?? null,
    },
    lease:
      assignment.memberId !== null && assignment.memberId === viewerId ? presentLease(assignment, now) : null,
    serverTime: now.toISOString(),
  };
}
