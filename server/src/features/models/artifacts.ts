import type { rewardRoutes } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';

/** Each file of a page is read, to tell whether it is what was trained. */
const mostAtOnce = 25;

type Page = z.input<(typeof rewardRoutes)['listArtifacts']['answer']>;
interface Row extends Record<string, unknown> {
  id: string;
  kind: 'ranker' | 'reward';
  projectId: string;
  projectName: string;
  name: string;
  manifest: {
    model: { sha256: string; size: number };
    snapshot: { sha256: string };
    code: { rookery: string };
  };
  createdAt: string;
  total: number;
}

/** Trained models of all projects, newest first. */
export async function listArtifacts(
  deps: Dependencies,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page> {
  const limit = Math.min(query.limit, mostAtOnce);
  const before = readCursor(z.uuid(), query.cursor);
  const { rows } = await deps.db.execute<Row>(sql`
    with artifacts as (
      select id, 'ranker' as kind, project_id, source as name, manifest, created_at from policy_versions
        where model_blob is not null
      union all
      select id, 'reward', project_id, 'reward model ' || version, manifest, created_at from reward_models
    )
    select artifacts.id, artifacts.kind, projects.id as "projectId", projects.name as "projectName", artifacts.name,
      artifacts.manifest, to_char(artifacts.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
      (select count(*)::int from artifacts) as total
    from artifacts inner join projects on projects.id = artifacts.project_id
    ${before === null ? sql`` : sql`where artifacts.id < ${before}`}
    order by artifacts.id desc limit ${limit + 1}`);
  const items: Page['items'] = [];
  for (const { id, kind, projectId, projectName, name, manifest, createdAt } of rows.slice(0, limit)) {
    const { sha256, size } = manifest.model;
    items.push({
      id,
      kind,
      project: { id: projectId, name: projectName },
      name,
      sha256,
      size,
      isIntact: await deps.blobs.isIntact(sha256),
      snapshot: manifest.snapshot.sha256,
      code: manifest.code.rookery,
      manifest,
      createdAt,
    });
  }
  return {
    items,
    nextCursor: rows.length > limit ? writeCursor(items.at(-1)!.id) : null,
    total: rows[0]?.total ?? 0,
  };
}
