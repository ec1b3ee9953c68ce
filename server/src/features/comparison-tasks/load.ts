import { ApiError, projectSettingsSchema, type ComparisonTask } from '@rookery/shared/api';
import { citedNumbers } from '@rookery/shared/browser';
import {
  getForm,
  misfitsOf,
  stripCitations,
  type ComparisonForm,
  type FormField,
  type Judgement,
  type JudgedOption,
  type JudgementProblem,
  type Side,
} from '@rookery/shared/comparisons';
import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database, Queryable } from '../../db/database.ts';
import {
  activityIntervals,
  answers,
  comparisonRevisions,
  comparisons,
  pairs,
  projects,
  projectSettings,
  questions,
  type AnswerQuote,
} from '../../db/schema/index.ts';
import {
  comparisonNotFound,
  effectiveState,
  revisableUntil,
  type ComparisonKey,
  type ComparisonRow,
} from './state.ts';

export const comparisonSettingsSchema = projectSettingsSchema.shape.comparisons;
type ComparisonSettings = ReturnType<typeof comparisonSettingsSchema.parse>;

/** A comparison by a rater: what an import lacks is there. */
type RaterRow = ComparisonRow & {
  memberId: string;
  formVersion: number;
  firstSide: Side;
  requiredFields: FormField[];
  leaseToken: string;
  leaseExpiresAt: Date;
};

/** An answer as its rater sees it. */
interface ShownOption extends JudgedOption {
  shownQuotes: AnswerQuote[];
}

/** A comparison with all that its rater's work is checked against. */
export interface LoadedTask {
  comparison: RaterRow;
  form: ComparisonForm;
  /** The project's, as they are now. */
  settings: ComparisonSettings;
  /** By the settings that it was claimed under, so that a form stays as it was when it was opened. */
  asksQuestionFlag: boolean;
  question: string;
  options: Record<Side, ShownOption>;
  newest: { judgement: Judgement; submittedAt: Date } | null;
  /** Active time until now, in milliseconds. */
  activeMs: number;
}

const first = alias(answers, 'first_answer');
const second = alias(answers, 'second_answer');
const current = alias(projectSettings, 'current_settings');
const claimed = alias(projectSettings, 'claimed_settings');

/** The active time of a comparison in milliseconds, from its intervals. */
export const activeMsOf = (comparisonId: unknown) => sql<number>`(
  select coalesce(round(extract(epoch from sum(${activityIntervals.endedAt} - ${activityIntervals.startedAt})) * 1000), 0)::int
  from ${activityIntervals} where ${activityIntervals.comparisonId} = ${comparisonId})`;

const columns = {
  comparison: comparisons,
  question: questions.fullText,
  first: { text: first.text, quotes: first.quotes },
  second: { text: second.text, quotes: second.quotes },
  settings: sql<unknown>`${current.settings} -> 'comparisons'`,
  asksQuestionFlag: sql<boolean>`coalesce((${claimed.settings} -> 'comparisons' ->> 'questionFlags')::boolean, false)`,
  newest: { judgement: comparisonRevisions.judgement, submittedAt: comparisonRevisions.submittedAt },
  activeMs: activeMsOf(comparisons.id),
};

const prepare = (db: Database) =>
  db
    .select(columns)
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .innerJoin(first, eq(first.id, pairs.firstAnswerId))
    .innerJoin(second, eq(second.id, pairs.secondAnswerId))
    .innerJoin(projects, eq(projects.id, comparisons.projectId))
    .innerJoin(
      current,
      and(eq(current.projectId, projects.id), eq(current.version, projects.settingsVersion)),
    )
    .innerJoin(
      claimed,
      and(eq(claimed.projectId, projects.id), eq(claimed.version, comparisons.settingsVersion)),
    )
    .leftJoin(
      comparisonRevisions,
      and(
        eq(comparisonRevisions.comparisonId, comparisons.id),
        eq(comparisonRevisions.revision, comparisons.revision),
      ),
    )
    .where(
      and(
        eq(comparisons.projectId, sql.placeholder('projectId')),
        eq(comparisons.id, sql.placeholder('comparisonId')),
        eq(comparisons.origin, 'rater'),
      ),
    )
    .prepare('comparison_task');

const prepared = new WeakMap<Queryable, ReturnType<typeof prepare>>();

/**
 * A rater's comparison. Every request of a rater's screen runs this, so it is planned once for each connection.
 * @throws ApiError `not_found`
 */
