import type { ReviewDecision } from '@rookery/shared/api';

/** A decision just made in this window, so that it can be taken back after the next demonstration has come. */
export interface LastDecision {
  projectId: string;
  episodeId: string;
  question: string;
  decision: ReviewDecision;
  /** What it is after the decision. */
  seen: { answerRevision: number | null; decisions: number };
}

class Last {
  value = $state.raw<LastDecision | null>(null);
}

export const lastDecision = new Last();
