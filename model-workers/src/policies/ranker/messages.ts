import type { RankerManifest, RankerSettings, TrainingDemonstration } from '@rookery/shared/api';
import type { ProposedAnswer, ProposedCommand } from '../policy.ts';
import type { AnswerRequest, NextRequest } from './engine.ts';

/** What the thread of the rankers is asked. */
export type RankingRequest =
  | { type: 'open'; rankerId: number; model: Uint8Array; cacheFolder: string; device: string }
  | { type: 'next'; rankerId: number; request: NextRequest }
  | { type: 'answer'; rankerId: number; request: AnswerRequest }
  | { type: 'close'; rankerId: number };

/** What each of these is answered. */
export interface RankingAnswers {
  open: { device: string; fallback: string | null; onnxruntime: string };
  next: ProposedCommand[];
  answer: ProposedAnswer;
  close: null;
}

/** What a training thread is asked, in this order: one demonstration after the other, then to train. */
export type TrainingRequest =
  | { type: 'begin'; settings: RankerSettings; cacheFolder: string; device: string }
  | { type: 'demonstration'; demonstration: TrainingDemonstration }
  | { type: 'train' };

export interface TrainingAnswers {
  begin: { fallback: string | null };
  demonstration: null;
  train: { model: Uint8Array; manifest: RankerManifest };
}

/** How far the training is, 0 … 1; sent unasked. */
export interface TrainingProgress {
  progress: number;
}
