import type { PairingOptions } from '@rookery/shared/api';
import { seededRandom } from '@rookery/shared/comparisons';
import { and, asc, eq, exists, gt, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { countsAsAccepted, isDone } from '../../db/review-standing.ts';
import { answers, assignments, episodes, pairs, questions, samples } from '../../db/schema/index.ts';
import { twinKey } from '../answers/index.ts';
import { pairKey } from './draws.ts';

/** Which answers a run makes pairs of, and how many. */
export type PairingScope = Pick<
  PairingOptions,
  'form' | 'perQuestion' | 'acrossSources' | 'uses' | 'datasets' | 'sources' | 'planId'
>;

/** An answer that can be part of a pair. */
export interface Candidate {
  id: string;
  source: string;
  /** The same for answers that are never paired. */
  twinKey: string;
  isSample: boolean;
}

/** What a run comes to for one question. */
export interface QuestionPlan {
  questionId: string;
  answers: number;
  /** Pairs that could be, those that there are already included. */
  candidates: number;
  /** Pairs that could be, if their answers had not the same text. */
  twins: number;
  /** Of the candidates, those that there are already. */
  existing: number;
  /** With which each candidate was chosen. */
  probability: number;
  /** Chosen, and not there yet. */
  chosen: (readonly [string, string])[];
}

/**
 * All pairs of a question's answers, or `perQuestion` of them, drawn without replacement, each as likely. The draw is among those that
 * there are already too, and comes from the seed, the question and its answers: made again, it is the same.
 */
export function planQuestion(input: {
  questionId: string;
  answers: readonly Candidate[];
  /** The keys of the pairs that there are. */
  existing: ReadonlySet<string>;
  seed: string;
  perQuestion: number | null;
  acrossSources: boolean;
  /** Only pairs with a sample. */
  ofSamples: boolean;
}): QuestionPlan {
  const { questionId, existing, seed, perQuestion, acrossSources, ofSamples } = input;
  const sorted = input.answers.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const candidates: (readonly [string, string])[] = [];
  let twins = 0;
  for (const [index, one] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      if (acrossSources && one.source === other.source) continue;
      if (ofSamples && !one.isSample && !other.isSample) continue;
      if (one.twinKey === other.twinKey) twins += 1;
      else candidates.push([one.id, other.id]);
    }
  }
  const isMade = ([one, other]: readonly [string, string]): boolean => existing.has(pairKey(one, other));
  const drawn =
    perQuestion === null || perQuestion >= candidates.length
      ? candidates
      : seededRandom(`${seed} question ${questionId}`).sample(candidates, perQuestion);
  return {
    questionId,
    answers: sorted.length,
    candidates: candidates.length,
    twins,
    existing: candidates.filter(isMade).length,
    probability: candidates.length === 0 ? 1 : drawn.length / candidates.length,
    chosen: drawn.filter((pair) => !isMade(pair)),
  };
}

/** Questions that are planned together: their answers' texts are in memory. */
const questionsAtOnce = 100;

/** Plans for the questions of a project, in the order of their ids, after one of them; those without a possible pair included. */
export async function* planPairs(
  db: Queryable,
  work: { projectId: string; seed: string; options: PairingScope; after: string | null },
): AsyncGenerator<{ after: string; plans: QuestionPlan[] }> {
  const { projectId, seed, options } = work;
  const { perQuestion, acrossSources, planId } = options;
  for (let after = work.after; ;) {
    const page = await db
      .select({ id: questions.id })
      .from(questions)
      .where(and(questionsInScope(db, work), after === null ? undefined : gt(questions.id, after)))
      .orderBy(asc(questions.id))
      .limit(questionsAtOnce);
    const questionIds = page.map(({ id }) => id);
    const last = questionIds.at(-1);
    if (last === undefined) return;
    after = last;
    const [found, existing] = await Promise.all([
      readCandidates(db, { projectId, questionIds, sources: options.sources, planId }),
      readExisting(db, { projectId, questionIds, form: options.form }),
    ]);
    const plans = questionIds.map((questionId) =>
      planQuestion({
        questionId,
        answers: found.get(questionId) ?? [],
        existing: existing.get(questionId) ?? new Set(),
        seed,
        perQuestion,
        acrossSources,
        ofSamples: planId !== null,
      }),
    );
    yield { after, plans };
  }
}

