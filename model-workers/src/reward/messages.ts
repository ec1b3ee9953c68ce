import type { RewardAnswer, RewardJobPair, RewardManifest, RewardSettings } from '@rookery/shared/api';
import type { RewardInput } from '@rookery/shared/reward';
import type { EncoderFolder } from '../encoder/index.ts';
import type { Folds } from './folds.ts';

/** A model that a training compares itself with. */
export interface PreviousModel {
  modelId: string;
  version: number;
  manifest: RewardManifest;
  model: Uint8Array;
}

/** What a training thread is asked, in this order: answers, then pairs, then to train on them or to test by folds. */
export type TrainingRequest =
  | {
      type: 'begin';
      settings: RewardSettings;
      cacheFolder: string;
      device: string;
      folder: EncoderFolder | null;
      previous: PreviousModel | null;
    }
  | { type: 'answers'; answers: readonly RewardAnswer[] }
  | { type: 'pairs'; pairs: readonly RewardJobPair[] }
  | { type: 'train' }
  | { type: 'folds'; k: number };

export interface TrainingAnswers {
  begin: { fallback: string | null };
  answers: null;
  pairs: null;
  train: TrainedReward;
  folds: Folds;
}

export interface TrainedReward {
  model: Uint8Array;
  manifest: RewardManifest;
}

/** How far the training is, 0 … 1; sent unasked. */
export interface TrainingProgress {
  progress: number;
}

/** What the thread that scores is asked. */
export type ScoringRequest =
  | {
      type: 'open';
      manifest: RewardManifest;
      model: Uint8Array;
      cacheFolder: string;
      device: string;
      folder: EncoderFolder | null;
    }
  | { type: 'score'; sha256: string; inputs: readonly RewardInput[] }
  | { type: 'close'; sha256: string };

export interface ScoringAnswers {
  open: { device: string; fallback: string | null };
  score: ScoredInput[];
  close: null;
}

/** What a model says of an answer. */
export interface ScoredInput {
  /** Above 0 is better than the mean that the zero of the model stands for. */
  score: number;
  /** Standard deviation over the members of the ensemble. */
  uncertainty: number;
  /** Of the two models that each learnt from half of the questions; null where there are none. */
  halves: [number, number] | null;
  /** Of the answer's vector to the question's: no part of the score, but what it is compared with. */
  cosine: number;
}
