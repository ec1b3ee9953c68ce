import { WorkerStartError } from './takes.ts';

/** A server with OpenAI's completions API, as the environment of this worker has it. */
export interface Endpoint {
  name: string;
  /** With or without `/v1` at the end. */
  url: URL;
  /** Null: none is sent. */
  key: string | null;
}

const variable = /^ROOKERY_ENDPOINT_([A-Z][A-Z0-9_]*)_(URL|KEY)$/;

/**
 * The endpoints that an environment names, by name: `ROOKERY_ENDPOINT_<NAME>_URL`, and `ROOKERY_ENDPOINT_<NAME>_KEY` where a key is
 * needed.
 * @throws WorkerStartError that names a wrong variable; it never has a key in it.
 */
export function readEndpoints(env: Record<string, unknown>): Map<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  const names = new Set(Object.keys(env).flatMap((key) => variable.exec(key)?.[1] ?? []));
  for (const name of [...names].toSorted()) {
    const address = env[`ROOKERY_ENDPOINT_${name}_URL`];
    const key = env[`ROOKERY_ENDPOINT_${name}_KEY`];
    if (typeof address !== 'string') {
      throw new WorkerStartError(
        `ROOKERY_ENDPOINT_${name}_KEY is set, but ROOKERY_ENDPOINT_${name}_URL is not: set it to the address of the server.`,
      );
    }
    endpoints.set(name, {
      name,
      url: readAddress(`ROOKERY_ENDPOINT_${name}_URL`, address),
      key: typeof key === 'string' ? readKey(`ROOKERY_ENDPOINT_${name}_KEY`, key) : null,
    });
  }
  return endpoints;
}

function readAddress(name: string, address: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new WorkerStartError(
      `${name} has to be the address of a server with OpenAI's completions API, like http://127.0.0.1:8000/v1.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new WorkerStartError(
      `${name} has to be an address alone, without a password or anything after the path: a key goes into the variable that ends with _KEY.`,
    );
  }
  return url;
}

/** A key travels in a header, which takes visible ASCII alone. */
function readKey(name: string, key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new WorkerStartError(`${name} has characters that no key has, such as a space or a line break.`);
}
