import type { z } from 'zod';
import { ApiError, errorAnswerSchema } from './errors.ts';
import type { Route } from './route.ts';
import { routes, type OperationId, type Routes } from './routes.ts';

type InputPart<R extends Route, K extends 'params' | 'body'> = R[K] extends z.ZodType
  ? { [P in K]: z.input<R[K]> }
  : R[K] extends 'binary'
    ? { [P in K]: BodyInit }
    : unknown;

/** A query whose values may all be left out may be left out itself. */
type InputQuery<R extends Route> = R['query'] extends z.ZodType
  ? object extends z.input<R['query']>
    ? { query?: z.input<R['query']> }
    : { query: z.input<R['query']> }
  : unknown;

/** What a call of a route takes: `{ params, query, body }`, as far as the route has them, and how it is sent. */
export type CallInput<R extends Route> = InputPart<R, 'params'> &
  InputQuery<R> &
  InputPart<R, 'body'> & {
    signal?: AbortSignal;
    /** The page may go away meanwhile: the request is sent all the same. */
    keepalive?: boolean;
  };

/** What a call of a route gives; a file comes as the raw response. */
export type CallAnswer<R extends Route> = R['answer'] extends 'binary'
  ? Response
  : R['answer'] extends z.ZodType
    ? z.output<R['answer']>
    : undefined;

export type Client = {
  [Id in OperationId]: object extends CallInput<Routes[Id]>
    ? (input?: CallInput<Routes[Id]>) => Promise<CallAnswer<Routes[Id]>>
    : (input: CallInput<Routes[Id]>) => Promise<CallAnswer<Routes[Id]>>;
};

export interface ClientOptions {
  /** Origin of the server, without a trailing slash; '' in the browser, for its own origin. */
  baseUrl: string;
  /** An API token; without one, the browser's session cookie is used. */
  token?: string;
  fetch?: typeof globalThis.fetch;
  headers?: Record<string, string>;
}

/**
 * The one typed client of the API, for the web app, model workers and the command line.
 * Its functions reject with `ApiError` for every answer of the server that is an error, and with
 * the `TypeError` of `fetch` when the server cannot be reached.
 */
export function createClient(options: ClientOptions): Client {
  const entries = Object.entries<Route>(routes).map(([id, route]) => [
    id,
    (input: LooseInput = {}) => call({ route, input, options }),
  ]);
  return Object.fromEntries(entries) as Client;
}

interface LooseInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

/** The address of a route with its parameters and query filled in, for links to files. */
export function routeUrl(
  route: Route,
  input: { params?: Record<string, unknown>; query?: Record<string, unknown> },
) {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(input.params?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function call(request: { route: Route; input: LooseInput; options: ClientOptions }): Promise<unknown> {
  const { route, input, options } = request;
  const isBinary = route.body === 'binary';
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (route.body) headers['content-type'] = isBinary ? 'application/octet-stream' : 'application/json';
  const body = isBinary
    ? (input.body as BodyInit)
    : input.body === undefined
      ? null
      : JSON.stringify(input.body);
  const init: RequestInit = {
    method: route.method,
    headers,
    body,
    credentials: options.token === undefined ? 'same-origin' : 'omit',
  };
  if (input.signal) init.signal = input.signal;
  if (input.keepalive) init.keepalive = true;
  const fetchFunction = options.fetch ?? globalThis.fetch;
  const response = await fetchFunction(options.baseUrl + routeUrl(route, input), init);
  if (!response.ok) throw await readError(response);
  if (route.answer === 'binary') return response;
  if (route.answer === null) return undefined;
  return route.answer.parse(await response.json());
}

/** The error an answer stands for; an answer that is not ours (a proxy's) becomes `unavailable`. */
async function readError(response: Response): Promise<ApiError> {
  const answer = errorAnswerSchema.safeParse(await response.json().catch(() => null));
  if (!answer.success) {
    return new ApiError(
      'unavailable',
      `The server answered ${response.status} without saying why. Try again in a moment.`,
    );
  }
  const { code, message, requestId, details } = answer.data.error;
  return new ApiError(code, message, details === undefined ? { requestId } : { requestId, details });
}
