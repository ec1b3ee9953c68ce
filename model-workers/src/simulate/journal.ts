/** A step that the server has acknowledged. */
export interface AcknowledgedStep {
  sequence: number;
  command: string;
  observationSha256: string;
}

/** What the server has acknowledged: none of it may be missing afterwards. */
export interface Journal {
  acknowledged(step: {
    episodeId: string;
    sequence: number;
    command: string;
    result: { observationSha256: string; outcome: { isValid: boolean } };
    ms: number;
  }): void;
  submitted(answer: { episodeId: string; text: string }): void;
  /** A request got no answer and is repeated. */
  waited(): void;
  readonly steps: ReadonlyMap<string, readonly AcknowledgedStep[]>;
  /** By episode id. */
  readonly answers: ReadonlyMap<string, string>;
  readonly figures: { commands: number; invalid: number; repeated: number; latenciesMs: readonly number[] };
}

export function createJournal(): Journal {
  const steps = new Map<string, AcknowledgedStep[]>();
  const answers = new Map<string, string>();
  const figures = { commands: 0, invalid: 0, repeated: 0, latenciesMs: [] as number[] };
  return {
    steps,
    answers,
    figures,
    acknowledged({ episodeId, sequence, command, result, ms }) {
      const step = { sequence, command, observationSha256: result.observationSha256 };
      steps.set(episodeId, [...(steps.get(episodeId) ?? []), step]);
      figures.commands += 1;
      if (!result.outcome.isValid) figures.invalid += 1;
      figures.latenciesMs.push(ms);
    },
    submitted({ episodeId, text }) {
      answers.set(episodeId, text);
    },
    waited() {
      figures.repeated += 1;
    },
  };
}
