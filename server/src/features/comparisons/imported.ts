import type { FormName } from '@rookery/shared/comparisons';
import { and, eq, inArray } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvents, type EventRecord } from '../../db/events.ts';
import { comparisonImports, comparisons, ratings } from '../../db/schema/index.ts';

/** A comparison of a file. */
export interface ImportedComparison {
  pairId: string;
  /** The how manieth of its pair it is in the import, from 1. */
  occurrence: number;
  /** In [−1, 1]; positive prefers the pair's first answer. */
  overall: number;
}

/** The import of this name; made where there is none yet. */
export async function findOrAddComparisonImport(
  tx: Transaction,
  named: { projectId: string; name: string; jobId: string; at: Date },
): Promise<string> {
  const { projectId, name, jobId, at } = named;
  await tx.insert(comparisonImports).values({ projectId, name, jobId, createdAt: at }).onConflictDoNothing();
  const [found] = await tx
    .select({ id: comparisonImports.id })
    .from(comparisonImports)
    .where(and(eq(comparisonImports.projectId, projectId), eq(comparisonImports.name, name)));
  if (!found) throw new Error('The import of comparisons was not written.');
  return found.id;
}

/**
 * Saves comparisons of a named import. What was imported under the name before is known by its pair and its occurrence, and gets the
 * file's rating where it has another.
 * @returns what became of each, in order
 */
export async function saveImportedComparisons(
  tx: Transaction,
  batch: {
    projectId: string;
    importId: string;
    actorId: string | null;
    form: FormName;
    at: Date;
    rows: readonly ImportedComparison[];
  },
): Promise<('added' | 'updated' | 'unchanged')[]> {
  const { projectId, importId, actorId, form, at, rows } = batch;
  if (rows.length === 0) return [];
  const known = await findKnown(tx, batch);
  const added: (ImportedComparison & { id: string })[] = [];
  const events: EventRecord[] = [];
  const outcomes: ('added' | 'updated' | 'unchanged')[] = [];
  for (const row of rows) {
    const before = known.get(keyOf(row));
    if (!before) {
      added.push({ ...row, id: uuidv7() });
      outcomes.push('added');
    } else if (before.overall === row.overall) {
      outcomes.push('unchanged');
    } else {
      await tx
        .insert(ratings)
        .values({ projectId, comparisonId: before.id, criterion: 'overall', value: row.overall })
        .onConflictDoUpdate({
          target: [ratings.comparisonId, ratings.criterion],
          set: { value: row.overall },
        });
      events.push({
        projectId,
        actorId,
        objectType: 'comparison',
        objectId: before.id,
        kind: 'comparison.updated',
        before: { overall: before.overall },
        after: { overall: row.overall },
        at,
      });
      outcomes.push('updated');
    }
  }
  if (added.length > 0) {
    await tx.insert(comparisons).values(
      added.map(({ id, pairId, occurrence }) => ({
        id,
        projectId,
        pairId,
        origin: 'import' as const,
        state: 'submitted' as const,
        form,
        importId,
        occurrence,
        submittedAt: at,
        createdAt: at,
        endedAt: at,
      })),
    );
    await tx.insert(ratings).values(
      added.map(({ id, overall }) => ({
        projectId,
        comparisonId: id,
        criterion: 'overall' as const,
        value: overall,
      })),
    );
  }
  await recordEvents(tx, events);
  return outcomes;
}

const keyOf = ({ pairId, occurrence }: Pick<ImportedComparison, 'pairId' | 'occurrence'>): string =>
  `${pairId} ${occurrence}`;

async function findKnown(
  tx: Transaction,
  batch: { importId: string; rows: readonly ImportedComparison[] },
): Promise<Map<string, { id: string; overall: number | null }>> {
  const found = await tx
    .select({
      id: comparisons.id,
      pairId: comparisons.pairId,
      occurrence: comparisons.occurrence,
      overall: ratings.value,
    })
    .from(comparisons)
    .leftJoin(ratings, and(eq(ratings.comparisonId, comparisons.id), eq(ratings.criterion, 'overall')))
    .where(
      and(
        eq(comparisons.importId, batch.importId),
        inArray(comparisons.pairId, [...new Set(batch.rows.map(({ pairId }) => pairId))]),
      ),
    );
  return new Map(
    found.map(({ id, pairId, occurrence, overall }) => [
      keyOf({ pairId, occurrence: occurrence ?? 0 }),
      { id, overall },
    ]),
  );
}
