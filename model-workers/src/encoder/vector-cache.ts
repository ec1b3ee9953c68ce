import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** Vectors of texts, kept in a file that several processes may share. */
export interface VectorCache {
  /** The vectors that are known, by text. */
  read(texts: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Keeps vectors. One write is appended whole; what a crash cuts short is passed over by readers. */
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

/**
 * Opens the cache of one encoder: `<cacheFolder>/vectors/<name>.bin`, which is only ever appended to.
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
  const folder = path.join(cacheFolder, 'vectors');
  await mkdir(folder, { recursive: true });
  const file = await open(path.join(folder, `${name}.bin`), 'a+');
  const recent = new Map<string, Float32Array>();
  const index = createIndex(file, dimensions);

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
      if (missing.length > 0) await index.update();
      for (const { text, key } of missing) {
        const vector = await index.read(key);
        if (!vector) continue;
        remember(key, vector);
        found.set(text, vector);
      }
      return found;
    },
    async write(vectors) {
      const records: Buffer[] = [];
      for (const [text, vector] of vectors) {
        const key = keyOf(text);
        remember(key, vector);
        if (index.size + records.length < mostRecords && !index.has(key)) records.push(recordOf(key, vector));
      }
      if (records.length > 0) await file.appendFile(Buffer.concat(records));
    },
    close: () => file.close(),
  };
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

  const isRecord = (record: Buffer): boolean =>
    record.subarray(0, mark.length).equals(mark) &&
    crc32(record.subarray(0, -checksumBytes)) === record.readUInt32LE(recordBytes - checksumBytes);

  /** Takes in the records of a stretch of the file; returns how much of it need not be read again. */
  const take = (bytes: Buffer): number => {
    let place = 0;
    while (place + recordBytes <= bytes.length) {
      const record = bytes.subarray(place, place + recordBytes);
      if (isRecord(record)) {
        offsets.set(record.toString('latin1', mark.length, mark.length + keyBytes), readTo + place);
        place += recordBytes;
        continue;
      }
      const next = bytes.indexOf(mark, place + 1);
      // A mark may begin with the last bytes there are.
      place = next >= 0 ? next : bytes.length - mark.length + 1;
    }
    return place;
  };

  return {
    get size() {
      return offsets.size;
    },
    has: (key) => offsets.has(key),
    async update() {
      const { size } = await file.stat();
      while (size - readTo >= recordBytes) {
        const bytes = Buffer.alloc(Math.min(Math.max(chunkBytes, recordBytes), size - readTo));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, readTo);
        const taken = take(bytes.subarray(0, bytesRead));
        if (taken === 0) return;
        readTo += taken;
      }
    },
    async read(key) {
      const offset = offsets.get(key);
      if (offset === undefined) return null;
      const record = Buffer.alloc(recordBytes);
      await file.read(record, 0, recordBytes, offset);
      if (!isRecord(record)) return null;
      const vector = new Float32Array(dimensions);
      new Uint8Array(vector.buffer).set(record.subarray(mark.length + keyBytes, -checksumBytes));
      return vector;
    },
  };
}
