import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { isSystemError, warnOfCacheFolder } from '../cache-folder.ts';

/** Vectors of texts, kept in a file that several processes may share. */
export interface VectorCache {
  /** The vectors that are known, by text. */
  read(texts: readonly string[]): Promise<Map<string, Float32Array>>;
  /**
   * Keeps vectors: in memory, and in the file as long as that can be written. What a crash cuts short is passed over
   * by readers.
   */
  write(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  close(): Promise<void>;
}

/** Begins every record: what was torn is skipped up to the next. Followed by key, vector and checksum. */
const mark = Buffer.from('\u0000vector1', 'latin1');
/** Of the text's SHA-256. */
const keyBytes = 32;
const checksumBytes = 4;
/** Bytes read at once while the file is indexed. */
const chunkBytes = 4 * 2 ** 20;
/** One append is smaller than this. */
const appendBytes = 64 * 2 ** 10;

/**
 * Opens the cache of one encoder: `<cacheFolder>/vectors/<name>.bin`, which is only ever appended to.
 * Where the folder or the file cannot be used, or the disk is full, it warns and goes on in memory alone.
 * @param mostRecords beyond these nothing more is kept in the file; 200,000 of 512 numbers are 420 MB
 * @param mostInMemory vectors held in memory, the longest unused dropped first
 */
export async function openVectorCache(options: {
  cacheFolder: string;
  name: string;
  dimensions: number;
  mostRecords?: number;
  mostInMemory?: number;
}): Promise<VectorCache> {
  const { cacheFolder, name, dimensions, mostRecords = 200_000, mostInMemory = 20_000 } = options;
  const recent = new Map<string, Float32Array>();
  const refused = new Set<'open' | 'read' | 'write'>();
  /** Does something with the file, unless the system refused such a thing before. */
  const attempt = async <T>(kind: 'open' | 'read' | 'write', work: () => Promise<T>): Promise<T | null> => {
    if (refused.has(kind)) return null;
    try {
      return await work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      refused.add(kind);
      warnOfCacheFolder(cacheFolder, error);
      return null;
    }
  };
  const file = await attempt('open', async () => {
    const folder = path.join(cacheFolder, 'vectors');
    await mkdir(folder, { recursive: true });
    return open(path.join(folder, `${name}.bin`), 'a+');
  });
  const index = file && createIndex(file, dimensions);

  const remember = (key: string, vector: Float32Array): void => {
    recent.delete(key);
    recent.set(key, vector);
    if (recent.size > mostInMemory) recent.delete(recent.keys().next().value!);
  };

  return {
    async read(texts) {
      const found = new Map<string, Float32Array>();
      const missing: { text: string; key: string }[] = [];
      for (const text of texts) {
        const key = keyOf(text);
        const vector = recent.get(key);
        if (vector) {
          remember(key, vector);
          found.set(text, vector);
        } else missing.push({ text, key });
      }
      if (index && missing.length > 0)
        await attempt('read', async () => {
          await index.update();
          for (const { text, key } of missing) {
            const vector = await index.read(key);
            if (!vector) continue;
            remember(key, vector);
            found.set(text, vector);
          }
        });
      return found;
    },
    async write(vectors) {
      const records: Buffer[] = [];
      for (const [text, vector] of vectors) {
        const key = keyOf(text);
        remember(key, vector);
        if (index && index.size + records.length < mostRecords && !index.has(key))
          records.push(recordOf(key, vector));
      }
      if (file && records.length > 0) await attempt('write', () => append(file, records));
    },
    close: async () => file?.close(),
  };
}

/**
 * Appends records, whole ones together. Relied on is that one `FileHandle.write` is one call of the system, and that
 * local file systems put what is written to a file opened for appending at its end without another process's bytes
 * between (POSIX, O_APPEND). Where that does not hold, as on some network drives, or where a write is cut short,
 * readers know by the mark and the checksum what is damaged.
 */
async function append(file: FileHandle, records: readonly Buffer[]): Promise<void> {
  const together = Math.max(1, Math.floor((appendBytes - 1) / records[0]!.length));
  for (let start = 0; start < records.length; start += together) {
    await file.write(Buffer.concat(records.slice(start, start + together)));
  }
}

const keyOf = (text: string): string => createHash('sha256').update(text).digest().toString('latin1');

function recordOf(key: string, vector: Float32Array): Buffer {
  const body = Buffer.concat([
    mark,
    Buffer.from(key, 'latin1'),
    new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
  ]);
  const checksum = Buffer.alloc(checksumBytes);
  checksum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, checksum]);
}

interface RecordIndex {
  readonly size: number;
  has(key: string): boolean;
  /** Reads what was appended since, by whichever process. */
  update(): Promise<void>;
  read(key: string): Promise<Float32Array | null>;
}

function createIndex(file: FileHandle, dimensions: number): RecordIndex {
  const vectorBytes = 4 * dimensions;
  const recordBytes = mark.length + keyBytes + vectorBytes + checksumBytes;
  const offsets = new Map<string, number>();
  let readTo = 0;

  let updating = Promise.resolve();

  const keyIn = (record: Buffer): string => record.toString('latin1', mark.length, mark.length + keyBytes);

  const isRecord = (record: Buffer): boolean =>
    record.subarray(0, mark.length).equals(mark) &&
    crc32(record.subarray(0, -checksumBytes)) === record.readUInt32LE(recordBytes - checksumBytes);

  /** Takes in the records of the stretch of the file from `start`; returns how much of it need not be read again. */
  const take = (bytes: Buffer, start: number): number => {
    let place = 0;
    while (place + recordBytes <= bytes.length) {
      const record = bytes.subarray(place, place + recordBytes);
      if (isRecord(record)) {
        offsets.set(keyIn(record), start + place);
        place += recordBytes;
        continue;
      }
      const next = bytes.indexOf(mark, place + 1);
      // A mark may begin with the last bytes there are.
      place = next >= 0 ? next : bytes.length - mark.length + 1;
    }
    return place;
  };

  const readOn = async (): Promise<void> => {
    const { size } = await file.stat();
    while (size - readTo >= recordBytes) {
      const start = readTo;
      const bytes = Buffer.alloc(Math.min(Math.max(chunkBytes, recordBytes), size - start));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      const taken = take(bytes.subarray(0, bytesRead), start);
      if (taken === 0) return;
      readTo = start + taken;
    }
  };

  return {
    get size() {
      return offsets.size;
    },
    has: (key) => offsets.has(key),
    update() {
      // One after the other; a failure is told to those who asked then, not to those after them.
      const update = updating.then(readOn);
      updating = update.catch(() => {});
      return update;
    },
    async read(key) {
      const offset = offsets.get(key);
      if (offset === undefined) return null;
      const record = Buffer.alloc(recordBytes);
      await file.read(record, 0, recordBytes, offset);
      if (!isRecord(record) || keyIn(record) !== key) return null;
      const vector = new Float32Array(dimensions);
      new Uint8Array(vector.buffer).set(record.subarray(mark.length + keyBytes, -checksumBytes));
      return vector;
    },
  };
}
