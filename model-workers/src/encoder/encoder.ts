import type { Device } from '../onnx/index.ts';
import { openFolder, type EncoderFolder } from './folder/open-folder.ts';
import type { EncoderModel } from './encoder-model.ts';
import { openShipped } from './shipped.ts';
import { openVectorCache } from './vector-cache.ts';

export interface Encoder extends Pick<EncoderModel, 'identity' | 'device' | 'fallback'> {
  /** Milliseconds spent in the model so far, and texts that went through it. */
  readonly work: { ms: number; texts: number };
  /**
   * A vector of length 1 for each text, of as many numbers as `identity` says: the dot product of two is their cosine. The same
   * text has the same vector whatever stands beside it.
   */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/**
 * Opens the encoder that npm ships, or the one of a folder; vectors are kept in the cache folder. Belongs into a worker thread.
 * @param signal once it is aborted, encoding ends before its next batch, by the signal's reason
 * @throws FinalFailure that says what is wrong with a folder
 */
export async function openEncoder(options: {
  cacheFolder: string;
  device: Device;
  threads: number;
  folder?: EncoderFolder | null;
  signal?: AbortSignal;
}): Promise<Encoder> {
  const { cacheFolder, device, threads, folder, signal } = options;
  const model = folder ? await openFolder({ folder, device, threads }) : await openShipped(options);
  const { identity } = model;
  // Devices differ in the last digits.
  const cache = await openVectorCache({
    cacheFolder,
    name: `${identity.sha256.slice(0, 16)}-${model.device}`,
    dimensions: identity.dimensions,
  });
  const work = { ms: 0, texts: 0 };
  return {
    identity,
    device: model.device,
    fallback: model.fallback,
    work,
    async encode(texts) {
      const known = await cache.read([...new Set(texts)]);
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      if (missing.length > 0) {
        const begun = performance.now();
        const made = await model.run(missing, signal);
        work.ms += performance.now() - begun;
        work.texts += missing.length;
        for (const [text, vector] of made) known.set(text, vector);
        await cache.write(made);
      }
      return texts.map((text) => known.get(text)!);
    },
    async close() {
      await cache.close();
      await model.release();
    },
  };
}
