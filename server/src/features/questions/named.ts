import type { QuestionUse } from '@rookery/shared/api';
import type { NamedQuestion } from '@rookery/shared/datasets';
import { and, asc, eq, inArray, or } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { questions } from '../../db/schema/index.ts';

/** A question that a file names: the one that there is, or why it is not that one. */
export type FoundQuestion = { id: string; isAdded: boolean; problem?: undefined } | { problem: string };

/**
 * Finds the questions that rows of answers name by data set and id, and adds those that are not there, with no demonstrations wanted.
 * All of them stay locked until the transaction ends. A question that is there keeps its text: a row with another one is told so.
 *
 * @param batch `use`: of new questions
 * @returns one for each row, in order
 */
export async function findOrAddQuestions(
  tx: Transaction,
  batch: { projectId: string; use: QuestionUse; at: Date; rows: readonly NamedQuestion[] },
): Promise<FoundQuestion[]> {
  const { projectId, use, at, rows } = batch;
  if (rows.length === 0) return [];
  const byName = new Map<string, NamedQuestion>();
  for (const row of rows) if (!byName.has(nameOf(row))) byName.set(nameOf(row), row);
  const known = await lockNamed(tx, { projectId, names: [...byName.values()] });
  const missing = [...byName].filter(([name]) => !known.has(name));
  const added = new Set<string>();
  if (missing.length > 0) {
    // Always in the order of their names, so that two imports of the same questions do not wait for each other.
    const values = missing
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, row]) => ({
        id: uuidv7(),
        projectId,
        dataset: row.dataset,
        externalId: row.id,
        fullText: row.fullText,
        referenceAnswers: [],
        referencePages: [],
        use,
        wanted: 0,
        createdAt: at,
        updatedAt: at,
      }));
    const inserted = await tx
      .insert(questions)
      .values(values)
      .onConflictDoNothing()
      .returning({ id: questions.id });
    for (const { id } of inserted) added.add(id);
    const found = await lockNamed(tx, { projectId, names: missing.map(([, row]) => row) });
    for (const [name, row] of found) known.set(name, row);
  }
  return rows.map((row) => {
    const found = known.get(nameOf(row));
    if (!found) throw new Error(`The question ${nameOf(row)} is neither there nor was it added.`);
    if (found.fullText === row.fullText) return { id: found.id, isAdded: added.delete(found.id) };
    return {
      problem: `the question ${row.id} of ${row.dataset} has another text here, which stays; give this one another id`,
    };
  });
}

const nameOf = ({ dataset, id }: NamedQuestion): string => JSON.stringify([dataset, id]);

async function lockNamed(tx: Transaction, key: { projectId: string; names: readonly NamedQuestion[] }) {
  const inDataset = [...Map.groupBy(key.names, ({ dataset }) => dataset)].map(([dataset, names]) =>
    and(
      eq(questions.dataset, dataset),
      inArray(
        questions.externalId,
        names.map(({ id }) => id),
      ),
    ),
  );
  const rows = await tx
    .select({
      id: questions.id,
      dataset: questions.dataset,
      externalId: questions.externalId,
      fullText: questions.fullText,
    })
    .from(questions)
    .where(and(eq(questions.projectId, key.projectId), or(...inDataset)))
    .orderBy(asc(questions.id))
    .for('no key update');
  return new Map(
    rows.map(({ id, dataset, externalId, fullText }) => [
      nameOf({ dataset, id: externalId, fullText }),
      { id, fullText },
    ]),
  );
}
