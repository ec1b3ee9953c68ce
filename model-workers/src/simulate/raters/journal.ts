import type { Judgement } from '@rookery/shared/comparisons';

/** What the server has acknowledged to raters: none of it may be missing afterwards. */
export interface RatingJournal {
  drafted(draft: { comparisonId: string; version: number; judgement: Judgement }): void;
  /** The server does not know of a draft that it has acknowledged. */
  missedDraft(comparisonId: string): void;
  submitted(submission: { comparisonId: string; judgement: Judgement; ms: number }): void;
  /** A request got no answer and is repeated. */
  waited(): void;
  /** By comparison id. */
  readonly submissions: ReadonlyMap<string, Judgement>;
  /** The newest acknowledged draft of what was not submitted, by comparison id. */
  readonly drafts: ReadonlyMap<string, { version: number; judgement: Judgement }>;
  readonly missedDrafts: ReadonlySet<string>;
  readonly figures: { drafts: number; repeated: number; latenciesMs: readonly number[] };
}

export function createRatingJournal(): RatingJournal {
  const submissions = new Map<string, Judgement>();
  const drafts = new Map<string, { version: number; judgement: Judgement }>();
  const missedDrafts = new Set<string>();
  const figures = { drafts: 0, repeated: 0, latenciesMs: [] as number[] };
  return {
    submissions,
    drafts,
    missedDrafts,
    figures,
    drafted({ comparisonId, version, judgement }) {
      drafts.set(comparisonId, { version, judgement });
      figures.drafts += 1;
    },
    missedDraft(comparisonId) {
      missedDrafts.add(comparisonId);
    },
    submitted({ comparisonId, judgement, ms }) {
      submissions.set(comparisonId, judgement);
      drafts.delete(comparisonId);
      figures.latenciesMs.push(ms);
    },
    waited() {
      figures.repeated += 1;
    },
  };
}
