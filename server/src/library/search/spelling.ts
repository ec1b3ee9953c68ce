import { sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';

/** Shorter words have too many neighbours to guess which was meant; where something else was found, so have those of four letters. */
const shortestWord = { alone: 4, amongOthers: 5 };
/** From this length on two slips are allowed. */
const longWord = 8;
/** A number is never a slip of another one that happens to be in the library. */
const isWord = /^[\p{L}\p{M}'’-]+$/u;

/**
 * The word of a project's vocabulary that is nearest to a lexeme which no page has: one slip away, or two for long words, or one that
 * begins with it; of equally near ones the most usual. Null where there is none.
 */
export async function nearestWord(
  db: Queryable,
  options: { projectId: string; lexeme: string; isAlone: boolean },
): Promise<{ word: string; pages: number } | null> {
  const { projectId, lexeme, isAlone } = options;
  const { length } = lexeme;
  if (length < shortestWord[isAlone ? 'alone' : 'amongOthers'] || !isWord.test(lexeme)) return null;
  const maxDistance = length >= longWord ? 2 : 1;
  const isNear = sql`length(word) between ${length - maxDistance}::int and ${length + maxDistance}::int`;
  // Few slips are in the first letter: the words that share it are near each other in the index.
  const first = likeText(lexeme.slice(0, 1));
  const sameFirst = sql`word like ${`${first}%`} and (${isNear} or word like ${`${likeText(lexeme)}%`})`;
  const otherFirst = sql`word not like ${`${first}%`} and ${isNear} and (
    substr(word, 2, 3) in (${lexeme.slice(1, 4)}, ${lexeme.slice(0, 3)}) or substr(word, 1, 3) = ${lexeme.slice(1, 4)}
    or substr(word, 1, 2) = ${lexeme.slice(1, 2) + lexeme.slice(0, 1)})`;
  for (const candidates of [sameFirst, otherFirst]) {
    const { rows } = await db.execute<{ word: string; pages: number }>(sql`
      select word, pages from library_words
      where project_id = ${projectId}::uuid and word <> ${lexeme} and ${candidates}`);
    const best = nearestOf(rows, { lexeme, maxDistance });
    if (best !== null) return best;
  }
  return null;
}

function nearestOf(
  candidates: readonly { word: string; pages: number }[],
  { lexeme, maxDistance }: { lexeme: string; maxDistance: number },
): { word: string; pages: number } | null {
  let best: { word: string; distance: number; pages: number } | null = null;
  for (const { word, pages } of candidates) {
    if (!isWord.test(word)) continue;
    const distance = word.startsWith(lexeme) ? 1 : slips(lexeme, word, maxDistance);
    if (distance > maxDistance) continue;
    const isBetter =
      best === null ||
      distance < best.distance ||
      (distance === best.distance && (pages > best.pages || (pages === best.pages && word < best.word)));
    if (isBetter) best = { word, distance, pages };
  }
  return best;
}

const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/**
 * The number of slips between two words (optimal string alignment distance: letters added, left out, exchanged for another, or two
 * neighbours swapped), or `max + 1` if it is more than `max`.
 */
export function slips(one: string, other: string, max: number): number {
  if (Math.abs(one.length - other.length) > max) return max + 1;
  let previous: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        best = Math.min(best, previous[j - 2]! + 1);
      next.push(best);
    }
    if (Math.min(...next) > max) return max + 1;
    previous = row;
    row = next;
  }
  return Math.min(row[other.length]!, max + 1);
}
