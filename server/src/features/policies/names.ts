import { ApiError, type PolicyKind } from '@rookery/shared/api';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { jobs, policyVersions } from '../../db/schema/index.ts';
import { openStates } from '../jobs/index.ts';
import { lockProject } from '../projects/index.ts';

/**
 * The next version of a name in a project, which nobody else takes until the transaction ends. A name is spelt as it was at first.
 * @throws ApiError `conflict` when the name belongs to policies of another kind, or is about to
 */
export async function takeNextVersion(
  tx: Transaction,
  key: { projectId: string; name: string; kind: PolicyKind },
): Promise<{ name: string; version: number; source: string }> {
  const { projectId, kind } = key;
  await lockProject(tx, projectId);
  const [newest] = await tx
    .select({ name: policyVersions.name, version: policyVersions.version, kind: policyVersions.kind })
    .from(policyVersions)
    .where(
      and(eq(policyVersions.projectId, projectId), sql`lower(${policyVersions.name}) = lower(${key.name})`),
    )
    .orderBy(desc(policyVersions.version))
    .limit(1);
  if (newest && newest.kind !== kind) throw nameTaken(key.name, newest.kind);
  if (!newest && kind === 'endpoint' && (await isBeingTrained(tx, key))) throw nameTaken(key.name, 'ranker');
  const name = newest?.name ?? key.name;
  const version = (newest?.version ?? 0) + 1;
  return { name, version, source: `${name} ${version}` };
}

async function isBeingTrained(
  tx: Transaction,
  { projectId, name }: { projectId: string; name: string },
): Promise<boolean> {
  const [job] = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, projectId),
        eq(jobs.kind, 'train-ranker'),
        inArray(jobs.state, openStates),
        sql`lower(${jobs.input} ->> 'name') = lower(${name})`,
      ),
    )
    .limit(1);
  return job !== undefined;
}

const nouns: Record<PolicyKind, string> = { ranker: 'rankers', endpoint: 'policies at an endpoint' };

const nameTaken = (name: string, kind: PolicyKind): ApiError =>
  new ApiError(
    'conflict',
    `The name "${name}" belongs to ${nouns[kind]} in this project. Choose another one.`,
  );
