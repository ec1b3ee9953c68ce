import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Io } from './io.ts';
import { run } from './run.ts';

export const projectId = '0190a000-0000-7000-8000-000000000001';
export const jobId = '0190a000-0000-7000-8000-000000000002';
export const now = '2026-01-01T12:00:00.000Z';

/** A folder of each test's own, which is the home of the command lines it runs too. */
export let folder: string;
export const closers: (() => Promise<unknown>)[] = [];

/** Call it at the top of a test file: makes `folder` before each of its tests, and tidies up after it. */
export function useFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rookery-cli-'));
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await rm(folder, { recursive: true, force: true });
  });
}

/** Runs a command line within this process, with a home of its own and no terminal. */
export async function rookery(
  args: string[],
  options: { env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const io: Io = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isTerminal: false,
    env: { HOME: folder, ...options.env },
    askSecret: async () => null,
    fetch: globalThis.fetch,
    signal: options.signal ?? new AbortController().signal,
  };
  return { code: await run(args, io), ...said };
}

/** Answers `METHOD /path` with a status and a body, or as it likes; what is not in the script is 404. */
export type Script = Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>;

export async function serve(
  script: Script,
): Promise<{ url: string; calls: string[]; env: Record<string, string> }> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://server');
    const call = `${request.method} ${pathname.replace(`/api/projects/${projectId}`, '').replace(jobId, 'JOB')}`;
    calls.push(call);
    void respond();

    async function respond(): Promise<void> {
      const body = await (script[call] ?? (() => error(404, 'not_found', 'There is nothing here.')))(
        request,
        response,
      );
      if (response.headersSent || response.destroyed) return;
      const { status = 200, ...answer } = body as { status?: number };
      request.resume();
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify('list' in answer ? answer.list : answer));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
    return once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, calls, env: { ROOKERY_URL: url, ROOKERY_TOKEN: 'rookery_secret' } };
}

export const error = (status: number, code: string, message: string) => ({
  status,
  error: { code, message, requestId: 'r-1' },
});
export const job = (overrides: object = {}) => ({
  id: jobId,
  kind: 'export-demonstrations',
  state: 'done',
  attempt: 1,
  progress: { done: 1, total: 1 },
  result: { rows: 1 },
  problems: 0,
  error: null,
  file: null,
  worker: null,
  createdAt: now,
  startedAt: now,
  endedAt: now,
  ...overrides,
});
/** One project, as `GET /api/projects` lists it. */
export const oneProject = async () => {
  const { browserSettingsSchema } = await import('@rookery/shared/browser');
  const settings = { browser: browserSettingsSchema.parse({}), language: 'english' };
  const common = { demonstrationsPerQuestion: 1, leaseMinutes: 20, leasesPerPerson: 3 };
  return {
    list: [
      {
        id: projectId,
        name: 'Pilot',
        settings: { ...settings, ...common },
        settingsVersion: 1,
        createdAt: now,
      },
    ],
  };
};

/** The JSON that a request brings. */
export const bodyOf = async (request: IncomingMessage): Promise<unknown> =>
  JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString());
