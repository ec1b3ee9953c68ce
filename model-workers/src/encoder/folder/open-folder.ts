import { Tensor } from 'onnxruntime-node';
import { FinalFailure } from '../../final-failure.ts';
import { openSession, type Device, type OpenedSession } from '../../onnx/index.ts';
import { batchesOf, type Batch } from '../batches.ts';
import type { EncoderModel } from '../encoder-model.ts';
import { noNumbers } from '../no-numbers.ts';
import { folderTokenizer } from './folder-tokenizer.ts';
import { readFolder, type ReadFolder } from './read-folder.ts';

/** A folder with an encoder, under the name that the environment gives it. */
export interface EncoderFolder {
  name: string;
  path: string;
}

/** Numbers of tokens that texts are padded to, beside the longest of the encoder. */
const lengths = [16, 32, 64, 128];
/** Tokens of one run of the model, with padding: a processor's caches are small, other devices want more at once. */
const tokensOfRun = { cpu: 512, other: 8192 };

/**
 * Loads the encoder of a folder in Hugging Face's layout, and has it read a text to see that it works.
 * @throws FinalFailure that says what is wrong with it
 */
export async function openFolder(options: {
  folder: EncoderFolder;
  device: Device;
  threads: number;
}): Promise<EncoderModel> {
  const { folder, device: wanted, threads } = options;
  const read = await readFolder(folder.path);
  const tokenise = folderTokenizer({ ...read, folder: folder.path });
  const { session, device, fallback } = await load(read, { folder, device: wanted, threads });
  const shapes = {
    lengths: [...lengths.filter((length) => length < read.longestText), read.longestText],
    tokens: device === 'cpu' ? tokensOfRun.cpu : tokensOfRun.other,
  };
  const run: EncoderModel['run'] = async (texts, signal) => {
    const tokenised = texts.map((text) => ({ text, ids: tokenise(text) }));
    const vectors = new Map<string, Float32Array>();
    for (const batch of batchesOf(tokenised, shapes)) {
      signal?.throwIfAborted();
      const made = await runBatch({ session, device }, { batch, read, folder });
      for (const [row, text] of batch.texts.entries()) vectors.set(text, made[row]!);
    }
    return vectors;
  };
  try {
    await run(['Do crows bring gifts?']);
  } catch (error) {
    await session.release();
    if (error instanceof FinalFailure) throw error;
    throw refused(folder, error);
  }
  return {
    identity: { name: folder.name, version: '1', sha256: read.sha256, dimensions: read.dimensions },
    device,
    fallback,
    run,
    release: () => session.release(),
  };
}

async function load(
  { model }: ReadFolder,
  { folder, device, threads }: { folder: EncoderFolder; device: Device; threads: number },
): ReturnType<typeof openSession> {
  try {
    return await openSession(model, { device, threads });
  } catch (error) {
    throw refused(folder, error);
  }
}

const refused = ({ path }: EncoderFolder, error: unknown): FinalFailure =>
  new FinalFailure(
    `The encoder in ${path} cannot be run. onnxruntime says: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    { cause: error },
  );

/** Vectors of length 1 of a batch's texts. */
async function runBatch(
  { session, device }: Pick<OpenedSession, 'session' | 'device'>,
  { batch, read, folder }: { batch: Batch; read: ReadFolder; folder: EncoderFolder },
): Promise<Float32Array[]> {
  const { rows, length, ids, mask } = batch;
  const { graph, dimensions, pooling } = read;
  const shape = [rows, length];
  const output = await session.run({
    input_ids: new Tensor('int64', ids, shape),
    // A row of padding reads its first token: nothing to read would be no number.
    attention_mask: new Tensor('int64', withoutEmptyRows(mask, length), shape),
    ...(graph.hasTokenTypes && {
      token_type_ids: new Tensor('int64', new BigInt64Array(rows * length), shape),
    }),
  });
  const { data, dims } = output[graph.output]!;
  if (dims.length !== 3 || dims[0] !== rows || dims[1] !== length || dims[2] !== dimensions)
    throw new FinalFailure(
      `The encoder in ${folder.path} gives vectors of the shape ${dims.join(' × ')}, not ${rows} × ${length} × ${dimensions}: ` +
        'config.json is of another model. Copy the whole folder again.',
    );
  return batch.texts.map((_, row) => {
    const vector = new Float32Array(dimensions);
    for (let place = 0; place < (pooling === 'cls' ? 1 : length); place += 1) {
      if (mask[row * length + place] === 0n) continue;
      const start = (row * length + place) * dimensions;
      for (let at = 0; at < dimensions; at += 1) vector[at]! += (data as Float32Array)[start + at]!;
    }
    // The mean has the direction of the sum.
    const norm = Math.hypot(...vector);
    if (!(norm > 0 && Number.isFinite(norm))) throw noNumbers({ encoder: `in ${folder.path}`, device });
    return vector.map((value) => value / norm);
  });
}

function withoutEmptyRows(mask: BigInt64Array, length: number): BigInt64Array {
  const filled = mask.slice();
  for (let start = 0; start < filled.length; start += length) filled[start] = 1n;
  return filled;
}
