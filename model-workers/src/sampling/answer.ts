import { maxAnswerCharacters, type Episode, type SampleState } from '@rookery/shared/api';
import { DeliverAgain } from '../deliver-again.ts';
import { FinalFailure } from '../final-failure.ts';
import type { ProposedAnswer } from '../policies/policy.ts';
import type { Drawing } from './draw-sample.ts';
import { timed } from './timed.ts';

/** How often an answer is drawn that turns out to be none, or too long to be kept. */
const mostTries = 3;

/**
 * Draws the answer of an episode that has browsed, by `${seed} answer`, and submits it.
 * @throws FinalFailure when the policy writes nothing that can be submitted, under other seeds neither.
 */
export async function answer(
  drawing: Drawing,
  { episode, seed }: { episode: Episode; seed: string },
): Promise<{ state: SampleState }> {
  const { context, number } = drawing;
  const { client, jobId, projectId, attemptToken, send } = context;
  const params = { projectId, episodeId: episode.id };
  const { observation: prompt } = await send((signal) => client.getObservation({ params, signal }));
  const { text, sampled } = await drawAnswer(drawing, { episode, seed, prompt });
  const body = { attemptToken, episodeId: episode.id, text, sampled };
  return send((signal) => client.submitSample({ params: { jobId, number }, body, signal }));
}

async function drawAnswer(
  { context, job, policy, number }: Drawing,
  { episode, seed, prompt }: { episode: Episode; seed: string; prompt: string },
): Promise<ProposedAnswer> {
  const task = { question: episode.question.fullText, prompt, quotes: episode.view.quotes };
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    if (context.draining.aborted) throw new DeliverAgain('the worker stops before an answer');
    const proposed = await timed(() =>
      policy.answer(task, {
        seed: attempt === 1 ? `${seed} answer` : `${seed} answer ${attempt}`,
        temperature: job.temperature,
        signal: context.signal,
      }),
    );
    const { length } = proposed.text;
    if (proposed.text.trim() !== '' && length <= maxAnswerCharacters) return proposed;
  }
  throw new FinalFailure(
    `The policy wrote no answer for sample ${number}: ${mostTries} times the text was empty, or longer than ${maxAnswerCharacters} characters. Look at how its server ends answers and at maxAnswerTokens, then try the job again.`,
  );
}
