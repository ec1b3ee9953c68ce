import { rewardResultSchema, rewardSettingsSchema, type RewardManifest } from '@rookery/shared/api';
import { eq, max } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { recordEvent } from '../../db/events.ts';
import { rewardModels } from '../../db/schema/index.ts';
import type { Conclusion, JobRow } from '../jobs/index.ts';
import { checkManifest, checkModelFile } from '../models/index.ts';
import { lockProject } from '../projects/index.ts';

const inputSchema = z.object({ note: z.string(), settings: rewardSettingsSchema });

const manifestOf = ({ job, result }: { job: JobRow; result: unknown }): RewardManifest => {
  const { settings } = inputSchema.parse(job.input);
  return checkManifest({ result, settings, schema: rewardResultSchema });
};

/** What a training hands in becomes the next version of the reward model, in the transaction that ends the job. */
export const rewardConclusion: Conclusion = {
  check: (deps, ended) => checkModelFile(deps, manifestOf(ended)),

  async conclude(deps, { tx, job, result }) {
    const { projectId } = job;
    const { note, settings } = inputSchema.parse(job.input);
    const manifest = manifestOf({ job, result });
    await lockProject(tx, projectId);
    const [newest] = await tx
      .select({ version: max(rewardModels.version) })
      .from(rewardModels)
      .where(eq(rewardModels.projectId, projectId));
    const version = (newest?.version ?? 0) + 1;
    const id = uuidv7();
    const at = deps.clock();
    const { model, snapshot, heldOut } = manifest;
    await tx.insert(rewardModels).values({
      id,
      projectId,
      version,
      settings,
      note,
      modelBlob: model.sha256,
      manifest,
      jobId: job.id,
      createdBy: job.createdBy,
      createdAt: at,
    });
    await recordEvent(tx, {
      projectId,
      actorId: null,
      objectType: 'reward-model',
      objectId: id,
      kind: 'reward-model.created',
      after: { version, settings, model: model.sha256, snapshot: snapshot.sha256 },
      at,
    });
    await deps.live.publish(tx, { projectId }, { type: 'reward-models', projectId });
    return {
      modelId: id,
      version,
      comparisons: snapshot.comparisons,
      pairs: snapshot.pairs,
      questions: snapshot.questions,
      accuracy: heldOut.accuracy,
      sha256: model.sha256,
      size: model.size,
    };
  },

  async isTheSame(tx, { job, result }) {
    const [model] = await tx
      .select({ manifest: rewardModels.manifest })
      .from(rewardModels)
      .where(eq(rewardModels.jobId, job.id));
    const parsed = rewardResultSchema.safeParse(result);
    return parsed.success && isDeepStrictEqual(parsed.data.manifest, model?.manifest);
  },
};
