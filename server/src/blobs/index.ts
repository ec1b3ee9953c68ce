import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface StoredBlob {
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  hash: string;
  /** Bytes. */
  size: number;
}

/** The content-addressed store: files under the SHA-256 of their bytes. */
export interface BlobStore {
  readonly folder: string;
  /** Stores a stream; storing the same bytes twice is the same as once. Rejects with `BlobTooLarge`. */
  write(source: Readable | AsyncIterable<Uint8Array>, options?: { maxBytes?: number }): Promise<StoredBlob>;
  read(hash: string): Readable;
  /** Whether the stored bytes still are those of this hash; false too when there are none. */
  isIntact(hash: string): Promise<boolean>;
  /** Path of a blob's file within `folder`. */
  relativePath(hash: string): string;
}

export class BlobTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The file is larger than ${maxBytes} bytes.`);
  }
}

/** A store in a folder, which is made when it is missing. */
export async function openBlobFolder(folder: string): Promise<BlobStore> {
  const incoming = join(folder, 'incoming');
  await mkdir(incoming, { recursive: true });
  await removeAbandoned(incoming);
  const relativePath = (hash: string) => join(hash.slice(0, 2), hash);
  const isIntact = async (hash: string): Promise<boolean> => {
    const hasher = createHash('sha256');
    try {
      await pipeline(createReadStream(join(folder, relativePath(hash))), hasher);
      return hasher.digest('hex') === hash;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  };

  return {
    folder,
    relativePath,
    isIntact,
    read: (hash) => createReadStream(join(folder, relativePath(hash))),
    async write(source, options = {}) {
      const maxBytes = options.maxBytes ?? Infinity;
      const temporary = join(incoming, randomUUID());
      const hasher = createHash('sha256');
      let size = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          hasher.update(chunk);
          done(size > maxBytes ? new BlobTooLarge(maxBytes) : null, chunk);
        },
      });
      try {
        await pipeline(source, measure, createWriteStream(temporary));
        const hash = hasher.digest('hex');
        const target = join(folder, relativePath(hash));
        // A file that was damaged is put right.
        if (!(await isIntact(hash))) {
          await syncFile(temporary);
          await mkdir(join(folder, hash.slice(0, 2)), { recursive: true });
          await rename(temporary, target);
        }
        return { hash, size };
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

const abandonedAfterMs = 24 * 60 * 60_000;

/** Removes what writes that never finished left behind; another server may be writing here right now. */
async function removeAbandoned(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const stats = await stat(path).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

/** Bytes must be on the disk before a row says that they are stored. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
