import {
  ApiError,
  rankerSettingsSchema,
  trainingResultSchema,
  type RankerManifest,
} from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { recordEvent } from '../../db/events.ts';
import { policyVersions } from '../../db/schema/index.ts';
import type { Conclusion, JobRow } from '../jobs/index.ts';
import { checkManifest, checkModelFile, refusedModel } from '../models/index.ts';
import { takeNextVersion } from './names.ts';

const inputSchema = z.object({ name: z.string(), note: z.string(), settings: rankerSettingsSchema });

const manifestOf = ({ job, result }: { job: JobRow; result: unknown }): RankerManifest => {
  const { settings } = inputSchema.parse(job.input);
  return checkManifest({ result, settings, schema: trainingResultSchema });
};

/** What a training job hands in becomes the next version of its name, in the transaction that ends the job. */
export const trainingConclusion: Conclusion = {
  check: (deps, ended) => checkModelFile(deps, manifestOf(ended)),

  async conclude(deps, { tx, job, result }) {
    const { name, note, settings } = inputSchema.parse(job.input);
    const manifest = manifestOf({ job, result });
    const taken = await takeNextVersion(tx, { projectId: job.projectId, name, kind: 'ranker' }).catch(
      (error: unknown) => {
        // To the worker a conflict would mean that the attempt is another's.
        if (error instanceof ApiError) throw refusedModel(error.message);
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
