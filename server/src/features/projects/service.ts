import { ApiError, projectSettingsSchema, type Project, type ProjectSettings } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { violatedUnique, type Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { projects, projectSettings } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createMember } from '../people/index.ts';
import { applySettings } from './apply-settings.ts';
import { findProject, lockProject, presentProject, type ProjectRow } from './queries.ts';

/** What a new project starts with. */
export const defaultSettings: ProjectSettings = projectSettingsSchema.parse({ browser: {} });

/**
 * Makes a project with its settings as version 1, led by its maker, who may do all else in it too.
 * @throws the unique violation `projects_name`
 */
export async function insertProject(
  tx: Transaction,
  project: {
    name: string;
    /** Left out: the default ones. */
    settings?: ProjectSettings;
    makerId: string;
    actorId: string | null;
    at: Date;
  },
): Promise<ProjectRow> {
  const { name, settings = defaultSettings, makerId, actorId, at } = project;
  const id = uuidv7();
  await tx.insert(projects).values({ id, name, settingsVersion: 1, createdAt: at });
  await tx
    .insert(projectSettings)
    .values({ projectId: id, version: 1, settings, createdBy: actorId, createdAt: at });
  await recordEvent(tx, {
    projectId: id,
    actorId,
    objectType: 'project',
    objectId: id,
    kind: 'project.created',
    after: { name },
    at,
  });
  const roles = ['lead', 'demonstrator', 'rater'] as const;
  await createMember(tx, { projectId: id, personId: makerId, roles, actorId, at });
  return { id, name, settings, settingsVersion: 1, createdAt: at };
}

/** @throws ApiError `already_exists` when the name is taken, in any case of its letters */
export async function createProject(
  deps: Dependencies,
  { name, actorId }: { name: string; actorId: string },
): Promise<Project> {
  const at = deps.clock();
  const row = await orNameTaken(name, () =>
    deps.db.transaction((tx) => insertProject(tx, { name, makerId: actorId, actorId, at })),
  );
  return presentProject(row, { isLead: true });
}

/**
 * Renames a project, or stores its settings as a new version.
 * @throws ApiError `not_found`; `already_exists` when the name is taken; `conflict` when `settingsVersion` is no longer
 *   the newest
 */
export async function updateProject(
  deps: Dependencies,
  change: {
    projectId: string;
    name?: string | undefined;
    settings?: ProjectSettings | undefined;
    settingsVersion?: number | undefined;
    actorId: string;
  },
): Promise<Project> {
  const { projectId, settings, actorId } = change;
  const at = deps.clock();
  const update = async (tx: Transaction): Promise<ProjectRow> => {
    await lockProject(tx, projectId);
    const before = await findProject(tx, projectId);
    if (!before) throw new ApiError('not_found', 'There is no such project.');
    const after = { ...before, name: change.name ?? before.name };
    const event = { projectId, actorId, objectType: 'project', objectId: projectId, at };
    if (settings) {
      if (change.settingsVersion !== undefined && change.settingsVersion !== before.settingsVersion) {
        throw new ApiError(
          'conflict',
          'Somebody else changed the settings meanwhile. Load them again, then change them.',
          {
            details: { settingsVersion: before.settingsVersion },
          },
        );
      }
      after.settings = settings;
      after.settingsVersion = before.settingsVersion + 1;
      await tx.insert(projectSettings).values({
        projectId,
        version: after.settingsVersion,
        settings,
        createdBy: actorId,
        createdAt: at,
      });
      await applySettings(tx, { projectId, before: before.settings, after: settings, at });
      await recordEvent(tx, {
        ...event,
        kind: 'project.settings_changed',
        before: { version: before.settingsVersion },
        after: { version: after.settingsVersion },
      });
    }
    if (after.name !== before.name) {
      await recordEvent(tx, {
        ...event,
        kind: 'project.renamed',
        before: { name: before.name },
        after: { name: after.name },
      });
    }
    const { name, settingsVersion } = after;
    await tx.update(projects).set({ name, settingsVersion }).where(eq(projects.id, projectId));
    return after;
  };
  const changed = await orNameTaken(change.name ?? '', () => deps.db.transaction(update));
  return presentProject(changed, { isLead: true });
}

/** One version of a project's settings: what work that names it was done under. */
export async function readSettingsVersion(
  db: Dependencies['db'] | Transaction,
  key: { projectId: string; version: number },
): Promise<ProjectSettings | null> {
  const [row] = await db
    .select({ settings: projectSettings.settings })
    .from(projectSettings)
    .where(and(eq(projectSettings.projectId, key.projectId), eq(projectSettings.version, key.version)));
  return row?.settings ?? null;
}

/** What `work` gives. @throws ApiError `already_exists` where another project has the name it makes */
export async function orNameTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (violatedUnique(error) !== 'projects_name') throw error;
    throw new ApiError('already_exists', `There is a project named “${name}” already. Choose another name.`);
  }
}
