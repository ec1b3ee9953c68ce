import { ApiError, type Episode, type Practice } from '@rookery/shared/api';
import { and, desc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Queryable, Transaction } from '../../db/database.ts';
import { answerDrafts, answerDraftVersions, commands, episodes, members } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { findProject } from '../projects/index.ts';
import { lockMember, type Member } from '../tasks/index.ts';
import type { EpisodeContext } from './context.ts';
import { practiceSeconds } from './load.ts';
import { freshEpisode, getEpisode } from './start.ts';

/*
 * The guided first task: a real episode over the project's library, on the same routes as any other, that leaves nothing
 * behind. It has no assignment and so no place, no lease that others wait for and no time that counts; lists, exports and
 * verification are of demonstrations alone; and a day after it began it is deleted.
 */

/** How it stands with a person's practice. */
export async function readPractice(deps: Dependencies, member: Member): Promise<Practice> {
  const { db } = deps;
  const { rows } = await db.execute<{ state: Practice['state']; has_worked: boolean }>(sql`
    select practice as state, exists (select from assignments a where a.member_id = m.id) as has_worked
    from members m where m.project_id = ${member.projectId} and m.id = ${member.memberId}`);
  const { state, has_worked: hasWorked } = rows[0]!;
  const underWay = await findUnderWay(db, { ...member, now: deps.clock() });
  return {
    state,
    isOffered: state === 'offered' && !hasWorked,
    isAvailable: (await drawQuestion(db, member)) !== null,
    episodeId: underWay,
  };
}

/**
 * Goes on with the practice that is under way, or begins one, which `again` always does.
 * @throws ApiError `wrong_state` when there is no question to practise on
 */
export async function startPractice(
  context: EpisodeContext,
  options: Member & { again: boolean },
): Promise<Episode> {
  const { deps } = context;
  const { projectId, memberId, again } = options;
  const episodeId = await deps.db.transaction(async (tx) => {
    await lockMember(tx, memberId);
    const now = deps.clock();
    const underWay = await findUnderWay(tx, { projectId, memberId, now });
    if (underWay !== null && !again) return underWay;
    if (underWay !== null) await deleteEpisodes(tx, [underWay]);
    return begin(tx, { projectId, memberId, now });
  });
  return getEpisode(context, { projectId, episodeId, viewerId: memberId });
}

type Practiser = Pick<Member, 'projectId' | 'memberId'>;

async function begin(
  tx: Transaction,
  { projectId, memberId, now }: Practiser & { now: Date },
): Promise<string> {
  const project = await findProject(tx, projectId);
  const question = await drawQuestion(tx, { projectId, memberId });
  if (!project || !question) {
    throw new ApiError('wrong_state', 'This project has no question to practise on. Start with a real task.');
  }
  const { settings, settingsVersion } = project;
  const fresh = await freshEpisode(tx, { projectId, question, settings, settingsVersion, now });
  const id = uuidv7();
  await tx.insert(episodes).values({ ...fresh, id, kind: 'practice', memberId });
  await tx.update(members).set({ practiceQuestionId: question.id }).where(eq(members.id, memberId));
  return id;
}

async function findUnderWay(
  db: Queryable,
  { projectId, memberId, now }: Practiser & { now: Date },
): Promise<string | null> {
  const [row] = await db
    .select({ id: episodes.id })
    .from(episodes)
    .where(
      and(
        eq(episodes.projectId, projectId),
        eq(episodes.memberId, memberId),
        eq(episodes.kind, 'practice'),
        inArray(episodes.state, ['browsing', 'answering']),
        gt(episodes.createdAt, keptSince(now)),
      ),
    )
    .orderBy(desc(episodes.createdAt))
    .limit(1);
  return row?.id ?? null;
}

const keptSince = (now: Date): Date => new Date(now.getTime() - practiceSeconds * 1000);

/**
 * The question to practise on: that of last time; else one of which no demonstration is wanted, which is how a lead
 * chooses it; else one that has all it wants; else, of those offered to the person, the one that would come last, unless
 * it is the only one. Whatever they practise on is never offered to them for real.
 */
async function drawQuestion(
  db: Queryable,
  { projectId, memberId }: Practiser,
): Promise<{ id: string; fullText: string } | null> {
  const { rows } = await db.execute<{ id: string; fullText: string }>(sql`
    with candidates as (
      select q.id, q.full_text, q.priority, q.created_at, q.wanted = 0 as is_spare, q.held >= q.wanted as is_full,
        coalesce(q.id = m.practice_question_id, false) as is_same
      from questions q, members m
      where q.project_id = ${projectId} and q.excluded_at is null and m.id = ${memberId}
        and not exists (select from assignments a where a.question_id = q.id and a.member_id = m.id)
    )
    select id, full_text as "fullText" from candidates
    where is_same or is_full or (select count(*) from candidates where not is_full) > 1
    order by is_same desc, is_spare desc, is_full desc, priority, created_at desc, id desc
    limit 1`);
  return rows[0] ?? null;
}

/** Ends the practice that is under way, or skips it; who has done it once has done it. */
export async function endPractice(
  deps: Dependencies,
  options: Member & { state: 'skipped' | 'done' },
): Promise<Practice> {
  const { projectId, memberId, state } = options;
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, memberId);
    const now = deps.clock();
    const underWay = await findUnderWay(tx, { projectId, memberId, now });
    if (underWay !== null && state === 'skipped') await deleteEpisodes(tx, [underWay]);
    if (underWay !== null && state === 'done') {
      await tx.update(episodes).set({ state: 'submitted', endedAt: now }).where(eq(episodes.id, underWay));
    }
    await tx
      .update(members)
      .set({ practice: sql`case when practice = 'done' then 'done' else ${state} end` })
      .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
  });
  return readPractice(deps, options);
}

const sweptAtOnce = 200;

/** Deletes practice that is a day old, finished or not. Returns how many episodes. */
export async function sweepPractice(deps: Dependencies): Promise<number> {
  for (let total = 0; ;) {
    const deleted = await deps.db.transaction(async (tx) => {
      const due = await tx
        .select({ id: episodes.id })
        .from(episodes)
        .where(and(eq(episodes.kind, 'practice'), lte(episodes.createdAt, keptSince(deps.clock()))))
        .limit(sweptAtOnce)
        .for('update', { skipLocked: true });
      await deleteEpisodes(
        tx,
        due.map(({ id }) => id),
      );
      return due.length;
    });
    total += deleted;
    if (deleted < sweptAtOnce) return total;
  }
}

/** Of practice alone: what counts is never deleted. */
async function deleteEpisodes(tx: Transaction, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.delete(answerDraftVersions).where(inArray(answerDraftVersions.episodeId, ids));
  await tx.delete(answerDrafts).where(inArray(answerDrafts.episodeId, ids));
  await tx.delete(commands).where(inArray(commands.episodeId, ids));
  await tx.delete(episodes).where(and(inArray(episodes.id, ids), eq(episodes.kind, 'practice')));
}
