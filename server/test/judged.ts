import {
  contradictsCriteria,
  getForm,
  valueOfChoice,
  type Choice,
  type CriterionId,
  type FormName,
  type Judgement,
  judgementSchema,
  type Side,
} from '@rookery/shared/comparisons';
import { count, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { z } from 'zod';
import {
  comparisonImports,
  comparisonRevisions,
  comparisons,
  jobs,
  pairs,
  ratings,
} from '../src/db/schema/index.ts';
import type { TestApp } from './app.ts';

type Application = Pick<TestApp, 'deps' | 'clock'>;
type Row = typeof comparisons.$inferInsert;

/**
 * Puts a comparison into a project as if its rater had claimed it a minute ago and submitted it now, whatever order the pairs are given
 * out in; it holds the next place unless it is said to be otherwise. `row` overrides columns. Gives its id.
 */
export async function buildComparison(
  { deps, clock }: Application,
  options: {
    projectId: string;
    pairId: string;
    memberId: string;
    /** By side. A choice alone is made for every criterion of the form. */
    judgement: Choice | z.input<typeof judgementSchema>;
    firstSide?: Side;
    form?: FormName;
    row?: Partial<Row>;
  },
): Promise<string> {
  const { db } = deps;
  const { projectId, pairId, memberId, firstSide = 'a', form: name = 'webgpt-five', row = {} } = options;
  const form = getForm(name, 1);
  const judgement = judgementOf(options.judgement, name);
  const id = uuidv7();
  const now = clock.now();
  const sides = Object.values(judgement.options);
  const { state = 'submitted', isCalibration = false, activeMs = 60_000 } = row;
  const isHeld = !isCalibration && (state === 'submitted' || state === 'active');
  const isDone = ['submitted', 'surplus', 'excluded'].includes(state);
  const [others] = await db
    .select({ held: count(comparisons.place) })
    .from(comparisons)
    .where(eq(comparisons.pairId, pairId));
  await db.insert(comparisons).values({
    id,
    projectId,
    pairId,
    origin: 'rater',
    state,
    form: name,
    formVersion: 1,
    memberId,
    place: isHeld ? (others?.held ?? 0) + 1 : null,
    firstSide,
    requiredFields: [...form.alwaysRequired],
    leaseToken: 'lease',
    leaseExpiresAt: new Date(now.getTime() + 30 * 60_000),
    settingsVersion: 1,
    guidelinesVersion: 1,
    createdAt: new Date(now.getTime() - 60_000),
    endedAt: state === 'active' ? null : now,
    ...(state === 'excluded' && { excludedAt: now, excludedReason: 'test' }),
    ...(isDone && {
      revision: 1,
      questionFlag: judgement.questionFlag,
      submittedAt: now,
      activeMs,
      spans: sides.reduce((sum, { spans }) => sum + spans.length, 0),
      isNoted: sides.some(({ notes }) => notes.trim() !== ''),
      softPrompts: contradictsCriteria(judgement) ? ['contradicts'] : [],
    }),
    ...row,
  });
  if (isHeld)
    await db
      .update(pairs)
      .set({ held: (others?.held ?? 0) + 1 })
      .where(eq(pairs.id, pairId));
  if (!isDone) return id;
  await db.insert(comparisonRevisions).values({
    projectId,
    comparisonId: id,
    revision: 1,
    judgement,
    activeMs: activeMs ?? 0,
    submittedAt: now,
  });
  const values = Object.entries(judgement.ratings) as [CriterionId, Choice][];
  if (values.length > 0) {
    await db.insert(ratings).values(
      values.map(([criterion, choice]) => ({
        projectId,
        comparisonId: id,
        criterion,
        value: valueOfChoice(choice, firstSide),
      })),
    );
  }
  return id;
}

function judgementOf(judgement: Choice | z.input<typeof judgementSchema>, name: FormName): Judgement {
  if (typeof judgement !== 'string') return judgementSchema.parse(judgement);
  const { criteria } = getForm(name, 1);
  return judgementSchema.parse({ ratings: Object.fromEntries(criteria.map(({ id }) => [id, judgement])) });
}

/** Puts a named import into a project, with a comparison for each pair and score. Gives its id. */
export async function buildComparisonImport(
  { deps, clock }: Application,
  options: { projectId: string; name: string; scores: readonly [pairId: string, score: number][] },
): Promise<string> {
  const { db } = deps;
  const { projectId, name, scores } = options;
  const at = clock.now();
  const [jobId, importId] = [uuidv7(), uuidv7()];
  await db.insert(jobs).values({
    id: jobId,
    projectId,
    kind: 'import-comparisons',
    state: 'done',
    input: {},
    attempt: 1,
    createdAt: at,
  });
  await db.insert(comparisonImports).values({ id: importId, projectId, name, jobId, createdAt: at });
  for (const [index, [pairId, value]] of scores.entries()) {
    const comparisonId = uuidv7();
    await db.insert(comparisons).values({
      id: comparisonId,
      projectId,
      pairId,
      origin: 'import',
      state: 'submitted',
      form: 'webgpt-five',
      importId,
      occurrence: scores.slice(0, index + 1).filter(([pair]) => pair === pairId).length,
      createdAt: at,
      endedAt: at,
    });
    await db.insert(ratings).values({ projectId, comparisonId, criterion: 'overall', value });
  }
  return importId;
}
