import { rankerSettingsSchema, type TrainingDemonstration } from '@rookery/shared/api';
import { z } from 'zod';
import type { JobContext, JobHandler, JobResult } from './index.ts';

const inputSchema = z.object({ settings: rankerSettingsSchema });

/** Demonstrations of one page. */
const pageSize = 10;

/** Trains a ranker on the demonstrations of its job, hands the model file in, and gives its manifest as the result. */
export const trainRanker: JobHandler = async (context) => {
  const { client, attemptToken, jobId, attempt, cacheFolder, signal, send } = context;
  const { settings } = inputSchema.parse(context.input);
  const first = await readPage(context);
  // The runtime of models is loaded by whoever needs it first.
  const ranker = await import('../policies/ranker/index.ts');
  const { model, manifest } = await ranker.trainRanker({
    demonstrations: readAll(context, first),
    total: first.total,
    settings,
    cacheFolder,
    signal,
    onProgress: (done, total) => context.reportProgress(done, total),
  });
  await send((signal) =>
    client.uploadModel({
      params: { jobId, attempt },
      query: { attemptToken },
      // A copy, since a body has to lie in memory that is not shared.
      body: new Uint8Array(model),
      signal,
    }),
  );
  return { manifest: manifest as unknown as JobResult };
};

type Page = Awaited<ReturnType<JobContext['client']['listTrainingDemonstrations']>>;

function readPage({ client, jobId, send }: JobContext, cursor?: string): Promise<Page> {
  return send((signal) =>
    client.listTrainingDemonstrations({
      params: { jobId },
      query: { limit: pageSize, ...(cursor !== undefined && { cursor }) },
      signal,
    }),
  );
}

async function* readAll(context: JobContext, first: Page): AsyncGenerator<TrainingDemonstration> {
  for (let page = first; ; page = await readPage(context, page.nextCursor)) {
    yield* page.items;
    if (page.nextCursor === null) return;
  }
}
