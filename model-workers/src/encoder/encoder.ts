import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { openSession, type Device } from '../onnx/index.ts';
import { dimensions } from './graph.ts';
import { encoderIdentity } from './identity.ts';
import { readEncoder } from './model-file.ts';
import { createTokenizer, longestText, type EncoderTokenizer } from './tokenizer.ts';
import { openVectorCache } from './vector-cache.ts';
import { readVocabulary } from './weights.ts';

export interface Encoder {
  /** Where it runs. */
  device: Device;
  /** Why it does not run where it was asked to; null if it does. */
  fallback: string | null;
  /** Milliseconds spent in the model so far, and texts that went through it. */
  readonly work: { ms: number; texts: number };
  /**
   * A vector of length 1 for each text, of 512 numbers: the dot product of two is their cosine. The same text has the
   * same vector whatever stands beside it.
   */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Numbers of tokens that texts are padded to: few shapes, so that memory stays what it is. */
const lengths = [16, 32, 64, longestText];
/** Tokens of one run of the model, with padding. */
const tokensOfRun = 512;

/** Opens the encoder that npm ships; vectors are kept in the cache folder. Belongs into a worker thread. */
export async function openEncoder(options: {
  cacheFolder: string;
  device: Device;
  threads: number;
}): Promise<Encoder> {
  const { cacheFolder, device: wanted, threads } = options;
  const model = await readEncoder(cacheFolder);
  const { session, device, fallback } = await openSession(model, { device: wanted, threads });
  const tokenizer = createTokenizer(await readVocabulary());
  // Devices differ in the last digits.
  const cache = await openVectorCache({
    cacheFolder,
    name: `${encoderIdentity.sha256.slice(0, 16)}-${device}`,
    dimensions,
  });
  const work = { ms: 0, texts: 0 };
  return {
    device,
    fallback,
    work,
    async encode(texts) {
      const known = await cache.read([...new Set(texts)]);
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      if (missing.length > 0) {
        const begun = performance.now();
        const made = await run({ session, tokenizer }, missing);
        work.ms += performance.now() - begun;
        work.texts += missing.length;
        for (const [text, vector] of made) known.set(text, vector);
        await cache.write(made);
      }
      return texts.map((text) => known.get(text)!);
    },
    async close() {
      await cache.close();
      await session.release();
    },
  };
}

/** Texts of similar length go together; every run of one length has the same shape, and padding rows are dropped. */
async function run(
  { session, tokenizer }: { session: InferenceSession; tokenizer: EncoderTokenizer },
  texts: readonly string[],
): Promise<Map<string, Float32Array>> {
  const byLength = new Map(lengths.map((length) => [length, [] as { text: string; ids: number[] }[]]));
  for (const text of texts) {
    const ids = tokenizer.encode(text);
    byLength.get(lengths.find((length) => ids.length <= length)!)!.push({ text, ids });
  }
  const vectors = new Map<string, Float32Array>();
  for (const [length, group] of byLength) {
    const rows = tokensOfRun / length;
    for (let start = 0; start < group.length; start += rows) {
      const part = group.slice(start, start + rows);
      const ids = new BigInt64Array(rows * length);
      const mask = new Float32Array(rows * length);
      for (const [row, one] of part.entries()) {
        for (const [place, id] of one.ids.entries()) {
          ids[row * length + place] = BigInt(id);
          mask[row * length + place] = 1;
        }
      }
      const output = await session.run({
        ids: new Tensor('int64', ids, [rows, length]),
        mask: new Tensor('float32', mask, [rows, length]),
      });
      const data = output['vectors']!.data as Float32Array;
      for (const [row, { text }] of part.entries())
        vectors.set(text, data.slice(row * dimensions, (row + 1) * dimensions));
    }
  }
  return vectors;
}
