import { sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';

/** Longer lexemes are no words that anybody types. */
const maxWordCharacters = 60;

/**
 * Counts a project's words anew: in how many pages of its library each stands. Searches weigh words by it and guess by it what a word
 * typed wrong was meant to be; until it is done they go on with the counts of before. It reads every page's search vector, so it is done
 * once an import, after its last page. Two at a time do it one after the other.
 */
export async function renewVocabulary(
  db: Queryable,
  { projectId, at }: { projectId: string; at: Date },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into library_vocabularies as vocabulary (project_id, pages, mean_characters, renewed_at)
      select ${projectId}::uuid, count(*), coalesce(avg(characters), 0)::int, ${at.toISOString()}::timestamptz
      from library_pages where project_id = ${projectId}::uuid
      on conflict (project_id) do update set pages = excluded.pages, mean_characters = excluded.mean_characters,
        renewed_at = excluded.renewed_at`);
    // `ts_stat` takes a query as text; the id is a UUID of our own.
    await tx.execute(sql`
      with counted as materialized (
        select word collate "C" as word, ndoc from ts_stat(
          format('select search_vector from library_pages where project_id = %L', ${projectId}::uuid))
        where length(word) <= ${maxWordCharacters}::int
      ), dropped as (
        delete from library_words where project_id = ${projectId}::uuid
          and not exists (select from counted where counted.word = library_words.word)
      )
      insert into library_words as known (project_id, word, pages)
      select ${projectId}::uuid, word, ndoc from counted
      on conflict (project_id, word) do update set pages = excluded.pages where known.pages <> excluded.pages`);
  });
}
