import { sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';

/** Gives the lexeme of a word in lower case; null for one that is not searched, such as "the". */
export type LexemeOf = (word: string) => string | null;

/** Some 20 MB at most. */
const maxKnown = 200_000;
const known = new Map<string, Map<string, string | null>>();

/**
 * The lexemes of words, as PostgreSQL's dictionaries make them: from memory, and by one statement for those that are new. They depend on
 * the language alone.
 */
export async function readLexemes(
  db: Queryable,
  { language, words }: { language: string; words: ReadonlySet<string> },
): Promise<LexemeOf> {
  let lexemes = known.get(language);
  if (!lexemes || lexemes.size > maxKnown) known.set(language, (lexemes = new Map()));
  const read = lexemes;
  const missing = [...words].filter((word) => !read.has(word));
  if (missing.length > 0) {
    const { rows } = await db.execute<{ word: string; lexeme: string | null }>(sql`
      select word, (tsvector_to_array(to_tsvector(${language}::regconfig, word)))[1] as lexeme
      from unnest(${sql.param(missing)}::text[]) as word`);
    for (const { word, lexeme } of rows) read.set(word, lexeme);
  }
  return (word) => read.get(word) ?? null;
}
