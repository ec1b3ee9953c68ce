import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { keepFile } from '../cache-folder.ts';
import { encoderGraph } from './graph.ts';
import { encoderIdentity } from './identity.ts';
import { readWeights } from './weights.ts';

/**
 * The encoder's ONNX file: from the cache folder, or made, and put there whole for the next time
 * (where the folder cannot be written, with a warning in its place).
 * @throws Error if the package's weights are not those that this release was made for
 */
export async function readEncoder(cacheFolder: string): Promise<Uint8Array> {
  const { name, sha256 } = encoderIdentity;
  const place = { cacheFolder, folder: 'encoders', name: `${name}-${sha256.slice(0, 16)}.onnx` };
  const kept = await readFile(path.join(cacheFolder, place.folder, place.name)).catch(() => null);
  if (kept && hashOf(kept) === sha256) return kept;
  const made = encoderGraph(await readWeights());
  const hash = hashOf(made);
  if (hash !== sha256)
    throw new Error(
      `The encoder made from the installed package has the SHA-256 ${hash}, not ${sha256}. Install again (npm ci).`,
    );
  await keepFile(place, made);
  return made;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
