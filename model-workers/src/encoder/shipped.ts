import { Tensor } from 'onnxruntime-node';
import { openSession, type Device } from '../onnx/index.ts';
import { batchesOf } from './batches.ts';
import type { EncoderModel } from './encoder-model.ts';
import { dimensions } from './graph.ts';
import { encoderIdentity } from './identity.ts';
import { readEncoder } from './model-file.ts';
import { noNumbers } from './no-numbers.ts';
import { createTokenizer, longestText } from './tokenizer.ts';
import { readVocabulary } from './weights.ts';

/** Numbers of tokens that texts are padded to. */
const lengths = [16, 32, 64, longestText];
/** Tokens of one run of the model, with padding. */
const tokensOfRun = 512;

/** Loads the encoder that npm ships. `run` throws a FinalFailure where it gives no numbers, as a faulty device may. */
export async function openShipped(options: {
  cacheFolder: string;
  device: Device;
  threads: number;
}): Promise<EncoderModel> {
  const { cacheFolder, device: wanted, threads } = options;
  const model = await readEncoder(cacheFolder);
  const { session, device, fallback } = await openSession(model, { device: wanted, threads });
  const tokenizer = createTokenizer(await readVocabulary());
  return {
    identity: encoderIdentity,
    device,
    fallback,
    async run(texts, signal) {
      const tokenised = texts.map((text) => ({ text, ids: tokenizer.encode(text) }));
      const vectors = new Map<string, Float32Array>();
      for (const batch of batchesOf(tokenised, { lengths, tokens: tokensOfRun })) {
        signal?.throwIfAborted();
        const shape = [batch.rows, batch.length];
        const output = await session.run({
          ids: new Tensor('int64', batch.ids, shape),
          mask: new Tensor('float32', Float32Array.from(batch.mask, Number), shape),
        });
        const data = output['vectors']!.data as Float32Array;
        for (const [row, text] of batch.texts.entries()) {
          const vector = data.slice(row * dimensions, (row + 1) * dimensions);
          if (!vector.every(Number.isFinite)) throw noNumbers({ encoder: encoderIdentity.name, device });
          vectors.set(text, vector);
        }
      }
      return vectors;
    },
    release: () => session.release(),
  };
}