export async function loadTask(
  db: Database,
  { projectId, comparisonId }: ComparisonKey,
): Promise<LoadedTask> {
  let statement = prepared.get(db);
  if (!statement) prepared.set(db, (statement = prepare(db)));
  const [row] = await statement.execute({ projectId, comparisonId });
  if (!row) return comparisonNotFound();
  // The database holds every column of a rater's comparison to be there.
  const comparison = row.comparison as RaterRow;
  const form = getForm(comparison.form, comparison.formVersion);
  const isFirstA = comparison.firstSide === 'a';
  return {
    comparison,
    form,
    settings: comparisonSettingsSchema.parse(row.settings ?? undefined),
    asksQuestionFlag: row.asksQuestionFlag,
    question: row.question,
    options: {
      a: optionOf(isFirstA ? row.first : row.second, form),
      b: optionOf(isFirstA ? row.second : row.first, form),
    },
    newest: row.newest,
    activeMs: row.activeMs,
  };
}

/** An answer as its raters see it: without references and citations, where the form shows none. */
export function optionOf(answer: { text: string; quotes: AnswerQuote[] }, form: ComparisonForm): ShownOption {
  if (!form.showsReferences)
    return { text: stripCitations(answer.text), quotes: 0, cited: [], shownQuotes: [] };
  const { text, quotes } = answer;
  return {
    text,
    quotes: quotes.length,
    cited: citedNumbers(text).filter((number) => number >= 1 && number <= quotes.length),
    shownQuotes: quotes.map((quote) => shownQuote(quote)),
  };
}

/**
 * A quote as raters see it: an imported one, which has its domain in its title (`Crows (birds.example)`), looks like one of a
 * demonstration, so that nothing but what they say tells the two apart.
 */
function shownQuote({ title, domain, extract }: AnswerQuote): AnswerQuote {
  const start = title.lastIndexOf(' (');
  const inTitle = title.slice(start + 2, -1);
  const isThere = domain === '' && start > 0 && title.endsWith(')') && /^[^\s()]+$/.test(inTitle);
  if (!isThere || !inTitle.includes('.')) return { title, domain, extract };
  return { title: title.slice(0, start), domain: inTitle, extract };
}

/** The lease as its rater is told it; null unless the comparison can be worked on. One that may be revised has it until then. */
export function presentLease(
  { comparison, settings }: Pick<LoadedTask, 'comparison' | 'settings'>,
  now: Date,
): { token: string; expiresAt: string } | null {
  const { leaseToken: token, leaseExpiresAt } = comparison;
  const { revisionMinutes } = settings;
  const expiresAt =
    effectiveState(comparison, now) === 'active'
      ? leaseExpiresAt
      : revisableUntil(comparison, { revisionMinutes, now });
  return expiresAt && { token, expiresAt: expiresAt.toISOString() };
}

/** A comparison as its rater sees it, lease token included: show it to nobody else. */
export function presentTask(task: LoadedTask, now: Date): ComparisonTask {
  const { comparison, form, options, newest, settings } = task;
  const { draft, draftVersion, draftSavedAt, revision } = comparison;
  const until = revisableUntil(comparison, { revisionMinutes: settings.revisionMinutes, now });
  const present = ({ text, shownQuotes }: ShownOption) => ({ text, quotes: shownQuotes });
  return {
    id: comparison.id,
    state: effectiveState(comparison, now),
    form: { name: form.name, version: form.version },
    requiredFields: comparison.requiredFields,
    asksQuestionFlag: task.asksQuestionFlag,
    question: { fullText: task.question },
    options: { a: present(options.a), b: present(options.b) },
    lease: presentLease(task, now),
    draft: draft &&
      draftSavedAt && { version: draftVersion, judgement: draft, savedAt: draftSavedAt.toISOString() },
    submitted: newest && {
      revision,
      judgement: newest.judgement,
      submittedAt: newest.submittedAt.toISOString(),
    },
    revisableUntil: until?.toISOString() ?? null,
    draftVersion,
    releaseReason: comparison.releaseReason,
    activeSeconds: task.activeMs / 1000,
    createdAt: comparison.createdAt.toISOString(),
    endedAt: comparison.endedAt?.toISOString() ?? null,
    serverTime: now.toISOString(),
  };
}

/** What a judgement cannot be stored with, as `misfitsOf`, and a flag of the question where none is asked for. */
export function misfitsOfTask(judgement: Judgement, task: LoadedTask): JudgementProblem[] {
  const problems = misfitsOf(judgement, task);
  if (judgement.questionFlag !== null && !task.asksQuestionFlag) {
    const message = 'Questions are not flagged in this task. Judge the answers, or give the task back.';
    problems.unshift({ field: 'question', side: null, message });
  }
  return problems;
}

/** @throws ApiError `invalid_request` with the problems in `details`, unless there are none */
export function refuseProblems(problems: JudgementProblem[]): void {
  if (problems.length === 0) return;
  throw new ApiError('invalid_request', problems.map(({ message }) => message).join(' '), {
    details: { problems: problems.map(({ field, side, message }) => ({ field, side, message })) },
  });
}
