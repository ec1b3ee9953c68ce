import { ApiError, type Client, type DemonstrationFilter, type ReviewDecision } from '@rookery/shared/api';

/** What decisions about many came to. */
export interface Outcome {
  decision: ReviewDecision;
  batchId: string;
  decided: number;
  unchanged: number;
  /** How many were left as they are, by reason. */
  refused: Map<string, number>;
}

type Which = { ids: string[] } | { matching: DemonstrationFilter } | { batchId: string };

/** Decides about many demonstrations, a part after the other, and says how far it is. */
export class ManyDecisions {
  /** Null while nothing goes on. */
  done = $state<number | null>(null);
  readonly #client: () => Client;

  constructor(client: () => Client) {
    this.#client = client;
  }

  /** @throws what a part was refused with; what was decided before it stays decided */
  async decide(options: {
    projectId: string;
    which: Which;
    decision: ReviewDecision;
    comment: string;
    seenAt: string;
  }): Promise<Outcome> {
    const { projectId, ...body } = options;
    const outcome: Outcome = {
      decision: options.decision,
      batchId: '',
      decided: 0,
      unchanged: 0,
      refused: new Map(),
    };
    this.done = 0;
    try {
      for (let next: { batchId: string; after: string } | null | undefined; next !== null;) {
        const part = await this.#client().reviewDemonstrations({
          params: { projectId },
          body: { ...body, ...(next && { next }) },
        });
        outcome.batchId = part.batchId;
        outcome.decided += part.decided;
        outcome.unchanged += part.unchanged;
        for (const { reason } of part.refused) {
          outcome.refused.set(reason, (outcome.refused.get(reason) ?? 0) + 1);
        }
        this.done += part.decided + part.unchanged + part.refused.length;
        ({ next } = part);
      }
      return outcome;
    } finally {
      this.done = null;
    }
  }
}

/** Whether something was refused because it is not any more as it was looked at. */
export const isOutdated = (error: unknown): boolean => error instanceof ApiError && error.code === 'conflict';
