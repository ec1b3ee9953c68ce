import type { QuestionRow } from '@rookery/shared/datasets';
import type { QuestionUse } from '@rookery/shared/api';
import { and, eq, inArray, or } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { questions } from '../../db/schema/index.ts';
import { hasWork } from './work.ts';

/** What became of a row: `kept` is a question that was left as it is, with the reason. */
export type QuestionOutcome = { kind: 'added' | 'updated' | 'unchanged' } | { kind: 'kept'; reason: string };

/**
 * Writes questions under their data sets and ids, in place of those that were there; gives what became of each, in order. A question on
 * which work was recorded keeps its use (uses are disjoint) and its text (it is what was shown).
 *
 * @param batch `rows`: no two with the same data set and id. The rest is for new questions: `useOf` gives the use of those whose row
 *   does not say.
 */
export async function saveImportedQuestions(
  tx: Transaction,
  batch: {
    projectId: string;
    actorId: string | null;
    at: Date;
    wanted: number;
    priority: number;
    useOf: (row: QuestionRow) => QuestionUse;
    rows: readonly QuestionRow[];
  },
): Promise<QuestionOutcome[]> {
  const { projectId, rows } = batch;
  if (rows.length === 0) return [];
  const known = await findKnown(tx, { projectId, rows });
  const outcomes = rows.map((row) => outcomeOf(row, known.get(keyOf(row.dataset, row.id))));
  await insertQuestions(tx, {
    ...batch,
    rows: rows.filter((_row, index) => outcomes[index]?.kind === 'added'),
  });
  for (const [index, row] of rows.entries()) {
    const before = known.get(keyOf(row.dataset, row.id));
    if (before && outcomes[index]?.kind === 'updated') await updateQuestion(tx, { ...batch, before, row });
  }
  return outcomes;
}

const columns = {
  id: questions.id,
  dataset: questions.dataset,
  externalId: questions.externalId,
  fullText: questions.fullText,
  referenceAnswers: questions.referenceAnswers,
  referencePages: questions.referencePages,
  use: questions.use,
};

type Known = Awaited<ReturnType<typeof findKnown>> extends Map<string, infer T> ? T : never;

const keyOf = (dataset: string, id: string): string => JSON.stringify([dataset, id]);

/** The questions that are there already, locked, and whether work was recorded on them. */
async function findKnown(tx: Transaction, key: { projectId: string; rows: readonly QuestionRow[] }) {
  const inDataset = [...Map.groupBy(key.rows, (row) => row.dataset)].map(([dataset, rows]) =>
    and(
      eq(questions.dataset, dataset),
      inArray(
        questions.externalId,
        rows.map((row) => row.id),
      ),
    ),
  );
  const rows = await tx
    .select({ ...columns, hasWork })
    .from(questions)
    .where(and(eq(questions.projectId, key.projectId), or(...inDataset)))
    .orderBy(questions.id)
    .for('update');
  return new Map(rows.map((row) => [keyOf(row.dataset, row.externalId), row]));
}

function outcomeOf(row: QuestionRow, before: Known | undefined): QuestionOutcome {
  if (!before) return { kind: 'added' };
  if (before.hasWork && row.use !== null && before.use !== row.use) {
    const reason = `the question is used for ${before.use} and work on it is recorded, so it cannot become ${row.use}; it stays as it is`;
    return { kind: 'kept', reason };
  }
  if (before.hasWork && before.fullText !== row.full_text) {
    const reason =
      'work is recorded on the question under its present text, which stays; give the new text a new id';
    return { kind: 'kept', reason };
  }
  const isSame = isDeepStrictEqual(contentOf(row, before.use), pickContent(before));
  return { kind: isSame ? 'unchanged' : 'updated' };
}

const contentOf = (row: QuestionRow, use: QuestionUse) => ({
  fullText: row.full_text,
  referenceAnswers: row.reference_answers,
  referencePages: row.reference_pages,
  use: row.use ?? use,
});

const pickContent = ({ fullText, referenceAnswers, referencePages, use }: Known) => ({
  fullText,
  referenceAnswers,
  referencePages,
  use,
});

async function insertQuestions(
  tx: Transaction,
  batch: {
    projectId: string;
    at: Date;
    wanted: number;
    priority: number;
    useOf: (row: QuestionRow) => QuestionUse;
    rows: readonly QuestionRow[];
  },
): Promise<void> {
  const { projectId, at, wanted, priority, useOf } = batch;
  if (batch.rows.length === 0) return;
  const values = batch.rows.map((row) => ({
    id: uuidv7(),
    projectId,
    dataset: row.dataset,
    externalId: row.id,
    ...contentOf(row, useOf(row)),
    wanted,
    priority,
    createdAt: at,
    updatedAt: at,
  }));
  await tx.insert(questions).values(values);
}

async function updateQuestion(
  tx: Transaction,
  change: { projectId: string; actorId: string | null; at: Date; before: Known; row: QuestionRow },
): Promise<void> {
  const { projectId, actorId, at, before, row } = change;
  const after = contentOf(row, before.use);
  await tx
    .update(questions)
    .set({ ...after, updatedAt: at })
    .where(and(eq(questions.projectId, projectId), eq(questions.id, before.id)));
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'question',
    objectId: before.id,
    kind: 'question.updated',
    before: pickContent(before),
    after,
    at,
  });
}
