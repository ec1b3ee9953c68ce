import { ApiError, type DraftVersion, type DraftVersionKind } from '@rookery/shared/api';
import { and, desc, eq, lt, ne, sql } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { answerDrafts, answerDraftVersions } from '../../db/schema/index.ts';
import { lockMember, type Member } from '../tasks/index.ts';
import { keepAlive, loadOpen } from './activity.ts';
import type { EpisodeContext } from './context.ts';
import type { EpisodeKey } from './load.ts';

/** Of what was typed and chosen, so many versions are kept of an episode; what was submitted always is. */
const keptVersions = 60;
/** A text that lost more than half of at least so many UTF-16 units never takes the place of what it was. */
const longText = 200;
const shownBeginning = 160;

/**
 * Saves the draft of the answer as the next version. It is saved although the lease has ended, so that nothing typed
 * is lost; sending the same text again is answered the same.
 * @throws ApiError `conflict` when there is a newer version (`details.version`); `lease_lost` for another token;
 *   `wrong_state`
 */
export async function saveDraft(
  context: EpisodeContext,
  options: EpisodeKey &
    Member & { text: string; baseVersion: number; kind: 'typed' | 'chosen'; leaseToken: string },
) {
  const { deps } = context;
  return deps.db.transaction(async (tx) => {
    await lockMember(tx, options.memberId);
    const loaded = await loadOpen(tx, options);
    const now = deps.clock();
    const saved = await writeDraft(tx, { ...options, now });
    const lease = await keepAlive(tx, { loaded, now });
    return { version: saved.version, savedAt: saved.savedAt.toISOString(), lease };
  });
}

type Draft = typeof answerDrafts.$inferSelect;

async function writeDraft(
  tx: Transaction,
  draft: EpisodeKey & { text: string; baseVersion: number; kind: DraftVersionKind; now: Date },
): Promise<Draft> {
  const { projectId, episodeId, text, baseVersion, kind, now } = draft;
  const ofEpisode = and(eq(answerDrafts.projectId, projectId), eq(answerDrafts.episodeId, episodeId));
  const [written] =
    baseVersion === 0
      ? await tx
          .insert(answerDrafts)
          .values({ projectId, episodeId, text, version: 1, savedAt: now })
          .onConflictDoNothing()
          .returning()
      : await tx
          .update(answerDrafts)
          .set({ text, version: sql`${answerDrafts.version} + 1`, savedAt: now })
          .where(and(ofEpisode, eq(answerDrafts.version, baseVersion)))
          .returning();
  if (written) {
    await keepVersion(tx, { ...written, kind });
    return written;
  }
  const [newer] = await tx.select().from(answerDrafts).where(ofEpisode);
  // The same request again, whose answer was lost.
  if (newer?.text === text && newer.version === baseVersion + 1) return newer;
  throw new ApiError(
    'conflict',
    'The draft was changed elsewhere, in another tab or on another device. Load it and take over what you need.',
    { details: { version: newer?.version ?? 0 } },
  );
}

/** Keeps what is submitted as a version of the draft, which it becomes. */
export async function keepSubmitted(
  tx: Transaction,
  submitted: EpisodeKey & { text: string; now: Date },
): Promise<void> {
  const { projectId, episodeId, text, now: savedAt } = submitted;
  const [written] = await tx
    .insert(answerDrafts)
    .values({ projectId, episodeId, text, version: 1, savedAt })
    .onConflictDoUpdate({
      target: answerDrafts.episodeId,
      set: { text, version: sql`${answerDrafts.version} + 1`, savedAt },
    })
    .returning();
  await keepVersion(tx, { ...written!, kind: 'submitted' });
}

/**
 * Keeps a draft among the versions. What was typed within a minute of the clock is one version, the last of it, unless
 * much of a text is gone: nobody wants every letter, and nobody wants to lose what they deleted by mistake.
 */
async function keepVersion(tx: Transaction, draft: Draft & { kind: DraftVersionKind }): Promise<void> {
  const { episodeId, kind, text, savedAt } = draft;
  const ofEpisode = eq(answerDraftVersions.episodeId, episodeId);
  const [last] = await tx
    .select()
    .from(answerDraftVersions)
    .where(ofEpisode)
    .orderBy(desc(answerDraftVersions.version))
    .limit(1);
  const isShrunk = last !== undefined && last.text.length > longText && text.length < last.text.length / 2;
  const takesPlace = last?.kind === 'typed' && kind === 'typed' && !isShrunk;
  if (takesPlace && minuteOf(last.savedAt) === minuteOf(savedAt)) {
    await tx.delete(answerDraftVersions).where(and(ofEpisode, eq(answerDraftVersions.version, last.version)));
  }
  await tx.insert(answerDraftVersions).values(draft);
  await thin(tx, episodeId);
}

const minuteOf = (time: Date): number => Math.floor(time.getTime() / 60_000);

async function thin(tx: Transaction, episodeId: string): Promise<void> {
  const kept = and(eq(answerDraftVersions.episodeId, episodeId), ne(answerDraftVersions.kind, 'submitted'));
  const [oldest] = await tx
    .select({ version: answerDraftVersions.version })
    .from(answerDraftVersions)
    .where(kept)
    .orderBy(desc(answerDraftVersions.version))
    .offset(keptVersions - 1)
    .limit(1);
  if (oldest) {
    await tx.delete(answerDraftVersions).where(and(kept, lt(answerDraftVersions.version, oldest.version)));
  }
}

const columns = {
  version: answerDraftVersions.version,
  kind: answerDraftVersions.kind,
  savedAt: answerDraftVersions.savedAt,
  characters: sql<number>`char_length(${answerDraftVersions.text})`,
  beginning: sql<string>`left(${answerDraftVersions.text}, ${shownBeginning})`,
};

/** What the draft was before and is, newest first. */
export async function listDraftVersions(db: Queryable, key: EpisodeKey): Promise<DraftVersion[]> {
  const rows = await db
    .select(columns)
    .from(answerDraftVersions)
    .where(ofKey(key))
    .orderBy(desc(answerDraftVersions.version));
  return rows.map(({ version, kind, savedAt, characters, beginning }) => ({
    version,
    kind,
    savedAt: savedAt.toISOString(),
    characters,
    beginning,
  }));
}

/** @throws ApiError `not_found` for a version that was not kept */
export async function readDraftVersion(
  db: Queryable,
  { version, ...key }: EpisodeKey & { version: number },
): Promise<DraftVersion & { text: string }> {
  const [row] = await db
    .select({ ...columns, text: answerDraftVersions.text })
    .from(answerDraftVersions)
    .where(and(ofKey(key), eq(answerDraftVersions.version, version)));
  if (!row) throw new ApiError('not_found', 'This version of the draft was not kept. Look at another one.');
  return { ...row, savedAt: row.savedAt.toISOString() };
}

const ofKey = ({ projectId, episodeId }: EpisodeKey) =>
  and(eq(answerDraftVersions.projectId, projectId), eq(answerDraftVersions.episodeId, episodeId));
