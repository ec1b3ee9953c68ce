import {
  ApiError,
  rankerSettingsSchema,
  trainingResultSchema,
  type RankerManifest,
} from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { blobs, policyVersions } from '../../db/schema/index.ts';
import type { Conclusion, JobRow } from '../jobs/index.ts';
import { takeNextVersion } from './names.ts';

/** A manifest may be wrong in many places. */
const maxProblemLength = 500;

const inputSchema = z.object({ name: z.string(), note: z.string(), settings: rankerSettingsSchema });

/** What a training job hands in becomes the next version of its name, in the transaction that ends the job. */
export const trainingConclusion: Conclusion = {
  async conclude(deps, { tx, job, result }) {
    const { name, note, settings } = inputSchema.parse(job.input);
    const manifest = await checkManifest(tx, { result, settings });
    const taken = await takeNextVersion(tx, { projectId: job.projectId, name, kind: 'ranker' }).catch(
      (error: unknown) => {
        // To the worker a conflict would mean that the attempt is another's.
        if (error instanceof ApiError) throw refused(error.message);
        throw error;
      },
    );
    const id = uuidv7();
    const at = deps.clock();
    await tx.insert(policyVersions).values({
      id,
      projectId: job.projectId,
      ...taken,
      kind: 'ranker',
      settings,
      note,
      modelBlob: manifest.model.sha256,
      manifest,
      jobId: job.id,
      createdBy: job.createdBy,
      createdAt: at,
    });
    await recordEvent(tx, {
      projectId: job.projectId,
      actorId: null,
      objectType: 'policy-version',
      objectId: id,
      kind: 'policy-version.created',
      after: { ...taken, kind: 'ranker', settings, model: manifest.model.sha256 },
      at,
    });
    const { snapshot, heldOut, model } = manifest;
    return {
      versionId: id,
      name: taken.name,
      version: taken.version,
      demonstrations: snapshot.demonstrations,
      questions: snapshot.questions,
      decisions: snapshot.decisions,
      heldOutDecisions: heldOut.decisions,
      accuracy: heldOut.accuracy,
      sha256: model.sha256,
      size: model.size,
    };
  },

  async isTheSame(tx, { job, result }) {
    const [version] = await tx
      .select({ manifest: policyVersions.manifest })
      .from(policyVersions)
      .where(eq(policyVersions.jobId, job.id));
    const parsed = trainingResultSchema.safeParse(result);
    return parsed.success && isDeepStrictEqual(parsed.data.manifest, version?.manifest);
  },
};

async function checkManifest(
  tx: Transaction,
  { result, settings }: { result: Record<string, unknown>; settings: JobRow['input'] },
): Promise<RankerManifest> {
  const parsed = trainingResultSchema.safeParse(result);
  if (!parsed.success) {
    throw refused(
      `its manifest is not one that this server knows (${z.prettifyError(parsed.error).slice(0, maxProblemLength)})`,
    );
  }
  const { manifest } = parsed.data;
  if (!isDeepStrictEqual(manifest.settings, settings)) {
    throw refused('it was not trained with the settings of the job');
  }
  const { sha256, size } = manifest.model;
  const [blob] = await tx
    .select({ hash: blobs.hash })
    .from(blobs)
    .where(and(eq(blobs.hash, sha256), eq(blobs.size, size)));
  if (!blob) throw refused(`its model file of ${size} bytes with the SHA-256 ${sha256} was not handed in`);
  return manifest;
}

const refused = (why: string): ApiError =>
  new ApiError(
    'invalid_request',
    `The trained model was refused: ${why}. Update the model worker to the version of the server, then try again.`,
  );
