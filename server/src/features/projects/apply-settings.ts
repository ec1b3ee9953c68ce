import type { ProjectSettings } from '@rookery/shared/api';
import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { libraryPages, questions } from '../../db/schema/index.ts';
import { renewVocabulary, searchVector } from '../../library/index.ts';

/**
 * Brings rows into line with new settings: the places of questions, and the search index of every page. Questions for
 * which a lead chose another number of places keep it. Places that are taken beyond a lower number stay taken; no new
 * ones are given out.
 */
export async function applySettings(
  tx: Transaction,
  change: { projectId: string; before: ProjectSettings; after: ProjectSettings; at: Date },
): Promise<void> {
  const { projectId, before, after } = change;
  if (before.demonstrationsPerQuestion !== after.demonstrationsPerQuestion) {
    await tx
      .update(questions)
      .set({ wanted: after.demonstrationsPerQuestion })
      .where(and(eq(questions.projectId, projectId), eq(questions.wanted, before.demonstrationsPerQuestion)));
  }
  if (before.language !== after.language) {
    const { title, searchText } = libraryPages;
    await tx
      .update(libraryPages)
      .set({
        searchVector: searchVector({
          language: after.language,
          title: sql`${title}`,
          text: sql`${searchText}`,
        }),
      })
      .where(eq(libraryPages.projectId, projectId));
    await renewVocabulary(tx, { projectId, at: change.at });
  }
}
