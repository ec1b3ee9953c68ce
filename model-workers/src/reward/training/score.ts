import { headInputsOf, type PreparedAnswers } from './examples.ts';
import { standardised, type RewardHead } from './head.ts';

/** Scores of each member, [members][answers]; what the ONNX graph computes, in plain TypeScript. */
export function memberScoresOf(head: RewardHead, answers: PreparedAnswers): Float64Array[] {
  const rows = headInputsOf(answers).map((row) => standardised(row, head));
  return head.members.map(({ weights }) =>
    Float64Array.from(rows, (row) => dotOf(row, weights) / head.temperature),
  );
}

/** Scores of the ensemble: the mean over its members. */
export function scoresOf(head: RewardHead, answers: PreparedAnswers): Float64Array {
  const scores = new Float64Array(answers.questions.length);
  for (const member of memberScoresOf(head, answers))
    for (const [index, score] of member.entries()) scores[index]! += score / head.members.length;
  return scores;
}

export function dotOf(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index]! * other[index]!;
  return sum;
}
