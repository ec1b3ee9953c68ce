import {
  policyKinds,
  type EndpointSettings,
  type RankerManifest,
  type RankerSettings,
} from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { blobs } from './blobs.ts';
import { enumeration, id, oneOf, time } from './columns.ts';
import { jobs } from './jobs.ts';
import { people } from './people.ts';
import { projects } from './projects.ts';

/** Versions of policies. Rows are only added: what a version sampled names it. */
export const policyVersions = pgTable(
  'policy_versions',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    name: text('name').notNull(),
    /** Counts from 1 within the name. */
    version: integer('version').notNull(),
    /** What its answers name as their source: name and version. */
    source: text('source').notNull(),
    kind: enumeration('kind', policyKinds).notNull(),
    settings: jsonb('settings').$type<RankerSettings | EndpointSettings>().notNull(),
    note: text('note').notNull(),
    /** The model file of a trained one; its hash is what the manifest says. */
    modelBlob: text('model_blob').references(() => blobs.hash),
    manifest: jsonb('manifest').$type<RankerManifest>(),
    /** That trained it. */
    jobId: uuid('job_id'),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('policy_versions_in_project').on(table.projectId, table.id),
    uniqueIndex('policy_versions_name').on(table.projectId, sql`lower(${table.name})`, table.version),
    uniqueIndex('policy_versions_job').on(table.jobId),
    index('policy_versions_order').on(table.projectId, table.createdAt),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    oneOf('policy_versions_kind', table.kind, policyKinds),
    check(
      'policy_versions_trained',
      sql`(${table.kind} = 'ranker') = (${table.modelBlob} is not null)
        and (${table.kind} = 'ranker') = (${table.manifest} is not null)
        and (${table.kind} = 'ranker') = (${table.jobId} is not null)`,
    ),
  ],
);
