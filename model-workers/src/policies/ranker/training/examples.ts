import type { TrainingDemonstration } from '@rookery/shared/api';
import { parseCommand } from '@rookery/shared/browser';
import { candidateOf, candidatesOf, type Candidate } from '../candidates.ts';
import { featureCount, featuresOf, lexical, textsOf, type Vectors } from '../features.ts';
import { decisionOf, type Decision } from '../network.ts';
import { situationOf, type Situation } from '../situation.ts';

/** A decision of a person that a network learns from or is tested on. */
export interface Example {
  questionId: string;
  /** As the grammar has it: `search`, `scroll`, … */
  kind: string;
  command: string;
  /** Kinds of the candidates, as the grammar has them. */
  kinds: readonly string[];
  /** With the person's command at its end where it was not among the candidates. */
  decision: Decision;
  isOutside: boolean;
  /** The candidate whose text shares most words with the question; the first of several. */
  lexical: number;
}

interface Step {
  situation: Situation;
  candidates: Candidate[];
  chosen: number;
  isOutside: boolean;
  command: string;
  kind: string;
}

/** What is known of a demonstration before its texts are encoded. */
export interface ReadDemonstration {
  questionId: string;
  steps: Step[];
  invalidSteps: number;
  /** All texts that its features need, each once. */
  texts: string[];
}

/** Makes the candidates of every step; steps that could not be carried out are left out. */
export function readDemonstration(demonstration: TrainingDemonstration): ReadDemonstration {
  const steps: Step[] = [];
  const texts = new Set<string>();
  let invalidSteps = 0;
  for (const { view, observation, command, isValid } of demonstration.steps) {
    const step = isValid ? readStep(situationOf({ view, observation }), command) : null;
    if (!step) {
      invalidSteps += 1;
      continue;
    }
    steps.push(step);
    for (const text of textsOf(step.situation, step.candidates)) texts.add(text);
  }
  return { questionId: demonstration.questionId, steps, invalidSteps, texts: [...texts] };
}

function readStep(situation: Situation, command: string): Step | null {
  const parsed = parseCommand(command);
  if (parsed.kind === 'invalid') return null;
  const { kind } = parsed;
  const candidates = candidatesOf(situation);
  const chosen = candidates.findIndex(
    (candidate) => grammarKind(candidate) === kind && candidate.command === command,
  );
  const shared = { situation, command, kind };
  if (chosen >= 0) return { ...shared, candidates, chosen, isOutside: false };
  const own = candidateOf(situation, command);
  return own
    ? { ...shared, candidates: [...candidates, own], chosen: candidates.length, isOutside: true }
    : null;
}

const grammarKind = ({ kind }: Candidate): string => kind.split('-')[0]!;

/** The examples of a demonstration whose texts have vectors. */
export function examplesOf({ questionId, steps }: ReadDemonstration, vectors: Vectors): Example[] {
  return steps.map(({ situation, candidates, chosen, isOutside, command, kind }) => {
    const rows = featuresOf(situation, { candidates, vectors });
    const possible = isOutside ? candidates.slice(0, -1) : candidates;
    return {
      questionId,
      kind,
      command,
      kinds: candidates.map(grammarKind),
      decision: decisionOf(rows, { features: featureCount, chosen }),
      isOutside,
      lexical: mostLexical(situation, possible),
    };
  });
}

function mostLexical(situation: Situation, candidates: readonly Candidate[]): number {
  let best = 0;
  let most = -1;
  for (const [index, { text }] of candidates.entries()) {
    const { stems } = lexical(situation, text);
    const shared = [...stems].filter((stem) => situation.stems.has(stem)).length;
    if (shared > most) [best, most] = [index, shared];
  }
  return best;
}
