import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Posts JSON and reads the answer, whatever its status; redirects are not followed. */
export function postJson(
  url: URL,
  options: { body: unknown; key: string | null; signal: AbortSignal },
): Promise<HttpAnswer> {
  const { key, signal } = options;
  const body = JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(
      url,
      {
        method: 'POST',
        signal,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(key !== null && { authorization: `Bearer ${key}` }),
        },
      },
      (response) => {
        const { statusCode: status = 0, headers } = response;
        text(response).then((text) => resolve({ status, headers, text }), reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
