import type { EndpointSettings } from '@rookery/shared/api';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Endpoint } from '../../endpoints.ts';
import { FinalFailure } from '../../final-failure.ts';
import { postJson, type HttpAnswer } from './post-json.ts';

/** What is asked of `POST /v1/completions`. */
export interface CompletionRequest {
  model: string;
  prompt: string;
  max_tokens: number;
  temperature: number;
  seed: number;
  stop?: string[];
  /** How many alternatives each token comes with; with 1, every server says the log-probability of the token itself. */
  logprobs: number;
}

const completionSchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        text: z.string(),
        finish_reason: z.string().nullish(),
        logprobs: z
          .object({
            tokens: z.array(z.string()).nullish(),
            token_logprobs: z.array(z.number().nullable()).nullish(),
          })
          .nullish()
          // Servers that write log-probabilities in another form have none for us.
          .catch(null),
      }),
    )
    .min(1),
});
type Choice = z.infer<typeof completionSchema>['choices'][number];

export interface Completion {
  choice: Choice;
  /** As the server names it; null if it does not. */
  servedModel: string | null;
  tries: number;
}

/** The first wait before another try, in milliseconds: it doubles each time, and half to all of it is waited, by chance. */
const firstWait = 500;
const longestWait = 30_000;
/** Longest wait that a server may ask for; a longer one counts as this. */
const longestAskedWait = 120_000;

/**
 * Asks an endpoint for a completion, and again after time-outs, network errors, 429 and 5xx, up to `maxTries`.
 * @throws FinalFailure for what another attempt would not change; Error when all tries came to nothing; the signal's reason when it is
 *   aborted. No message has the key in it.
 */
export async function complete(options: {
  endpoint: Endpoint;
  settings: EndpointSettings;
  request: CompletionRequest;
  signal: AbortSignal;
}): Promise<Completion> {
  const { endpoint, settings, request, signal } = options;
  const url = completionsUrl(endpoint.url);
  for (let tries = 1; ; tries += 1) {
    const timeout = AbortSignal.timeout(settings.timeoutSeconds * 1000);
    let trouble: Trouble;
    try {
      const answer = await postJson(url, {
        body: request,
        key: endpoint.key,
        signal: AbortSignal.any([signal, timeout]),
      });
      const read = readAnswer(answer, { endpoint, settings });
      if ('choice' in read) return { ...read, tries };
      trouble = read;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FinalFailure) throw error;
      trouble = {
        what: timeout.aborted ? `no answer in ${settings.timeoutSeconds} s` : networkTrouble(error),
      };
    }
    if (tries >= settings.maxTries) {
      throw new Error(
        `The endpoint ${endpoint.name} at ${url.origin} gave no completion in ${tries} ${tries === 1 ? 'try' : 'tries'}: ${trouble.what}.`,
      );
    }
    await delay(waitBefore(tries, trouble.askedWait), undefined, { signal });
  }
}

/** Something that may be better the next time. */
interface Trouble {
  what: string;
  /** In milliseconds, if the server asked for a wait. */
  askedWait?: number | undefined;
}

function completionsUrl(base: URL): URL {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/v1') ? `${path}/completions` : `${path}/v1/completions`;
  return url;
}

function readAnswer(
  answer: HttpAnswer,
  { endpoint, settings }: { endpoint: Endpoint; settings: EndpointSettings },
): Pick<Completion, 'choice' | 'servedModel'> | Trouble {
  const { status } = answer;
  if (status === 429) {
    return {
      what: 'it takes no more requests now (429)',
      askedWait: readRetryAfter(answer.headers['retry-after']),
    };
  }
  if (status >= 500) {
    return {
      what: `it answered ${status}`,
      askedWait: status === 503 ? readRetryAfter(answer.headers['retry-after']) : undefined,
    };
  }
  if (status !== 200) throw refusal(answer, { endpoint, settings });
  const completion = completionSchema.safeParse(parseJson(answer.text));
  if (!completion.success) return { what: 'what it answered is no completion' };
  return { choice: completion.data.choices[0]!, servedModel: completion.data.model ?? null };
}

function refusal(
  { status, text, headers }: HttpAnswer,
  { endpoint, settings }: { endpoint: Endpoint; settings: EndpointSettings },
): FinalFailure {
  const { name, key } = endpoint;
  const server = `The endpoint ${name} at ${endpoint.url.origin}`;
  if (status === 401 || status === 403) {
    return new FinalFailure(
      `${server} refuses ${key === null ? 'requests without a key' : 'the key'} (${status}): set ROOKERY_ENDPOINT_${name}_KEY in the environment of the workers and start them again.`,
    );
  }
  if (status >= 300 && status < 400) {
    const target = URL.parse(String(headers['location']), endpoint.url.href)?.origin ?? 'another address';
    return new FinalFailure(
      `${server} redirects to ${target} (${status}), which is not followed: set ROOKERY_ENDPOINT_${name}_URL to the final address.`,
    );
  }
  const said = reasonIn(text, key);
  if (status === 404) {
    return new FinalFailure(
      `${server} has no /v1/completions, or no model "${settings.model}" (404)${said}: check ROOKERY_ENDPOINT_${name}_URL and the name of the model.`,
    );
  }
  return new FinalFailure(
    `${server} does not accept the request for the model "${settings.model}" (${status})${said}: check the settings of the policy, and whether the prompts fit the model.`,
  );
}

/** What a server says of its refusal, shortened and without the key. */
function reasonIn(text: string, key: string | null): string {
  const answer = z
    .object({ error: z.union([z.string(), z.object({ message: z.string() })]) })
    .or(z.object({ message: z.string() }))
    .safeParse(parseJson(text));
  if (!answer.success) return '';
  const { data } = answer;
  const error = 'error' in data ? data.error : data;
  const message = typeof error === 'string' ? error : error.message;
  const clean = key === null ? message : message.replaceAll(key, '…');
  return `, saying: ${clean.replaceAll(/\s+/g, ' ').slice(0, 300)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Milliseconds, from seconds or a date. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestAskedWait);
}

function waitBefore(tries: number, askedWait: number | undefined): number {
  const most = Math.min(firstWait * 2 ** (tries - 1), longestWait);
  const own = most * (0.5 + Math.random() / 2);
  return askedWait === undefined ? own : askedWait + own / 2;
}

function networkTrouble(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === undefined ? 'the connection broke' : `it could not be reached (${code})`;
}
