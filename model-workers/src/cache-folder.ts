import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Whether the operating system refused something (ENOSPC, EACCES, EROFS, ENOTDIR, EIO, …). */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'errno' in error;

const warned = new Set<string>();

/** Warns, once for each cache folder and thread, that it cannot be used, and what to do. */
export function warnOfCacheFolder(cacheFolder: string, error: Error): void {
  if (warned.has(cacheFolder)) return;
  warned.add(cacheFolder);
  process.emitWarning(
    `The cache folder ${cacheFolder} cannot be used: ${error.message}. The work goes on, but what is not kept there is ` +
      'made or downloaded again. Free its disk, make it writable, or set ROOKERY_CACHE_DIR to another folder; then start the worker again.',
  );
}

/**
 * Puts a file whole into the cache folder, as `<cacheFolder>/<folder>/<name>`. Where that is impossible, it warns and
 * the file is not kept.
 */
export async function keepFile(
  { cacheFolder, folder, name }: { cacheFolder: string; folder: string; name: string },
  bytes: Uint8Array,
): Promise<void> {
  const file = path.join(cacheFolder, folder, name);
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    if (!isSystemError(error)) throw error;
    warnOfCacheFolder(cacheFolder, error);
  }
}
