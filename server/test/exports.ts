import type { Client, ExportComparisonsOptions, Job } from '@rookery/shared/api';
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Dependencies } from '../src/dependencies.ts';
import { exportComparisons } from '../src/features/exports/index.ts';
import { runDelivered, type Processors } from '../src/jobs/runner.ts';

export type ExportOptions = Partial<ExportComparisonsOptions> & Pick<ExportComparisonsOptions, 'format'>;

export interface Exported {
  job: Job;
  text: string;
  /** What the lines say. */
  lines: unknown[];
}

/** Exports comparisons through the API, does the job here and now, and sees that the file is what the result says. */
export async function exportComparisonsAs(
  deps: Dependencies,
  { client, projectId, options }: { client: Client; projectId: string; options: ExportOptions },
): Promise<Exported> {
  const { id: jobId } = await client.createComparisonExport({ params: { projectId }, body: options });
  const processors = { 'export-comparisons': exportComparisons } as unknown as Processors;
  const { signal } = new AbortController();
  await runDelivered(deps, { jobId, attempt: 1, kind: 'export-comparisons', signal }, processors);
  const params = { projectId, jobId };
  const job = await client.getJob({ params });
  expect(job).toMatchObject({ state: 'done', error: null });
  const text = await (await client.downloadJobFile({ params })).text();
  const lines = text.split('\n').slice(0, -1);
  expect(job.result).toMatchObject({
    sha256: createHash('sha256').update(text).digest('hex'),
    size: Buffer.byteLength(text),
    rows: lines.length,
  });
  return { job, text, lines: lines.map((line) => JSON.parse(line) as unknown) };
}
