import type { Client } from '@rookery/shared/api';
import { featuresOf } from '../raters/features.ts';
import { utilityOf, type Taste } from '../raters/taste.ts';
import { walk } from '../walk.ts';
import type { JudgedAnswer } from './measures.ts';

interface Source {
  /** Of a lead. */
  client: Client;
  projectId: string;
  signal: AbortSignal;
}

/** A sample with an answer, and what the hidden rule says it is worth. */
export interface JudgedSample {
  answerId: string;
  questionId: string;
  utility: number;
}

/** All samples of a project that have an answer, as its raters see them, judged by the hidden rule without noise. */
export async function judgeSamples(source: Source, taste: Taste): Promise<JudgedSample[]> {
  const { client, projectId, signal } = source;
  const answers = await walk(source, (paging) =>
    client.listAnswers({ params: { projectId }, query: { ...paging, origin: 'sample' }, signal }),
  );
  return answers.map(({ id, question, text, quotes }) => ({
    answerId: id,
    questionId: question.id,
    utility: utilityOf(featuresOf(question.fullText, { text, quotes }), taste),
  }));
}

/** Scores of all samples by a version of the reward model, by the answer's id. */
export async function readScores(source: Source, modelId: string): Promise<Map<string, number>> {
  const { client, projectId, signal } = source;
  const scored = await walk(source, (paging) =>
    client.listScoredAnswers({
      params: { projectId, modelId },
      query: { ...paging, origin: 'sample' },
      signal,
    }),
  );
  return new Map(scored.map(({ answerId, score }) => [answerId, score]));
}

/** The questions that a version of the reward model was tested on, by their ids. */
export async function readHeldOut(source: Source, modelId: string): Promise<Set<string>> {
  const { client, projectId, signal } = source;
  const pairs = await walk(source, (paging) =>
    client.listRewardPairs({
      params: { projectId, modelId },
      query: { ...paging, heldOut: 'yes', sort: 'pair' },
      signal,
    }),
  );
  return new Set(pairs.map(({ question }) => question.id));
}

/** By question its judged samples with their scores; a sample without a score is left out. */
export function withScores(
  samples: readonly JudgedSample[],
  scores: ReadonlyMap<string, number>,
): Map<string, JudgedAnswer[]> {
  const byQuestion = new Map<string, JudgedAnswer[]>();
  for (const { answerId, questionId, utility } of samples) {
    const score = scores.get(answerId);
    if (score === undefined) continue;
    const answers = byQuestion.get(questionId) ?? [];
    byQuestion.set(questionId, [...answers, { utility, score }]);
  }
  return byQuestion;
}
