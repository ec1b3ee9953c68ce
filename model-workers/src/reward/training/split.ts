import { seededRandom } from '@rookery/shared/comparisons';

/** Which part, from 0, each question falls into: drawn by the seed, parts of equal size but for one. */
export function splitQuestions(
  questions: Iterable<string>,
  { parts, seed }: { parts: number; seed: string },
): Map<string, number> {
  const drawn = seededRandom(seed).shuffle([...new Set(questions)].toSorted());
  return new Map(drawn.map((question, index) => [question, index % parts]));
}
