import type { Sampled, Sampler } from '@rookery/shared/api';
import type { BrowserView, Quote } from '@rookery/shared/browser';

/** Where an episode stands, as a policy sees it. */
export interface Session {
  /** The state in parts, with the commands that are legal (`available`). */
  view: BrowserView;
  /** The exact observation, which is the prompt of a language model. */
  observation: string;
}

/** What an answer is written from. */
export interface AnswerTask {
  question: string;
  /** The exact answer prompt. */
  prompt: string;
  quotes: readonly Quote[];
}

export interface Draw {
  /** Every choice comes from it: the same seed on the same device gives the same. */
  seed: string;
  /** 0: the likeliest. */
  temperature: number;
  signal: AbortSignal;
}

export interface ProposedCommand {
  /** As it is sent, whether or not it can be carried out. */
  command: string;
  sampled: Sampled;
}

export interface ProposedAnswer {
  text: string;
  sampled: Sampled;
}

/** What acts in the text browser: one version of a policy, loaded. Safe to ask for many episodes at once. */
export interface Policy {
  readonly device: string;
  /** Kept with every episode: `Sampler.details`. */
  readonly details: Sampler['details'];
  /** `count` independent draws of what to do next; log-probabilities are at the temperature drawn with. */
  nextCommands(session: Session, draw: Draw & { count: number }): Promise<ProposedCommand[]>;
  answer(task: AnswerTask, draw: Draw): Promise<ProposedAnswer>;
  close(): Promise<void>;
}