/** How many questions a run goes through. */
export async function countQuestions(
  db: Queryable,
  work: { projectId: string; options: PairingScope },
): Promise<number> {
  return db.$count(questions, questionsInScope(db, work));
}

/** Questions in use that have answers. */
function questionsInScope(
  db: Queryable,
  { projectId, options }: { projectId: string; options: PairingScope },
): SQL | undefined {
  const { uses, datasets, planId } = options;
  const aSample = db
    .select({ one: sql`1` })
    .from(samples)
    .where(and(eq(samples.questionId, questions.id), sql`${samples.planId} = ${planId}`));
  const anAnswer = db
    .select({ one: sql`1` })
    .from(answers)
    .where(sql`${answers.questionId} = ${questions.id}`);
  return and(
    eq(questions.projectId, projectId),
    isNull(questions.excludedAt),
    uses === null ? undefined : inArray(questions.use, uses),
    datasets === null ? undefined : inArray(questions.dataset, datasets),
    planId === null ? undefined : exists(aSample),
    exists(anAnswer),
  );
}

/**
 * The answers that can be paired, by question: imported ones, the newest one of each demonstration that is done and counts as accepted,
 * and the newest one of each sample, if no other of its question and version in the plan came to the same before.
 */
async function readCandidates(
  db: Queryable,
  key: { projectId: string; questionIds: string[]; sources: string[] | null; planId: string | null },
): Promise<Map<string, Candidate[]>> {
  const { projectId, questionIds, sources, planId } = key;
  const rows = await db
    .select({
      id: answers.id,
      questionId: answers.questionId,
      source: answers.source,
      text: answers.text,
      origin: answers.origin,
    })
    .from(answers)
    .leftJoin(episodes, eq(episodes.id, answers.episodeId))
    .leftJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .leftJoin(samples, eq(samples.id, episodes.sampleId))
    .where(
      and(
        eq(answers.projectId, projectId),
        planId === null ? undefined : or(isNull(samples.id), eq(samples.planId, planId)),
        inArray(answers.questionId, questionIds),
        sources === null ? undefined : inArray(answers.source, sources),
        sql`(${answers.origin} = 'import' or ${answers.revision} = ${episodes.answerRevision})`,
        isNull(episodes.duplicateOf),
        sql`(${answers.origin} <> 'demonstration' or (${isDone} and ${countsAsAccepted(projectId)}))`,
      ),
    );
  const byQuestion = new Map<string, Candidate[]>();
  for (const { id, questionId, source, text, origin } of rows) {
    const list = byQuestion.get(questionId) ?? [];
    byQuestion.set(questionId, list);
    list.push({ id, source, twinKey: twinKey(text), isSample: origin === 'sample' });
  }
  return byQuestion;
}

/** The keys of the pairs of a form that there are, by question. */
export async function readExisting(
  db: Queryable,
  key: { projectId: string; questionIds: string[]; form: PairingScope['form'] },
): Promise<Map<string, Set<string>>> {
  const rows = await db
    .select({ questionId: pairs.questionId, first: pairs.firstAnswerId, second: pairs.secondAnswerId })
    .from(pairs)
    .where(
      and(
        eq(pairs.projectId, key.projectId),
        eq(pairs.form, key.form),
        inArray(pairs.questionId, key.questionIds),
      ),
    );
  const byQuestion = Map.groupBy(rows, ({ questionId }) => questionId);
  return new Map(
    [...byQuestion].map(([questionId, list]) => [
      questionId,
      new Set(list.map(({ first, second }) => pairKey(first, second))),
    ]),
  );
}
