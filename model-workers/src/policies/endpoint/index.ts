import type { EndpointSettings } from '@rookery/shared/api';
import type { Endpoint } from '../../endpoints.ts';
import type { Draw, Policy, ProposedAnswer, ProposedCommand, Session } from '../policy.ts';
import { complete, type Completion, type CompletionRequest } from './completions.ts';
import { logProbabilityOf } from './log-probability.ts';
import { seedNumber } from './seed.ts';

/** Longest command that the API takes, in UTF-16 units; a longer one is invalid, and so is its beginning. */
const longestCommand = 100_000;

/**
 * A policy that asks a server with OpenAI's completions API: the exact observation is the prompt, and nothing is added to it.
 *
 * - A command is what comes before the first line break, as it is; the parser alone judges it. Of an empty one a space is sent, which
 *   the API accepts and the parser takes for an invalid action too.
 * - An answer ends where the model ends it. White space at both ends is no part of it.
 * - The log-probability is the sum over the text's tokens as the server reports them, without the token that ended it. Most servers
 *   report the model's own, before temperature.
 */
export function openEndpoint({
  settings,
  endpoint,
}: {
  settings: EndpointSettings;
  endpoint: Endpoint;
}): Policy {
  const { origin } = endpoint.url;
  let servedModel: string | null = null;

  async function ask(
    prompt: string,
    draw: Omit<Draw, 'signal'> & { signal: AbortSignal; maxTokens: number; stop?: string[] },
  ): Promise<Completion> {
    const request: CompletionRequest = {
      model: settings.model,
      prompt,
      max_tokens: draw.maxTokens,
      temperature: draw.temperature,
      seed: seedNumber(draw.seed),
      logprobs: 1,
      ...(draw.stop && { stop: draw.stop }),
    };
    const completion = await complete({ endpoint, settings, request, signal: draw.signal });
    servedModel = completion.servedModel?.slice(0, 500) ?? servedModel;
    return completion;
  }

  async function nextCommand({ observation }: Session, draw: Draw): Promise<ProposedCommand> {
    const maxTokens = settings.maxCommandTokens;
    const completion = await ask(observation, { ...draw, maxTokens, stop: ['\n'] });
    const [line = ''] = completion.choice.text.split('\n', 1);
    return {
      command: line === '' ? ' ' : line.slice(0, longestCommand),
      sampled: describe(completion, line),
    };
  }

  return {
    device: 'endpoint',
    get details() {
      return { endpoint: endpoint.name, origin, model: servedModel ?? settings.model };
    },
    nextCommands(session, { count, ...draw }) {
      // Servers differ in whether they draw several at once; seeds do it on all of them.
      const seeds = Array.from({ length: count }, (_, index) =>
        index === 0 ? draw.seed : `${draw.seed} #${index + 1}`,
      );
      return Promise.all(seeds.map((seed) => nextCommand(session, { ...draw, seed })));
    },
    async answer({ prompt }, draw): Promise<ProposedAnswer> {
      const completion = await ask(prompt, { ...draw, maxTokens: settings.maxAnswerTokens });
      const { text } = completion.choice;
      return { text: text.trim(), sampled: describe(completion, text) };
    },
    close: () => Promise.resolve(),
  };
}

/** @param text what was kept of the completion. */
function describe(completion: Completion, text: string): ProposedCommand['sampled'] {
  const { choice, servedModel, tries } = completion;
  return {
    logProbability: logProbabilityOf(text, choice.logprobs),
    details: {
      model: servedModel?.slice(0, 500) ?? null,
      finishReason: choice.finish_reason?.slice(0, 500) ?? null,
      tokens: choice.logprobs?.token_logprobs?.length ?? null,
      tries,
    },
  };
}
