import { questionUses, type QuestionUse } from '@rookery/shared/api';
import type { QuestionRow } from '@rookery/shared/datasets';
import { createHash } from 'node:crypto';

/**
 * Splits questions into uses by shares in percent: a question's place between 0 and 100 comes from a hash of its data set and id, so that
 * it is the same in every import, whatever stands beside it in the file.
 */
export function useByShares(
  row: Pick<QuestionRow, 'dataset' | 'id'>,
  shares: Partial<Record<QuestionUse, number>>,
): QuestionUse {
  const hash = createHash('sha256').update(`${row.dataset}\0${row.id}`).digest();
  const place = (hash.readUIntBE(0, 6) / 2 ** 48) * 100;
  let end = 0;
  for (const use of questionUses) {
    end += shares[use] ?? 0;
    if (place < end) return use;
  }
  throw new Error('The shares of the uses do not add up to 100.');
}
