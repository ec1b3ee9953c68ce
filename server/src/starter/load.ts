import { ApiError } from '@rookery/shared/api';
import { and, asc, eq, sql } from 'drizzle-orm';
import { Readable } from 'node:stream';
import type { Transaction } from '../db/database.ts';
import { jobs } from '../db/schema/index.ts';
import type { Dependencies } from '../dependencies.ts';
import { addImportFile, startImport } from '../features/imports/index.ts';
import { createJob } from '../features/jobs/index.ts';
import { defaultSettings, insertProject, type ProjectRow } from '../features/projects/index.ts';
import { starterDomains, starterPages, starterQuestionFiles } from './content.ts';

export const starterProjectName = 'Starter project';

/** Imports of the starter project say so in their input, so that one that was cut off is found again. */
const mark = { starter: true };
/** Every page brings its own address. */
const baseUrl = 'https://starter.example/';

/**
 * Makes a starter project, led by its maker, in which simulated people may work, and begins the imports of its questions and pages:
 * `loadStarter` gives them their files. All of it or nothing, so that a server that is killed on the way leaves what the next one
 * goes on with.
 */
export async function insertStarterProject(
  tx: Transaction,
  project: {
    name?: string;
    makerId: string;
    /** Left out: the installation itself. */
    actorId?: string;
    at: Date;
  },
): Promise<ProjectRow> {
  const { name = starterProjectName, makerId, actorId = null, at } = project;
  const settings = { ...defaultSettings, simulation: 'allowed' } as const;
  const row = await insertProject(tx, { name, settings, makerId, actorId, at });
  const { id: projectId } = row;
  const job = { projectId, createdBy: makerId, state: 'uploading', at } as const;
  await createJob(tx, { ...job, kind: 'import-library', input: { ...mark, baseUrl } });
  await createJob(tx, { ...job, kind: 'import-questions', input: mark });
  return row;
}

/**
 * Gives the imports of the starter project their files and starts them, if there are any that wait: those of a project that was just
 * made, or that an earlier server was killed over. Servers that do so at the same time do it once.
 */
export async function loadStarter(deps: Dependencies): Promise<void> {
  const waiting = await deps.db
    .select({ jobId: jobs.id, projectId: jobs.projectId, kind: jobs.kind, actorId: jobs.createdBy })
    .from(jobs)
    .where(and(eq(jobs.state, 'uploading'), sql`${jobs.input} @> ${JSON.stringify(mark)}::jsonb`))
    .orderBy(asc(jobs.id));
  for (const { kind, actorId, ...key } of waiting) {
    if (actorId === null) continue;
    try {
      for await (const { path, content } of kind === 'import-library' ? libraryFiles() : questionFiles()) {
        await addImportFile(deps, { ...key, path, content: Readable.from([content]) });
      }
      await startImport(deps, { ...key, actorId });
    } catch (error) {
      // Another server was faster, or the lead has cancelled it.
      if (!(error instanceof ApiError && error.code === 'wrong_state')) throw error;
    }
  }
}

type ImportFile = { path: string; content: Buffer };

/** A file per domain, a row per page. */
async function* libraryFiles(): AsyncGenerator<ImportFile> {
  for (const domain of await starterDomains()) {
    const rows = (await starterPages(domain)).map((page) => `${JSON.stringify(page)}\n`);
    yield { path: `${domain}.jsonl`, content: Buffer.from(rows.join('')) };
  }
}

async function* questionFiles(): AsyncGenerator<ImportFile> {
  for (const { name, content } of await starterQuestionFiles()) yield { path: name, content };
}
