import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { keepFile } from '../cache-folder.ts';
import { FinalFailure } from '../final-failure.ts';

/**
 * The bytes of a model file: from the cache folder, where it lies under its SHA-256, or downloaded into it
 * (where the folder cannot be written, with a warning in its place). The hash is checked each time; a file in the cache
 * that was changed is downloaded again.
 * @throws FinalFailure, naming both hashes, when what the server sends is another file.
 */
export async function loadModel(options: {
  sha256: string;
  cacheFolder: string;
  download: () => Promise<Uint8Array>;
  log: Logger;
}): Promise<Uint8Array> {
  const { sha256, cacheFolder, download, log } = options;
  const file = path.join(cacheFolder, 'models', sha256);
  const cached = await readFile(file).catch(() => null);
  if (cached !== null) {
    const found = hash(cached);
    if (found === sha256) return cached;
    log.warn({ file, found }, 'a model file in the cache was changed; downloading it again');
  }
  const model = await download();
  const received = hash(model);
  if (received !== sha256) {
    throw new FinalFailure(
      `The model file was refused: its SHA-256 is ${received}, and that of the version is ${sha256}. Restore the file on the server, or train a new version.`,
    );
  }
  await keepFile({ cacheFolder, folder: 'models', name: sha256 }, model);
  return model;
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
