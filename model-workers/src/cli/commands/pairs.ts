import type { Client, QuestionUse } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import type { Io } from '../io.ts';
import { waitForJob } from '../jobs.ts';
import type { Outcome } from '../run.ts';
import { describeResult } from './imports.ts';

export interface PairsOptions extends ProjectOptions {
  form: FormName;
  perQuestion?: number;
  acrossSources?: boolean;
  overlap?: number;
  /** Percent. */
  rerated?: number;
  calibration?: boolean;
  priority: number;
  seed?: string;
  use?: QuestionUse[];
  dataset?: string[];
  source?: string[];
  dryRun?: boolean;
}

type Body = NonNullable<Parameters<Client['createPairing']>[0]['body']>;

/** Makes pairs of answers, or with `dryRun` tells how many would be made. */
export async function makePairs(io: Io, options: PairsOptions): Promise<Outcome> {
  const { perQuestion, overlap, rerated, use, dataset, source } = options;
  const body: Body = {
    form: options.form,
    acrossSources: options.acrossSources ?? false,
    calibration: options.calibration ?? false,
    priority: options.priority,
    seed: options.seed ?? '',
    ...(perQuestion !== undefined && { perQuestion }),
    ...(overlap !== undefined && { overlap }),
    ...(rerated !== undefined && { reratedPercent: rerated }),
    ...(use !== undefined && { uses: use }),
    ...(dataset !== undefined && { datasets: dataset }),
    ...(source !== undefined && { sources: source }),
  };
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  if (options.dryRun) {
    const preview = await client.previewPairing({ params: { projectId }, body });
    const { questions, answers, candidates, twins, existing, pairs, comparisons } = preview;
    const wanted = Math.round(comparisons);
    return {
      json: preview,
      text: [
        `${questions} questions with ${answers} answers have ${candidates} possible pairs; ${twins} more are of the same text.`,
        `${existing} pairs are there already; ${pairs} would be made, for about ${wanted} comparisons.`,
        'Nothing was made. Leave out --dry-run to make them.',
        '',
      ].join('\n'),
    };
  }
  const { id: jobId } = await client.createPairing({ params: { projectId }, body });
  const job = await waitForJob(io, { client, projectId, jobId, label: 'Making pairs', json: options.json });
  return { json: { jobId, result: job.result }, text: `Done: ${describeResult(job)}.\n` };
}
