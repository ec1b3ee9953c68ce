import type { FormName } from '@rookery/shared/comparisons';
import { and, eq, inArray } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { pairings, pairs } from '../../db/schema/index.ts';
import { drawPair, pairKey } from './draws.ts';
import { insertPairs } from './insert.ts';

/** Two answers of one question, in the order of a file. */
export interface ImportedPair {
  questionId: string;
  firstAnswerId: string;
  secondAnswerId: string;
}

export interface SavedPair {
  id: string;
  /** Of the pair as it stands: a pair that was there may have them the other way round. */
  firstAnswerId: string;
  /** Whether this row is what made it. */
  isAdded: boolean;
}

/**
 * Finds the pairs of a file's comparisons, and makes those that are not there, in the order of the file. Which pairs a file has is not
 * ours to know the probability of.
 *
 * @param batch `wanted`: of new pairs
 * @returns one for each row, in order
 */
export async function saveImportedPairs(
  tx: Transaction,
  batch: {
    projectId: string;
    jobId: string;
    actorId: string | null;
    form: FormName;
    wanted: number;
    at: Date;
    rows: readonly ImportedPair[];
  },
): Promise<SavedPair[]> {
  const { projectId, jobId, form, wanted, at, rows } = batch;
  if (rows.length === 0) return [];
  const known = await findPairs(tx, batch);
  const missing = new Map<string, ImportedPair>();
  for (const row of rows) {
    const key = pairKey(row.firstAnswerId, row.secondAnswerId);
    if (!known.has(key) && !missing.has(key)) missing.set(key, row);
  }
  const added = new Set<string>();
  if (missing.size > 0) {
    const pairingId = await pairingOfImport(tx, batch);
    const values = [...missing.values()].map(({ questionId, firstAnswerId, secondAnswerId }) => ({
      id: uuidv7(),
      projectId,
      questionId,
      form,
      firstAnswerId,
      secondAnswerId,
      pairingId,
      wanted,
      lot: drawPair(jobId, [firstAnswerId, secondAnswerId]).lot,
      createdAt: at,
    }));
    for (const id of await insertPairs(tx, values)) added.add(id);
    // Somebody else may have made some of them in the meantime.
    for (const [key, row] of await findPairs(tx, { ...batch, rows: [...missing.values()] }))
      known.set(key, row);
  }
  return rows.map(({ firstAnswerId, secondAnswerId }) => {
    const found = known.get(pairKey(firstAnswerId, secondAnswerId));
    if (!found) throw new Error('A pair is neither there nor was it made.');
    return { id: found.id, firstAnswerId: found.firstAnswerId, isAdded: added.delete(found.id) };
  });
}

async function findPairs(
  tx: Transaction,
  batch: { projectId: string; form: FormName; rows: readonly ImportedPair[] },
): Promise<Map<string, Omit<SavedPair, 'isAdded'>>> {
  const { projectId, form, rows } = batch;
  const found = await tx
    .select({ id: pairs.id, firstAnswerId: pairs.firstAnswerId, secondAnswerId: pairs.secondAnswerId })
    .from(pairs)
    .where(
      and(
        eq(pairs.projectId, projectId),
        eq(pairs.form, form),
        inArray(pairs.questionId, [...new Set(rows.map(({ questionId }) => questionId))]),
      ),
    );
  return new Map(
    found.map(({ id, firstAnswerId, secondAnswerId }) => [
      pairKey(firstAnswerId, secondAnswerId),
      { id, firstAnswerId },
    ]),
  );
}

/** The row that says how the pairs of an import were made: one for all its batches. */
async function pairingOfImport(
  tx: Transaction,
  batch: { projectId: string; jobId: string; actorId: string | null; at: Date },
): Promise<string> {
  const { projectId, jobId, actorId, at } = batch;
  await tx
    .insert(pairings)
    .values({ projectId, method: 'import', seed: jobId, jobId, createdBy: actorId, createdAt: at })
    .onConflictDoNothing();
  const [pairing] = await tx.select({ id: pairings.id }).from(pairings).where(eq(pairings.jobId, jobId));
  if (!pairing) throw new Error("The import's pairing was not written.");
  return pairing.id;
}
