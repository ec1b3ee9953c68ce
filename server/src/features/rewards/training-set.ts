import type { RewardPreview, RewardSettings } from '@rookery/shared/api';
import { fewestPreferred, isTie, labelOf } from '@rookery/shared/reward';
import { and, asc, eq, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { counts } from '../../db/counting-comparisons.ts';
import type { Queryable, Transaction } from '../../db/database.ts';
import { countsAsAccepted, isDone } from '../../db/review-standing.ts';
import {
  answers,
  assignments,
  comparisonImports,
  comparisons,
  episodes,
  members,
  pairs,
  questions,
  ratings,
  rewardTrainingComparisons,
  rewardZeroAnswers,
} from '../../db/schema/index.ts';
import { decideHeldOut } from './held-out.ts';

/** `people`, `simulated`, or the name of an import. */
const source = sql<string>`case when ${comparisons.origin} = 'import' then ${comparisonImports.name}
  when ${members.isSimulated} then 'simulated' else 'people' end`;

/** Which comparisons count, whatever the choice of sources: they have an overall rating, and nothing of them is out of use. */
const isUsable = (projectId: string): SQL =>
  and(
    eq(comparisons.projectId, projectId),
    counts,
    isNull(comparisons.questionFlag),
    isNull(questions.excludedAt),
    sql`exists (select from ratings where ratings.comparison_id = comparisons.id and ratings.criterion = 'overall')`,
  )!;

const isChosen = ({ imported, simulated }: RewardSettings): SQL =>
  sql`case when ${comparisons.origin} = 'import' then ${imported}::boolean
    when ${members.isSimulated} then ${simulated}::boolean else true end`;

/** Joins what the conditions read to `comparisons`. */
const from = sql`${comparisons}
  inner join ${pairs} on ${pairs.id} = ${comparisons.pairId}
  inner join ${questions} on ${questions.id} = ${pairs.questionId}
  left join ${members} on ${members.id} = ${comparisons.memberId}
  left join ${comparisonImports} on ${comparisonImports.id} = ${comparisons.importId}`;

/** What a training would learn from, and which of its questions are held out. */
export interface TrainingDraft {
  figures: Omit<RewardPreview, 'problem'>;
  /** Why it would be refused, and what to do. */
  problem: string | null;
  /** Questions that no training has met before, and whether they are held out from now on. */
  decided: Map<string, boolean>;
}

/** Changes nothing. */
export async function draftTraining(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<TrainingDraft> {
  const { rows } = await db.execute<{
    questionId: string;
    fullText: string;
    isHeldOut: boolean | null;
    overall: number[];
    sources: string[];
  }>(sql`select ${questions.id} as "questionId", ${questions.fullText} as "fullText", ${questions.isHeldOut} as "isHeldOut",
      array_agg(${ratings.value}) as overall, array_agg(${source}) as sources
    from ${from} inner join ${ratings} on ${ratings.comparisonId} = ${comparisons.id} and ${ratings.criterion} = 'overall'
    where ${isUsable(projectId)} and ${isChosen(settings)}
    group by ${pairs.id}, ${questions.id}`);
  const leftOut = await readLeftOut(db, { projectId, settings });
  const decided = decideHeldOut(rows, {
    projectId,
    percent: settings.heldOutPercent,
    decided: await readDecided(db, projectId),
  });
  const isHeldOut = (row: (typeof rows)[number]): boolean => row.isHeldOut ?? decided.get(row.questionId)!;
  const labels = rows.map((row) => ({
    isHeldOut: isHeldOut(row),
    isTie: isTie(labelOf(row.overall, settings.muchBetter)!),
  }));
  const bySource = Map.groupBy(
    rows.flatMap(({ sources }) => sources),
    (name) => name,
  );
  const heldOut = new Set(rows.filter(isHeldOut).map(({ questionId }) => questionId));
  const figures = {
    comparisons: rows.reduce((sum, { overall }) => sum + overall.length, 0),
    pairs: rows.length,
    ties: labels.filter((label) => label.isTie).length,
    questions: new Set(rows.map(({ questionId }) => questionId)).size,
    heldOutQuestions: heldOut.size,
    bySource: [...bySource]
      .map(([name, all]) => ({ source: name, comparisons: all.length }))
      .toSorted((one, other) => other.comparisons - one.comparisons),
    leftOut,
  };
  return { figures, decided, problem: problemOf(figures, labels) };
}

/** Every question of a project that a training has met, whether or not this one does. */
const readDecided = (db: Queryable, projectId: string) =>
  db
    .select({ fullText: questions.fullText, isHeldOut: questions.isHeldOut })
    .from(questions)
    .where(and(eq(questions.projectId, projectId), isNotNull(questions.isHeldOut)));

/** Comparisons that would count but for the choice of sources. */
async function readLeftOut(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<RewardPreview['leftOut']> {
  const { rows } = await db.execute<RewardPreview['leftOut']>(sql`select
      (count(*) filter (where ${comparisons.origin} = 'import'))::int as imported,
      (count(*) filter (where ${members.isSimulated}))::int as simulated
    from ${from} where ${isUsable(projectId)} and not ${isChosen(settings)}`);
  return rows[0]!;
}

function problemOf(
  { pairs: all, ties, questions: asked, leftOut }: Omit<RewardPreview, 'problem'>,
  labels: readonly { isHeldOut: boolean; isTie: boolean }[],
): string | null {
  const preferred = all - ties;
  const others =
    leftOut.imported + leftOut.simulated > 0
      ? ` ${leftOut.imported} imported and ${leftOut.simulated} simulated comparisons are left out by the settings.`
      : '';
  if (all > 0 && preferred === 0)
    return `All ${all} pairs are ties: nothing can be learnt from them. Have more pairs compared.${others}`;
  if (preferred < fewestPreferred)
    return (
      `Training needs at least ${fewestPreferred} pairs of which one answer is preferred; there are ${preferred}. ` +
      `Have more pairs compared, or import comparisons.${others}`
    );
  if (asked < 2)
    return (
      'All comparisons are of one question, and some questions have to be held out to test the model. ' +
      `Have pairs of other questions compared.${others}`
    );
  const side = [true, false].find(
    (isHeldOut) => !labels.some((label) => label.isHeldOut === isHeldOut && !label.isTie),
  );
  if (side === undefined) return null;
  return side
    ? `No pair of the held-out questions has a preferred answer, so the model could not be tested. Have pairs of more questions compared.${others}`
    : `Every pair with a preferred answer is of a held-out question, so nothing is left to learn from. Have pairs of more questions compared.${others}`;
}

/** Writes down which questions are held out. */
async function writeDecided(
  tx: Transaction,
  { projectId, decided }: { projectId: string; decided: TrainingDraft['decided'] },
): Promise<void> {
  if (decided.size === 0) return;
  const heldOut = [...decided].filter(([, isHeldOut]) => isHeldOut).map(([id]) => id);
  // One parameter each: a statement has no more than 65,535.
  const isOneOf = (ids: readonly string[]): SQL => sql`${questions.id} = any(${sql.param(ids)}::uuid[])`;
  const isOpen = and(
    eq(questions.projectId, projectId),
    isOneOf([...decided.keys()]),
    isNull(questions.isHeldOut),
  );
  // Locked in the order in which leads' changes of many questions lock them, or the two could wait for one another.
  await tx
    .select({ id: questions.id })
    .from(questions)
    .where(isOpen)
    .orderBy(asc(questions.id))
    .for('no key update');
  await tx
    .update(questions)
    .set({ isHeldOut: isOneOf(heldOut) })
    .where(isOpen);
}

/**
 * Fixes what a job learns from: writes down which questions are held out, copies the comparisons that count with their ratings, and
 * names the accepted demonstrations, whose mean score is the zero. The project's row has to be locked.
 */
export async function fixTraining(
  tx: Transaction,
  key: { projectId: string; jobId: string; settings: RewardSettings; decided: TrainingDraft['decided'] },
): Promise<void> {
  const { projectId, jobId, settings, decided } = key;
  await writeDecided(tx, { projectId, decided });
  // A comparison of a question that was not met when they were decided was submitted since, and comes next time.
  await tx.execute(sql`insert into ${rewardTrainingComparisons}
      (project_id, job_id, comparison_id, pair_id, revision, source, ratings, is_held_out)
    select ${comparisons.projectId}, ${jobId}::uuid, ${comparisons.id}, ${pairs.id}, ${comparisons.revision}, ${source},
      (select jsonb_object_agg(${ratings.criterion}, ${ratings.value}) from ${ratings} where ${ratings.comparisonId} = ${comparisons.id}),
      ${questions.isHeldOut}
    from ${from}
    where ${isUsable(projectId)} and ${isChosen(settings)} and ${questions.isHeldOut} is not null`);
  // Its worker reads them page by page at once: until PostgreSQL knows how many there are, each page would read all of them.
  await tx.execute(sql`analyze ${rewardTrainingComparisons}`);
  await tx.insert(rewardZeroAnswers).select(
    tx
      .select({
        projectId: answers.projectId,
        jobId: sql<string>`${jobId}::uuid`.as('job_id'),
        answerId: sql<string>`${answers.id}`.as('answer_id'),
      })
      .from(answers)
      .innerJoin(
        episodes,
        and(eq(episodes.id, answers.episodeId), eq(episodes.answerRevision, answers.revision)),
      )
      .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
      .innerJoin(questions, eq(questions.id, answers.questionId))
      .where(
        and(
          eq(answers.projectId, projectId),
          eq(answers.origin, 'demonstration'),
          isNotNull(episodes.answerRevision),
          isNull(questions.excludedAt),
          isDone,
          countsAsAccepted(projectId),
        ),
      ),
  );
}
