import type { Queryable } from '../../db/database.ts';
import { countDemonstrations, findDemonstrations } from '../episodes/index.ts';

/** The demonstration that is to be reviewed after another one, the oldest first, and how many there are. */
export async function nextToReview(
  db: Queryable,
  { projectId, after }: { projectId: string; after?: string | undefined },
): Promise<{ episodeId: string | null; toReview: number }> {
  const standing = 'to-review';
  const find = async (from?: string): Promise<string | undefined> => {
    const [found] = await findDemonstrations(db, { projectId, standing, after: from, limit: 1 });
    return found?.id;
  };
  const [later, toReview] = await Promise.all([
    find(after),
    countDemonstrations(db, { projectId, standing }),
  ]);
  const next = later ?? (after === undefined ? undefined : await find());
  return { episodeId: next === undefined || next === after ? null : next, toReview };
}
