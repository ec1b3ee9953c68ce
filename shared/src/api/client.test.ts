import { describe, expect, it } from 'vitest';
import { ApiError, createClient, routes, routeUrl } from './index.ts';

const projectId = '0190a1b2-0000-7000-8000-000000000001';

/** A `fetch` that gives one answer and keeps what it was asked. */
function scripted(status: number, body: string) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    asked.push({ url: url as string, init });
    return new Response(status === 204 ? null : body, { status });
  };
  return { fetch, asked };
}

describe('the typed client', () => {
  it('fills parameters and query in, leaves out what is undefined, and sends the token', async () => {
    const answer = { items: [], nextCursor: null, previousCursor: null, from: 1, total: 0 };
    const { fetch, asked } = scripted(200, JSON.stringify(answer));
    const client = createClient({ baseUrl: 'https://rookery.example', token: 'secret', fetch });
    const page = await client.listQuestions({
      params: { projectId },
      query: { contains: 'Was ist das & warum?', use: undefined },
    });
    expect(page).toEqual(answer);
    expect(asked[0]?.url).toBe(
      `https://rookery.example/api/projects/${projectId}/questions?contains=Was+ist+das+%26+warum%3F`,
    );
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer secret' });
  });

  it('rejects with the code, message, details and request id of an error answer', async () => {
    const error = {
      code: 'sequence_conflict',
      message: 'Number 7 is next.',
      requestId: 'r1',
      details: { expected: 7 },
    };
    const client = createClient({ baseUrl: '', ...scripted(409, JSON.stringify({ error })) });
    const failure = await client.getProject({ params: { projectId } }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ ...error, status: 409 });
  });

  it('takes an error that is not ours, a proxy’s page say, for the server being unavailable', async () => {
    const client = createClient({ baseUrl: '', ...scripted(502, '<html>Bad gateway</html>') });
    await expect(client.getHealth()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives nothing where the answer is empty, and the raw response where it is a file', async () => {
    const empty = createClient({ baseUrl: '', ...scripted(204, '') });
    expect(await empty.signOut()).toBeUndefined();
    const file = createClient({ baseUrl: '', ...scripted(200, 'bytes') });
    const response = await file.downloadJobFile({ params: { projectId, jobId: projectId } });
    expect(await response.text()).toBe('bytes');
  });

  it('escapes parameters, so that none can lead to another route', () => {
    const url = routeUrl(routes.getProject, { params: { projectId: '../../session' } });
    expect(url).toBe('/api/projects/..%2F..%2Fsession');
  });
});
