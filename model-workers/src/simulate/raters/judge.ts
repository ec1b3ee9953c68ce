import type { ComparisonTask } from '@rookery/shared/api';
import {
  criterionIds,
  emptyJudgement,
  getForm,
  seededRandom,
  sides,
  type CriterionId,
  type FormField,
  type Judgement,
} from '@rookery/shared/comparisons';
import { normalOf } from '../normal.ts';
import { annotate } from './annotations.ts';
import { featuresOf } from './features.ts';
import { choiceOfDifference, differencesOf, type Taste } from './taste.ts';

/** Hidden in a simulated rater: nobody but the simulation knows it. */
export interface Character {
  /** Chooses their noise, together with `name`. */
  seed: number;
  name: string;
  taste: Taste;
  /** Standard deviation of what is added to every difference, anew for each pair and criterion. */
  noise: number;
  /** Added to every difference: positive prefers what is shown as A. */
  positionBias: number;
}

/** Of a task, what its rater sees of the answers. */
export type SeenTask = Pick<ComparisonTask, 'form' | 'question' | 'options'>;

/**
 * How much more A is worth than B to a rater of this taste, by criterion, before noise and bias.
 */
export function plainDifferences(task: Omit<SeenTask, 'form'>, taste: Taste): Record<CriterionId, number> {
  const { question, options } = task;
  const seen = sides.map((side) => featuresOf(question.fullText, options[side]));
  return differencesOf([seen[0]!, seen[1]!], taste);
}

/**
 * What a rater says of a task. It comes from the rater and from what the task shows, whenever it is done and under whatever
 * id; with the sides changed, it is the same about the answers but for the position bias.
 * @param fills what is filled in, of what the form has
 */
export function judge(rater: Character, task: SeenTask, fills: readonly FormField[]): Judgement {
  const form = getForm(task.form.name, task.form.version);
  const differences = plainDifferences(task, rater.taste);
  const noise = noiseOf(rater, task);
  const judgement = emptyJudgement();
  for (const { id } of form.criteria) {
    if (!fills.includes(id)) continue;
    judgement.ratings[id] = choiceOfDifference(differences[id] + rater.positionBias + noise[id]);
  }
  for (const side of sides) {
    judgement.options[side] = annotate(task.question.fullText, task.options[side], fills);
  }
  return judgement;
}

/** The noise towards A by criterion: drawn for the two texts in an order of their own, and turned to the sides. */
function noiseOf(
  { seed, name, noise }: Character,
  { question, options }: SeenTask,
): Record<CriterionId, number> {
  const { a, b } = options;
  const [towardsA, texts] = a.text <= b.text ? [1, [a.text, b.text]] : [-1, [b.text, a.text]];
  const random = seededRandom(JSON.stringify([seed, name, question.fullText, texts]));
  const entries = criterionIds.map((id) => [id, towardsA * noise * normalOf(random)]);
  return Object.fromEntries(entries) as Record<CriterionId, number>;
}
