import type { Client, ComparisonTask, QuestionUse } from '@rookery/shared/api';
import {
  fieldsOfForm,
  getForm,
  type Choice,
  type FormName,
  type Judgement,
} from '@rookery/shared/comparisons';
import { sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { answers, jobs, pairings, pairs, type AnswerQuote } from '../src/db/schema/index.ts';
import type { TestApp } from './app.ts';
import { buildQuestions } from './demonstrations.ts';

type Application = Pick<TestApp, 'deps' | 'clock'>;

/** Puts imported answers to one question into a project; gives their ids in that order. */
export async function buildAnswers(
  test: Application,
  options: {
    projectId: string;
    questionId: string;
    texts: readonly string[];
    source?: string;
    quotes?: AnswerQuote[];
  },
): Promise<string[]> {
  const { projectId, questionId, texts, source = 'test', quotes = crowQuotes } = options;
  const at = test.clock.now();
  const importId = uuidv7();
  await test.deps.db.insert(jobs).values({
    id: importId,
    projectId,
    kind: 'import-answers',
    state: 'done',
    input: {},
    attempt: 1,
    createdAt: at,
  });
  const rows = texts.map((text) => ({
    id: uuidv7(),
    projectId,
    questionId,
    origin: 'import' as const,
    source,
    importId,
    text,
    quotes,
    contentHash: createHash('sha256')
      .update(JSON.stringify([text, quotes]))
      .digest('hex'),
    prefixTokens: 100,
    completionTokens: 20,
    createdAt: at,
  }));
  await test.deps.db.insert(answers).values(rows);
  return rows.map(({ id }) => id);
}

/** What the answers of `buildPairs` cite. */
export const crowQuotes: AnswerQuote[] = [
  {
    title: 'Gifts From Crows',
    domain: 'birds.example',
    extract: 'Crows are the only ones known to give gifts.',
  },
  { title: 'Training crows', domain: 'crows.example', extract: 'Feed crows at the same time every day.' },
];

export interface BuiltPair {
  id: string;
  questionId: string;
  firstAnswerId: string;
  secondAnswerId: string;
}

/** Puts pairs of imported answers into a project, each of a question of its own, in the order in which they are given out. */
export async function buildPairs(
  test: Application,
  options: {
    projectId: string;
    count: number;
    wanted?: number;
    form?: FormName;
    isCalibration?: boolean;
    use?: QuestionUse;
  },
): Promise<BuiltPair[]> {
  const { projectId, count, wanted = 1, form = 'webgpt-five', isCalibration = false, use = 'rm' } = options;
  const { db } = test.deps;
  const at = test.clock.now();
  const pairingId = uuidv7();
  await db
    .insert(pairings)
    .values({ id: pairingId, projectId, method: 'by-hand', seed: 'test', createdAt: at });
  const questionIds = await buildQuestions(test, { projectId, count, use });
  const made: BuiltPair[] = [];
  for (const [index, questionId] of questionIds.entries()) {
    const [firstAnswerId, secondAnswerId] = (await buildAnswers(test, {
      projectId,
      questionId,
      texts: [
        `Crows bring gifts to people who feed them [1]. This is number ${index}.`,
        `Crows remember faces [1][2], and thank those who feed them. This is number ${index}.`,
      ],
    })) as [string, string];
    made.push({ id: uuidv7(), questionId, firstAnswerId, secondAnswerId });
  }
  const rows = made.map((pair, index) =>
    Object.assign(
      { projectId, form, pairingId, wanted, isCalibration, createdAt: at },
      { ...pair, lot: index / count },
    ),
  );
  await db.insert(pairs).values(rows);
  return made;
}

/** A judgement that fills in everything a form has: the claims of both texts, trust in `[1]`, and the same choice everywhere. */
export function judge(
  task: Pick<ComparisonTask, 'form' | 'options'>,
  choice: Choice = 'a-better',
): Judgement {
  const form = getForm(task.form.name, task.form.version);
  const option = ({ text, quotes }: ComparisonTask['options']['a']): Judgement['options']['a'] => ({
    spans: form.annotations.includes('claims')
      ? [{ start: 0, end: Math.min(20, text.length), support: 'strong', relevance: 'core', quote: 1 }]
      : [],
    trust: form.annotations.includes('trust')
      ? Object.fromEntries(quotes.map((_, index) => [String(index + 1), 'trustworthy' as const]))
      : {},
    notes: '',
  });
  return {
    questionFlag: null,
    options: { a: option(task.options.a), b: option(task.options.b) },
    ratings: Object.fromEntries(
      fieldsOfForm(form)
        .filter((field) => field !== 'trust' && field !== 'claims')
        .map((criterion) => [criterion, choice]),
    ),
  };
}

/** A rater at work on one comparison, as their screen would be. */
export interface Rating {
  readonly task: ComparisonTask;
  readonly leaseToken: string;
  readonly get: () => Promise<ComparisonTask>;
  readonly saveDraft: (
    judgement: Judgement,
    baseVersion?: number,
  ) => ReturnType<Client['saveComparisonDraft']>;
  /** Submits revision 1, or the one that is given, with everything filled in and this choice everywhere. */
  readonly submit: (choice?: Choice | Judgement, revision?: number) => Promise<ComparisonTask>;
  readonly extend: () => Promise<ComparisonTask>;
  readonly release: (kind?: 'skip' | 'flag', reason?: string) => Promise<ComparisonTask>;
  readonly act: () => ReturnType<Client['reportComparisonActivity']>;
}

/** Claims the next pair for somebody; throws if there is none. */
export async function claimComparison({ client }: { client: Client }, projectId: string): Promise<Rating> {
  const { comparison: task, reason } = await client.claimComparison({ params: { projectId } });
  if (!task?.lease) throw new Error(`There was nothing to compare: ${reason}.`);
  const leaseToken = task.lease.token;
  const params = { projectId, comparisonId: task.id };
  return {
    task,
    leaseToken,
    get: () => client.getOwnComparison({ params }),
    saveDraft: (judgement, baseVersion = 0) =>
      client.saveComparisonDraft({ params, body: { leaseToken, baseVersion, judgement } }),
    submit: (choice = 'a-better', revision = 1) =>
      client.submitComparison({
        params: { ...params, revision },
        body: { leaseToken, judgement: typeof choice === 'string' ? judge(task, choice) : choice },
      }),
    extend: () => client.extendComparisonLease({ params }),
    release: (kind = 'skip', reason = 'test') =>
      client.releaseComparison({ params, body: { leaseToken, kind, reason } }),
    act: () => client.reportComparisonActivity({ params, body: { leaseToken } }),
  };
}

/** The pairs of a project of which more is held than is wanted, or something else than what they say: none, whatever happened. */
export async function pairsWithWrongPlaces(
  { deps }: Pick<Application, 'deps'>,
  projectId: string,
): Promise<string[]> {
  const { rows } = await deps.db.execute<{ id: string }>(sql`
    select p.id from pairs p where p.project_id = ${projectId} and (
      p.held <> (select count(*) from comparisons c where c.pair_id = p.id and c.place is not null) or p.held > p.wanted)`);
  return rows.map(({ id }) => id);
}
