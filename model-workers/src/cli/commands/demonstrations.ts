import type { ReviewStanding } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { downloadJobFile } from '../download.ts';
import type { Io } from '../io.ts';
import { waitForJob } from '../jobs.ts';
import type { Outcome } from '../run.ts';

export interface ExportOptions extends ProjectOptions {
  out: string;
  format: 'steps' | 'episodes';
  includeInvalidSteps?: boolean;
  reviewState: ReviewStanding[];
}

/** Exports the project's demonstrations into a file of JSONL, and checks that all of it arrived. */
export async function exportDemonstrations(io: Io, options: ExportOptions): Promise<Outcome> {
  const connection = await connect(io, options);
  const { client } = connection;
  const { id: projectId } = await findProject(client, options.project);
  const { format, includeInvalidSteps = false, json } = options;
  const standings = [...options.reviewState];
  const created = await client.createExport({
    params: { projectId },
    body: { format, includeInvalidSteps, standings },
  });
  const job = await waitForJob(io, { client, projectId, jobId: created.id, label: 'Exporting', json });
  const { size, sha256 } = await downloadJobFile(io, {
    connection,
    projectId,
    job,
    target: options.out,
    json,
  });
  return {
    json: { jobId: job.id, file: options.out, size, sha256, result: job.result },
    text: `Wrote ${options.out}: ${size} bytes, SHA-256 ${sha256}.\n`,
  };
}
