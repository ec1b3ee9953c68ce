import type { comparisonRoutes } from '@rookery/shared/api';
import { currentForm, getForm } from '@rookery/shared/comparisons';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import {
  answers,
  comparisonRevisions,
  comparisons,
  events,
  members,
  pairs,
  people,
} from '../../db/schema/index.ts';
import { optionOf } from '../comparison-tasks/index.ts';
import { comparisonNotFound, readComparison, type ComparisonKey } from './list.ts';

type Detail = z.input<(typeof comparisonRoutes)['getComparison']['answer']>;

/**
 * One comparison as its rater saw it, by side, with everything that was submitted and what became of it.
 * @throws ApiError `not_found`
 */
export async function getComparison(db: Queryable, key: ComparisonKey & { now: Date }): Promise<Detail> {
  const { projectId, comparisonId } = key;
  const [row] = await db
    .select({
      pairId: comparisons.pairId,
      form: comparisons.form,
      formVersion: comparisons.formVersion,
      firstSide: comparisons.firstSide,
      requiredFields: comparisons.requiredFields,
      settingsVersion: comparisons.settingsVersion,
      guidelinesVersion: comparisons.guidelinesVersion,
      draft: comparisons.draft,
      draftSavedAt: comparisons.draftSavedAt,
      firstAnswerId: pairs.firstAnswerId,
      secondAnswerId: pairs.secondAnswerId,
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .where(and(eq(comparisons.projectId, projectId), eq(comparisons.id, comparisonId)));
  if (!row) throw comparisonNotFound();
  const { requiredFields, settingsVersion, guidelinesVersion, draft, draftSavedAt } = row;
  const form = row.formVersion === null ? currentForm(row.form) : getForm(row.form, row.formVersion);
  const { firstAnswerId, secondAnswerId } = row;
  const [comparison, stored, revisions, history] = await Promise.all([
    readComparison(db, key),
    db
      .select({ id: answers.id, text: answers.text, quotes: answers.quotes })
      .from(answers)
      .where(and(eq(answers.projectId, projectId), inArray(answers.id, [firstAnswerId, secondAnswerId]))),
    readRevisions(db, key),
    readHistory(db, key),
  ]);
  const shown = (id: string) => {
    const { text, shownQuotes } = optionOf(
      stored.find((answer) => answer.id === id)!,
      form,
    );
    return { text, quotes: shownQuotes };
  };
  // An import has no sides: it is shown as the pair stands.
  const isFirstA = row.firstSide !== 'b';
  return {
    comparison,
    requiredFields,
    settingsVersion,
    guidelinesVersion,
    options: {
      a: shown(isFirstA ? firstAnswerId : secondAnswerId),
      b: shown(isFirstA ? secondAnswerId : firstAnswerId),
    },
    revisions,
    draft: draft && draftSavedAt && { judgement: draft, savedAt: draftSavedAt.toISOString() },
    history,
  };
}

async function readRevisions(db: Queryable, key: ComparisonKey): Promise<Detail['revisions']> {
  const { revision, judgement, activeMs, submittedAt } = comparisonRevisions;
  const rows = await db
    .select({ revision, judgement, activeMs, submittedAt })
    .from(comparisonRevisions)
    .where(
      and(
        eq(comparisonRevisions.projectId, key.projectId),
        eq(comparisonRevisions.comparisonId, key.comparisonId),
      ),
    )
    .orderBy(asc(revision));
  return rows.map((row) => ({
    revision: row.revision,
    judgement: row.judgement,
    activeSeconds: row.activeMs / 1000,
    submittedAt: row.submittedAt.toISOString(),
  }));
}

/** Every change of state, from the events. The rater is named by their pseudonym, a lead by their name. */
async function readHistory(db: Queryable, key: ComparisonKey): Promise<Detail['history']> {
  const rows = await db
    .select({
      kind: events.kind,
      actor: sql<
        string | null
      >`case when ${members.id} is not null then ${members.pseudonym} else ${people.name} end`,
      at: events.at,
      reason: sql<string | null>`nullif(${events.after} ->> 'reason', '')`,
    })
    .from(events)
    .innerJoin(comparisons, eq(comparisons.id, events.objectId))
    .leftJoin(people, eq(people.id, events.actorId))
    .leftJoin(members, and(eq(members.id, comparisons.memberId), eq(members.personId, events.actorId)))
    .where(
      and(
        eq(events.objectType, 'comparison'),
        eq(events.objectId, key.comparisonId),
        eq(events.projectId, key.projectId),
      ),
    )
    .orderBy(asc(events.at), asc(events.id));
  return rows.map((row) => Object.assign(row, { at: row.at.toISOString() }));
}
