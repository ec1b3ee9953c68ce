import {
  ownText,
  rewardFeaturesOf,
  rewardTextsOf,
  wordCountOf,
  type RewardInput,
} from '@rookery/shared/reward';
import type { PreparedAnswers } from './training/examples.ts';

/** Answers that are read together: their texts are encoded in one go. */
const together = 64;

/**
 * Features and vectors of answers.
 * @param answers each with the id of its question
 * @param encode vectors of length 1, as an encoder gives them
 */
export async function prepareAnswers(options: {
  answers: readonly { questionId: string; input: RewardInput }[];
  encode: (texts: readonly string[]) => Promise<Float32Array[]>;
  onProgress?: (share: number) => Promise<void> | void;
}): Promise<PreparedAnswers> {
  const { answers, encode, onProgress } = options;
  const features: Float64Array[] = [];
  const vectors: Float32Array[] = [];
  const questionVectors: Float32Array[] = [];
  for (let start = 0; start < answers.length; start += together) {
    const part = answers.slice(start, start + together);
    const texts = [...new Set(part.flatMap(({ input }) => rewardTextsOf(input)))];
    const encoded = await encode(texts);
    const known = new Map(texts.map((text, index) => [text, encoded[index]!]));
    const vectorOf = (text: string): Float32Array => known.get(text)!;
    for (const { input } of part) {
      features.push(rewardFeaturesOf(input, vectorOf));
      vectors.push(vectorOf(ownText(input.answer)));
      questionVectors.push(vectorOf(input.question));
    }
    await onProgress?.(Math.min(1, (start + together) / answers.length));
  }
  return {
    questions: answers.map(({ questionId }) => questionId),
    features,
    vectors,
    questionVectors,
    words: answers.map(({ input }) => wordCountOf(input.answer)),
  };
}

/** What an answer's vector has in common with its question's, from −1 to 1. */
export const cosineOf = ({ vectors, questionVectors }: PreparedAnswers, index: number): number =>
  vectors[index]!.reduce((sum, value, at) => sum + value * questionVectors[index]![at]!, 0);
