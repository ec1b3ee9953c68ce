import path from 'node:path';
import type { EncoderFolder } from './encoder/index.ts';
import { encoderIdentity } from './encoder/identity.ts';
import { FinalFailure } from './final-failure.ts';
import { WorkerStartError } from './takes.ts';

const variable = /^ROOKERY_ENCODER_([A-Z][A-Z0-9_]{0,59})$/;

/**
 * The encoder folders that an environment names, by name: `ROOKERY_ENCODER_<NAME>`. What is in them is looked at when one is used.
 * @throws WorkerStartError that names a wrong variable
 */
export function readEncoderFolders(env: Record<string, unknown>): Map<string, EncoderFolder> {
  const folders = new Map<string, EncoderFolder>();
  for (const [key, value] of Object.entries(env).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (!key.startsWith('ROOKERY_ENCODER_') || typeof value !== 'string') continue;
    const name = variable.exec(key)?.[1];
    if (name === undefined)
      throw new WorkerStartError(
        `${key} has to end with a name of capital letters, digits and underscores, at most 60, like ROOKERY_ENCODER_MINILM.`,
      );
    folders.set(name, { name, path: path.resolve(value) });
  }
  return folders;
}

/**
 * Where the encoder of a name is; null for the one that npm ships.
 * @throws FinalFailure that says what to set, where this worker has none of that name
 */
export function encoderFolderOf(
  name: string,
  folders: ReadonlyMap<string, EncoderFolder>,
): EncoderFolder | null {
  if (name === encoderIdentity.name) return null;
  const folder = folders.get(name);
  if (folder) return folder;
  throw new FinalFailure(
    `This worker has no encoder ${name}: set ROOKERY_ENCODER_${name} to its folder in the environment of every worker that trains and ` +
      'scores, start it again, and try the job again.',
  );
}
