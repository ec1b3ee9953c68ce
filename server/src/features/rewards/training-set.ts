import type { RewardPreview, RewardSettings } from '@rookery/shared/api';
import { fewestPreferred, tieTolerance } from '@rookery/shared/reward';
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
import { decideHeldOut, type Drawable } from './held-out.ts';

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
  const asked = await readQuestions(db, { projectId, settings });
  const { bySource, leftOut } = await readSources(db, { projectId, settings });
  const isNew = asked.some(({ isHeldOut }) => isHeldOut === null);
  const decided = decideHeldOut(asked, {
    projectId,
    percent: settings.heldOutPercent,
    decided: isNew ? await readDecided(db, projectId) : [],
  });
  const heldOut = asked.filter(({ isHeldOut, questionId }) => isHeldOut ?? decided.get(questionId)!);
  const figures = {
    comparisons: sumOf(asked, 'comparisons'),
    pairs: sumOf(asked, 'pairs'),
    ties: sumOf(asked, 'ties'),
    questions: asked.length,
    heldOutQuestions: heldOut.length,
    bySource,
    leftOut,
  };
  const preferredHeldOut = sumOf(heldOut, 'pairs') - sumOf(heldOut, 'ties');
  return { figures, decided, problem: problemOf(figures, { preferredHeldOut }) };
}

interface AskedQuestion extends Drawable, Record<string, unknown> {
  comparisons: number;
  pairs: number;
  /** Of its pairs, those of which neither answer is preferred. */
  ties: number;
}

const sumOf = (asked: readonly AskedQuestion[], what: 'comparisons' | 'pairs' | 'ties'): number =>
  asked.reduce((sum, question) => sum + question[what], 0);

/** The questions of the comparisons that would be learnt from. They are counted by the database: comparisons are many. */
async function readQuestions(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<AskedQuestion[]> {
  // As `labelOf` and `isTie` have it, of ratings from −1 to 1 instead of labels from 0 to 1.
  const graded = sql`${settings.muchBetter === 'graded'}::boolean`;
  const isTie = sql`abs(avg(case when ${graded} then ${ratings.value} else sign(${ratings.value}) end)) < ${2 * tieTolerance}::float8`;
  const { rows } = await db.execute<AskedQuestion>(sql`
    with labelled as (
      select ${pairs.questionId} as question_id, count(*) as comparisons, ${isTie} as is_tie
      from ${from} inner join ${ratings} on ${ratings.comparisonId} = ${comparisons.id} and ${ratings.criterion} = 'overall'
      where ${isUsable(projectId)} and ${isChosen(settings)}
      group by ${pairs.id}
    ), counted as (
      select question_id, sum(comparisons)::int as comparisons, count(*)::int as pairs,
        (count(*) filter (where is_tie))::int as ties
      from labelled group by question_id
    )
    select question_id as "questionId", ${questions.fullText} as "fullText", ${questions.isHeldOut} as "isHeldOut",
      comparisons, pairs, ties
    from counted inner join ${questions} on ${questions.id} = question_id`);
  return rows;
}

/** Every question of a project that a training has met, whether or not this one does. */
const readDecided = (db: Queryable, projectId: string) =>
  db
    .select({ fullText: questions.fullText, isHeldOut: questions.isHeldOut })
    .from(questions)
    .where(and(eq(questions.projectId, projectId), isNotNull(questions.isHeldOut)));

/** Where the comparisons are from, the most first, and how many would count but for the choice of sources. */
async function readSources(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<Pick<RewardPreview, 'bySource' | 'leftOut'>> {
  const { rows } = await db.execute<{
    source: string;
    isImported: boolean;
    isChosen: boolean;
    comparisons: number;
  }>(sql`
    select ${source} as source, ${comparisons.origin} = 'import' as "isImported", ${isChosen(settings)} as "isChosen",
      count(*)::int as comparisons
    from ${from} where ${isUsable(projectId)}
    group by 1, 2, 3 order by comparisons desc, source`);
  const countLeftOut = (imported: boolean): number =>
    rows.reduce((sum, row) => sum + (!row.isChosen && row.isImported === imported ? row.comparisons : 0), 0);
  return {
    bySource: rows.flatMap((row) =>
      row.isChosen ? { source: row.source, comparisons: row.comparisons } : [],
    ),
    leftOut: { imported: countLeftOut(true), simulated: countLeftOut(false) },
  };
}

function problemOf(
  { pairs: all, ties, questions: asked, leftOut }: Omit<RewardPreview, 'problem'>,
  { preferredHeldOut }: { preferredHeldOut: number },
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
  if (preferredHeldOut === 0)
    return `No pair of the held-out questions has a preferred answer, so the model could not be tested. Have pairs of more questions compared.${others}`;
  if (preferredHeldOut === preferred)
    return `Every pair with a preferred answer is of a held-out question, so nothing is left to learn from. Have pairs of more questions compared.${others}`;
  return null;
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
