import { sql, type SQL } from 'drizzle-orm';
import type { ProjectSettings } from '@rookery/shared/api';

/** What a page is searched by: the words of its text, and above them (weight A) those of its title. */
export function searchVector(page: {
  language: ProjectSettings['language'];
  title: SQL;
  text: SQL;
}): SQL<string> {
  const { language, title, text } = page;
  const words = (part: SQL, weight: 'A' | 'D') =>
    sql`setweight(to_tsvector(${language}::regconfig, ${part}), ${sql.raw(`'${weight}'`)})`;
  return sql<string>`${words(title, 'A')} || ${words(text, 'D')}`;
}
