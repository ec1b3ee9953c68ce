import { ApiError } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { blobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

/** A manifest may be wrong in many places. */
const maxProblemLength = 500;

/** What every manifest of a trained model has. */
interface Manifest {
  model: { sha256: string; size: number };
  settings: unknown;
}

/**
 * The manifest that a training hands in as its result, if it is one and was made with the job's settings. `checkModelFile` looks at its file.
 * @throws ApiError `invalid_request`
 */
export function checkManifest<M extends Manifest>(handedIn: {
  result: unknown;
  settings: unknown;
  schema: z.ZodType<{ manifest: M }>;
}): M {
  const { result, settings, schema } = handedIn;
  const parsed = schema.safeParse(result);
  if (!parsed.success) {
    throw refusedModel(
      `its manifest is not one that this server knows (${z.prettifyError(parsed.error).slice(0, maxProblemLength)})`,
    );
  }
  const { manifest } = parsed.data;
  if (isDeepStrictEqual(manifest.settings, settings)) return manifest;
  throw refusedModel('it was not trained with the settings of the job');
}

/**
 * Whether the file that a manifest names was handed in before, and is there as it was. It is read for that, and may be large: not to be done in
 * a transaction.
 * @throws ApiError `invalid_request`
 */
export async function checkModelFile(
  deps: Dependencies,
  { model: { sha256, size } }: Pick<Manifest, 'model'>,
): Promise<void> {
  const isFile = and(eq(blobs.hash, sha256), eq(blobs.size, size));
  if ((await deps.db.$count(blobs, isFile)) === 0)
    throw refusedModel(`its model file of ${size} bytes with the SHA-256 ${sha256} was not handed in`);
  if (!(await deps.blobs.isIntact(sha256))) {
    throw new ApiError(
      'invalid_request',
      'The model file was damaged on the server after it was handed in. Look at its disk, then train again.',
    );
  }
}

export const refusedModel = (why: string): ApiError =>
  new ApiError(
    'invalid_request',
    `The trained model was refused: ${why}. Update the model worker to the version of the server, then try again.`,
  );
