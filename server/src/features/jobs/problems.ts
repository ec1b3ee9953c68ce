import { cleanText } from '@rookery/shared/api';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { jobProblems, jobs } from '../../db/schema/index.ts';
import type { JobRow } from './presenter.ts';

/** Reports what could not be used of a model job that runs; reporting the same file again is the same as once. */
export async function addProblemOnce(
  db: Database,
  { job, file, reason }: { job: Pick<JobRow, 'id' | 'projectId'>; file: string; reason: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx
      .select({ problems: jobs.problems })
      .from(jobs)
      .where(eq(jobs.id, job.id))
      .for('update');
    const isOfFile = and(eq(jobProblems.jobId, job.id), eq(jobProblems.file, file));
    const [known] = await tx
      .select({ number: jobProblems.number })
      .from(jobProblems)
      .where(isOfFile)
      .limit(1);
    if (!row || known) return;
    await tx
      .update(jobs)
      .set({ problems: sql`${jobs.problems} + 1` })
      .where(eq(jobs.id, job.id));
    await tx.insert(jobProblems).values({
      projectId: job.projectId,
      jobId: job.id,
      number: row.problems + 1,
      file,
      row: null,
      reason: cleanText(reason),
    });
  });
}
