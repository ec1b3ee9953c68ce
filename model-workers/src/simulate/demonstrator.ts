import { ApiError, type Assignment, type Client, type Episode } from '@rookery/shared/api';
import { untilAnswered } from '../until-answered.ts';
import type { Journal } from './journal.ts';
import { knowledgeOfText, type Knowledge } from './knowledge.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { createMemory, nextCommand, type Traits } from './reader.ts';
import { writeAnswer } from './writer.ts';

/** What became of a task. */
export type Outcome = 'submitted' | 'flagged' | 'ended' | 'surplus' | 'lost' | NoTask;
/** Why there is no task for somebody now. */
type NoTask = 'none_left' | 'too_many_leases' | 'paused';

export interface Demonstrator {
  client: Client;
  projectId: string;
  traits: Traits;
  random: Random;
  pace: Pace;
  journal: Journal;
  /** By question id; what is missing is known from the question's text alone. */
  references: ReadonlyMap<string, Knowledge>;
  signal: AbortSignal;
}

/** How long a server that does not answer is waited for. */
const patienceMs = 10 * 60_000;

/** Takes up what is left of an earlier task, or the next one, and does it to its end. */
export async function doTask(person: Demonstrator): Promise<Outcome> {
  const assignment = (await unfinished(person)) ?? (await claim(person));
  if (typeof assignment === 'string') return assignment;
  try {
    return await demonstrate(person, assignment);
  } catch (error) {
    // The lease ran out while the server was away, and somebody else has the place.
    if (error instanceof ApiError && error.code === 'lease_lost') return 'lost';
    throw error;
  }
}

async function unfinished(person: Demonstrator): Promise<Assignment | null> {
  const { client, projectId } = person;
  const { items } = await answered(person, (signal) =>
    client.listOwnAssignments({ params: { projectId }, query: { state: 'active', limit: 1 }, signal }),
  );
  return items[0] ?? null;
}

async function claim(person: Demonstrator): Promise<Assignment | NoTask> {
  const { client, projectId } = person;
  const { assignment, reason } = await answered(person, (signal) =>
    client.claimTask({ params: { projectId }, signal }),
  );
  return assignment ?? reason ?? 'none_left';
}

async function demonstrate(person: Demonstrator, assignment: Assignment): Promise<Outcome> {
  const { client, projectId, random } = person;
  const { question } = assignment;
  const knowledge = person.references.get(question.id) ?? knowledgeOfText(question.fullText);
  const lease = assignment.lease ?? (await renewed(person, assignment));
  const body = { assignmentId: assignment.id, leaseToken: lease.token };
  const started = await answered(person, (signal) =>
    client.startEpisode({ params: { projectId }, body, signal }),
  );
  const choices = random.fork(question.id);
  const episode = await browse(person, { episode: started, knowledge, random: choices, lease });
  if (episode.state === 'answering') {
    return answer(person, { episode, knowledge, random: choices, lease });
  }
  return episode.state === 'flagged' ? 'flagged' : 'ended';
}

async function renewed(person: Demonstrator, assignment: Assignment): Promise<{ token: string }> {
  const params = { projectId: person.projectId, assignmentId: assignment.id };
  const { lease } = await answered(person, (signal) => person.client.extendLease({ params, signal }));
  if (lease) return lease;
  throw new ApiError('lease_lost', 'The lease has ended.');
}

interface Attempt {
  episode: Episode;
  knowledge: Knowledge;
  random: Random;
  lease: { token: string };
}

async function browse(person: Demonstrator, attempt: Attempt): Promise<Episode> {
  const { client, projectId, traits, pace, journal } = person;
  const { knowledge, random, lease } = attempt;
  let { episode } = attempt;
  const memory = createMemory(random, traits);
  while (episode.state === 'browsing') {
    const { view, id: episodeId, nextSequence: sequence } = episode;
    const command = nextCommand({ view, memory, knowledge, traits, random });
    await pace.pass(view.kind === 'page' ? 'read' : command.startsWith('Search') ? 'type' : 'choose');
    const { result, ms } = await timed(() =>
      answered(person, (signal) =>
        client.sendCommand({
          params: { projectId, episodeId, sequence },
          body: { command, leaseToken: lease.token },
          signal,
        }),
      ),
    );
    journal.acknowledged({ episodeId, sequence, command, result, ms });
    episode = result.episode;
  }
  return episode;
}

async function answer(person: Demonstrator, attempt: Attempt): Promise<Outcome> {
  const { client, projectId, traits, pace, journal } = person;
  const { episode, knowledge, random, lease } = attempt;
  const { question, quotes } = episode.view;
  const text = writeAnswer({ question, quotes, knowledge, traits, random });
  const params = { projectId, episodeId: episode.id };
  await pace.pass('write');
  // A draft half-way, as the screen saves while somebody types.
  const draft = text.slice(0, Math.ceil(text.length / 2));
  if (episode.draft.version === 0) {
    await answered(person, (signal) =>
      client.saveDraft({ params, body: { text: draft, baseVersion: 0, leaseToken: lease.token }, signal }),
    ).catch((error: unknown) => {
      // Saved by a request whose answer was lost.
      if (!(error instanceof ApiError && error.code === 'conflict')) throw error;
    });
  }
  await pace.pass('write');
  const { state } = await answered(person, (signal) =>
    client.submitAnswer({ params, body: { text, leaseToken: lease.token }, signal }),
  );
  journal.submitted({ episodeId: episode.id, text });
  return state === 'surplus' ? 'surplus' : 'submitted';
}

/** Repeats a request, over restarts of the server too, as long as patience lasts. */
async function answered<T>(person: Demonstrator, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.any([person.signal, AbortSignal.timeout(patienceMs)]);
  return untilAnswered(() => request(signal), { signal, onWait: () => person.journal.waited() });
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}
