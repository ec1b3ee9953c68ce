import type { ReviewStanding } from '@rookery/shared/api';
import type { Page } from '@rookery/shared/browser';
import {
  episodeFormat,
  stepFormat,
  type DemonstrationEpisodeRow,
  type DemonstrationStepRow,
} from '@rookery/shared/datasets';
import { trainingRowsOf, type RebuiltEpisode, type StoredEpisode } from '../episodes/index.ts';

/** A demonstration that is done, so that it stands somewhere in the review. */
export type Finished = StoredEpisode & { standing: ReviewStanding };

/** A demonstration, and what its rows and pages were rebuilt to without a difference. */
export interface Rebuilt {
  stored: Finished;
  steps: RebuiltEpisode['steps'];
}

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

const originOf = ({ episode, assignment, question, demonstrator, isSimulated, standing }: Finished) => ({
  episode_id: episode.id,
  question: { dataset: question.dataset, id: question.externalId, full_text: episode.questionText },
  use: question.use,
  demonstrator,
  simulated: isSimulated,
  browser_version: episode.browserVersion,
  episode_state: episode.state,
  assignment_state: assignment.state,
  review_state: standing,
});

/** The rows of the format `steps`: one for every command, runs of scrolls made one, and one for the answer. */
export function stepRows({ stored, steps }: Rebuilt): DemonstrationStepRow[] {
  const { commands, answer, episode } = stored;
  const merged = trainingRowsOf(episode.browserVersion, steps);
  const origin = originOf(stored);
  const toRow = (row: (typeof merged)[number]): DemonstrationStepRow => ({
    format: stepFormat,
    kind: 'step',
    prompt: row.prompt,
    completion: row.completion,
    prompt_sha256: steps[row.firstSequence - 1]!.storedSha256,
    ...origin,
    sequence: row.firstSequence,
    last_sequence: row.lastSequence,
    valid: row.valid,
    tokens: null,
    at: commands[row.firstSequence - 1]!.requestedAt.toISOString(),
  });
  const rows = merged.map(toRow);
  const last = steps.at(-1)!;
  if (answer && last.state.phase === 'answering') {
    rows.push({
      format: stepFormat,
      kind: 'answer',
      prompt: last.observation,
      completion: answer.text,
      prompt_sha256: last.storedSha256,
      ...origin,
      sequence: last.sequence + 1,
      last_sequence: last.sequence + 1,
      valid: true,
      tokens: { prefix: answer.prefixTokens, completion: answer.completionTokens },
      at: answer.createdAt.toISOString(),
    });
  }
  return rows;
}

/** The row of the format `episodes`. */
export function episodeRow({ stored, steps }: Rebuilt): DemonstrationEpisodeRow {
  const { episode, commands, answer, activity } = stored;
  const [start, ...rest] = steps;
  const last = steps.at(-1)!;
  return {
    format: episodeFormat,
    ...originOf(stored),
    settings: episode.settings,
    settings_version: episode.settingsVersion,
    guidelines_version: stored.assignment.guidelinesVersion,
    started_at: episode.createdAt.toISOString(),
    browsed_at: iso(episode.browsedAt),
    ended_at: iso(episode.endedAt),
    activity: activity.map(({ startedAt, endedAt }) => ({
      started_at: startedAt.toISOString(),
      ended_at: endedAt.toISOString(),
    })),
    active_seconds:
      activity.reduce((sum, { startedAt, endedAt }) => sum + endedAt.getTime() - startedAt.getTime(), 0) /
      1000,
    start: {
      observation: start!.observation,
      observation_sha256: start!.storedSha256,
      page: pageOf(start!.page, episode.startPageHash),
    },
    commands: rest.map((step, index) => {
      const row = commands[index]!;
      return {
        sequence: step.sequence,
        command: row.command,
        valid: step.outcome?.isValid ?? false,
        invalid_reason: step.outcome?.reason ?? null,
        found: step.outcome?.found ?? null,
        observation: step.observation,
        observation_sha256: step.storedSha256,
        page: pageOf(step.page, step.state.current.pageHash),
        requested_at: row.requestedAt.toISOString(),
        completed_at: iso(row.completedAt),
        client_time: iso(row.clientTime),
        censored: row.censored,
        search_version: row.searchVersion,
      };
    }),
    ending: last.state.ending,
    quotes: last.state.quotes,
    answer_prompt: last.state.phase === 'answering' ? last.observation : null,
    answer: answer && {
      text: answer.text,
      tokens: { prefix: answer.prefixTokens, completion: answer.completionTokens },
      submitted_at: answer.createdAt.toISOString(),
    },
  };
}

const pageOf = ({ kind, url, title, domain }: Page, hash: string) => ({ hash, kind, url, title, domain });
