import type { Assignment, AssignmentState, Client, Episode } from '@rookery/shared/api';

/** Practice has no assignment; where the task screen names one, it is this. */
export const practiceId = 'practice';

/**
 * The client that the task screen works through when somebody practises: the routes of episodes as they are, and those of assignments
 * answered from the practice episode, which has none.
 */
export function practiceClient(client: Client, projectId: string): Client {
  const params = { projectId };
  let episode: Episode | null = null;
  let openIn = '';

  const present = (state: AssignmentState): Assignment => {
    if (!episode) throw new Error('Practice was gone on with before it was opened.');
    const isOver = state !== 'active';
    return {
      id: practiceId,
      state,
      question: episode.question,
      episodeId: episode.id,
      episodeState: episode.state,
      lease: isOver ? null : episode.lease,
      openIn: isOver ? null : openIn,
      pausedUntil: null,
      isRevision: false,
      revisableUntil: null,
      review: null,
      activeSeconds: 0,
      createdAt: episode.serverTime,
      endedAt: isOver ? episode.serverTime : null,
    };
  };
  const active = async (): Promise<Assignment> => present('active');

  return {
    ...client,
    openTask: async ({ body }) => {
      episode = await client.startPractice({ params, body: {} });
      openIn = body.windowId;
      return present('active');
    },
    startEpisode: async () => {
      episode ??= await client.startPractice({ params, body: {} });
      return episode;
    },
    getAssignment: active,
    extendLease: active,
    leaveTask: async () => undefined,
    reportActivity: async () => ({ lease: (await active()).lease! }),
    submitAnswer: async () => {
      await client.endPractice({ params, body: { state: 'done' } });
      return present('submitted');
    },
    releaseAssignment: async () => {
      await client.endPractice({ params, body: { state: 'skipped' } });
      return present('released');
    },
  };
}
