import { createClient, type Client, type Job } from '@rookery/shared/api';
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { reachingFetch, unreachable, type Connection } from './connection.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { patiently } from './jobs.ts';
import { startProgress } from './progress.ts';

interface Target {
  connection: Connection;
  /** Where the file goes. */
  target: string;
  json?: boolean | undefined;
}

/** Downloads what a job made (see `downloadFile`). */
export async function downloadJobFile(
  io: Io,
  options: Target & { projectId: string; job: Job },
): Promise<{ size: number; sha256: string }> {
  const { projectId, job, ...target } = options;
  if (!job.file) throw new CliError('failed', 'The server says that it is done, but has no file for it.');
  return downloadFile(io, {
    ...target,
    expected: job.file,
    request: (client) => client.downloadJobFile({ params: { projectId, jobId: job.id } }),
  });
}

/**
 * Downloads a file to `target`, which appears only when it is whole and its SHA-256 is the one the server has. A
 * download that is cut off goes on where it was.
 */
export async function downloadFile(
  io: Io,
  options: Target & {
    expected: { size: number; sha256: string };
    request: (client: Client) => Promise<Response>;
  },
): Promise<{ size: number; sha256: string }> {
  const { connection, expected, request, target } = options;
  const { url, token } = connection;
  const temporary = `${target}.${process.pid}.part`;
  const file = await open(temporary, 'w').catch((error: Error) => {
    throw new CliError('failed', `${target} cannot be written: ${error.message}`, { cause: error });
  });
  const hasher = createHash('sha256');
  let size = 0;
  const progress = startProgress(io, { label: 'Downloading', json: options.json });
  try {
    await patiently(io, async () => {
      const headers: Record<string, string> = size > 0 ? { range: `bytes=${size}-` } : {};
      const client = createClient({ baseUrl: url, token, headers, fetch: reachingFetch(io, url) });
      if (size > 0 && size >= expected.size) return;
      const response = await request(client);
      if (size > 0 && response.status !== 206)
        throw new CliError('failed', 'The server did not go on with a cut-off download.');
      const reader = response.body!.getReader();
      for (;;) {
        const { value, done } = await reader.read().catch((error: unknown) => {
          throw io.signal.aborted ? error : unreachable(url, error);
        });
        if (done) break;
        await file.write(value);
        hasher.update(value);
        size += value.length;
        progress.show(size, expected.size);
      }
    });
    await file.sync();
    await file.close();
    const sha256 = hasher.digest('hex');
    if (sha256 !== expected.sha256) {
      throw new CliError(
        'failed',
        `What arrived is not what the server has: its SHA-256 is ${sha256}, not ${expected.sha256}. Try again.`,
        {
          code: 'hash_differs',
        },
      );
    }
    await rename(temporary, target);
    return { size, sha256 };
  } finally {
    progress.end();
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
  }
}
