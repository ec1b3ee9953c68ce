import { projectSettingsSchema, type Project } from '@rookery/shared/api';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { members, projects, projectSettings } from '../../db/schema/index.ts';

const columns = {
  id: projects.id,
  name: projects.name,
  settings: projectSettings.settings,
  settingsVersion: projects.settingsVersion,
  createdAt: projects.createdAt,
};

const newestSettings = and(
  eq(projectSettings.projectId, projects.id),
  eq(projectSettings.version, projects.settingsVersion),
);

export type ProjectRow = NonNullable<Awaited<ReturnType<typeof findProject>>>;

/** A project with its newest settings, and which version they are. */
export async function findProject(db: Queryable, projectId: string) {
  const [row] = await db
    .select(columns)
    .from(projects)
    .innerJoin(projectSettings, newestSettings)
    .where(eq(projects.id, projectId));
  return row ?? null;
}

/** Lets one transaction at a time go on from here in a project: for what counts on from the last, or is one of its kind. */
export async function lockProject(tx: Transaction, projectId: string): Promise<void> {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId)).for('no key update');
}

/** By name: the projects a person belongs to, and whether they lead them; all of them, as their lead, for `'all'`. */
export async function listProjectRows(
  db: Queryable,
  whose: 'all' | { personId: string },
): Promise<(ProjectRow & { isLead: boolean })[]> {
  const isLead = whose === 'all' ? sql<boolean>`true` : sql<boolean>`'lead' = any(${members.roles})`;
  const query = db
    .select({ ...columns, isLead })
    .from(projects)
    .innerJoin(projectSettings, newestSettings)
    .$dynamic();
  if (whose !== 'all') {
    query.innerJoin(
      members,
      and(
        eq(members.projectId, projects.id),
        eq(members.personId, whose.personId),
        isNull(members.removedAt),
      ),
    );
  }
  return query.orderBy(asc(sql`lower(${projects.name})`));
}

const { comparisons: defaultComparisons } = projectSettingsSchema.parse({ browser: {} });

/**
 * A project as its leads see it, or as others do: how pairs are given out is not for those who compare them, since it
 * would tell them which are calibration pairs. They are told the defaults.
 */
export function presentProject(row: ProjectRow, { isLead }: { isLead: boolean }): Project {
  const { settings } = row;
  const { leaseMinutes, leasesPerPerson, revisionMinutes, questionFlags } = settings.comparisons;
  const told = { ...defaultComparisons, leaseMinutes, leasesPerPerson, revisionMinutes, questionFlags };
  return {
    id: row.id,
    name: row.name,
    settings: isLead ? settings : { ...settings, comparisons: told },
    settingsVersion: row.settingsVersion,
    createdAt: row.createdAt.toISOString(),
  };
}
