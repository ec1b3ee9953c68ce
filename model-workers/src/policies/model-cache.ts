import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { FinalFailure } from '../final-failure.ts';

/**
 * The bytes of a model file: from the cache folder, where it lies under its SHA-256, or downloaded into it. The hash is checked each
 * time; a file in the cache that was changed is downloaded again.
 * @throws FinalFailure, naming both hashes, when what the server sends is another file.
 */
export async function loadModel(options: {
  sha256: string;
  cacheFolder: string;
  download: () => Promise<Uint8Array>;
  log: Logger;
}): Promise<Uint8Array> {
  const { sha256, download, log } = options;
  const folder = path.join(options.cacheFolder, 'models');
  const file = path.join(folder, sha256);
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
      `The model file was refused: its SHA-256 is ${received}, and the policy version was trained with ${sha256}. Restore the file on the server, or train a new version.`,
    );
  }
  await mkdir(folder, { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, model);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    log.warn({ err: error }, 'the model file could not be kept in the cache folder');
  }
  return model;
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
