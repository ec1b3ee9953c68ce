import { drawSample } from '../sampling/draw-sample.ts';
import type { JobHandler } from './index.ts';

/** Draws the samples of a question from a policy version, one after the other, from where they stand. */
export const sample: JobHandler = async (context) => {
  const { client, jobId, send } = context;
  const job = await send((signal) => client.getSamplingJob({ params: { jobId }, signal }));
  const download = (): Promise<Uint8Array> =>
    send(async (signal) => {
      const response = await client.downloadSamplingModel({ params: { jobId }, signal });
      return new Uint8Array(await response.arrayBuffer());
    });
  return context.policies.use(job.policy, download, async (policy) => {
    const ended = { answered: 0, 'no-answer': 0, duplicate: 0, cancelled: 0 };
    for (const [index, { number }] of job.samples.entries()) {
      context.reportProgress(index, job.samples.length);
      ended[await drawSample({ context, job, policy, number })] += 1;
    }
    context.reportProgress(job.samples.length, job.samples.length);
    return {
      samples: job.samples.length,
      answered: ended.answered,
      duplicates: ended.duplicate,
      noAnswer: ended['no-answer'],
    };
  });
};
