import type { PairRule, PairSelection } from '@rookery/shared/api';
import { seededRandom, type SeededRandom } from '@rookery/shared/comparisons';
import { pairKey } from '../pairs/index.ts';

/** An answered sample. */
export interface ScoredSample {
  answerId: string;
  /** By the model that chooses; null: it has none. */
  score: number | null;
  /** The same for answers of one text, which are never a pair. */
  text: number;
}

/** A question with the samples that can be paired. */
export interface SampledQuestion {
  questionId: string;
  samples: readonly ScoredSample[];
  /** The keys of the pairs that there are. */
  existing: ReadonlySet<string>;
}

export interface ChosenPair {
  questionId: string;
  answerIds: readonly [string, string];
  rule: PairRule;
  /** From above 0 to 1: with which it was chosen among those that could have been. */
  probability: number;
}

type SamplePair = readonly [ScoredSample, ScoredSample];

/**
 * Chooses `count` pairs, or as many as there can be, one question after another. Their places are dealt over the questions evenly, by lot where
 * that does not come out even, and what a question has too few pairs for goes to others; by lot too, which of the places are for random pairs.
 * Within a question the rule chooses first, among samples that have a score; random ones are drawn from what is left, and fill what the rule
 * could not. The same seed, samples and scores give the same pairs, in whatever order they come.
 * @yields the pairs of a question, or none: after each piece of work that may take some milliseconds, so that others can have their turn
 */
export function* choosePairs(input: {
  questions: readonly SampledQuestion[];
  count: number;
  selection: PairSelection;
  seed: string;
}): Generator<ChosenPair[]> {
  const { count, selection, seed } = input;
  const { rule } = selection;
  const questions = input.questions.toSorted((one, other) => (one.questionId < other.questionId ? -1 : 1));
  const rooms: number[] = [];
  for (const question of questions) {
    rooms.push(roomOf(question));
    if (question.existing.size > 0) yield [];
  }
  const places = dealPlaces({ rooms, count, random: seededRandom(`${seed} places`) });
  const percent = rule === 'random' ? 100 : selection.randomPercent;
  const randomPlaces = dealShare({ places, percent, random: seededRandom(`${seed} random`) });
  for (const [index, question] of questions.entries()) {
    if (places[index] === 0) continue;
    const random = seededRandom(`${seed} question ${question.questionId}`);
    yield chooseOfQuestion(question, {
      places: places[index]!,
      randomPlaces: randomPlaces[index]!,
      rule,
      random,
    });
  }
}

/** How many pairs a question can have; counted without making them where none is there yet. */
function roomOf(question: SampledQuestion): number {
  if (question.existing.size > 0) return possiblePairs(question).length;
  const { samples } = question;
  const pairsOf = (count: number): number => (count * (count - 1)) / 2;
  const twins = [...Map.groupBy(samples, ({ text }) => text).values()];
  return twins.reduce((left, { length }) => left - pairsOf(length), pairsOf(samples.length));
}

/** Every two samples of different texts that are not a pair yet, in the order of their ids. */
export function possiblePairs({ samples, existing }: SampledQuestion): SamplePair[] {
  const sorted = samples.toSorted((one, other) => (one.answerId < other.answerId ? -1 : 1));
  return sorted.flatMap((one, index) =>
    sorted
      .slice(index + 1)
      .filter((other) => one.text !== other.text && !existing.has(pairKey(one.answerId, other.answerId)))
      .map((other) => [one, other] as const),
  );
}

/** How many each takes that has so much room: as evenly as the rooms allow, by lot where there is less left than takers. */
function dealPlaces(deal: { rooms: readonly number[]; count: number; random: SeededRandom }): number[] {
  const { rooms, count, random } = deal;
  const dealt = rooms.map(() => 0);
  let left = Math.min(
    count,
    rooms.reduce((sum, room) => sum + room, 0),
  );
  while (left > 0) {
    const open = [...rooms.keys()].filter((index) => dealt[index]! < rooms[index]!);
    const each = Math.floor(left / open.length);
    const takers = each === 0 ? random.sample(open, left) : open;
    for (const index of takers) {
      const taken = Math.min(Math.max(each, 1), rooms[index]! - dealt[index]!);
      dealt[index]! += taken;
      left -= taken;
    }
  }
  return dealt;
}

/** How many of the places of each are among a share of all, drawn by lot. */
function dealShare(deal: { places: readonly number[]; percent: number; random: SeededRandom }): number[] {
  const { places, percent, random } = deal;
  const all = places.flatMap((count, index) => Array.from({ length: count }, () => index));
  const share = places.map(() => 0);
  for (const index of random.sample(all, Math.round((all.length * percent) / 100))) share[index]! += 1;
  return share;
}

function chooseOfQuestion(
  question: SampledQuestion,
  options: { places: number; randomPlaces: number; rule: PairRule; random: SeededRandom },
): ChosenPair[] {
  const { places, randomPlaces, rule, random } = options;
  const possible = possiblePairs(question);
  const drawn = { possible, count: places - randomPlaces, random };
  const byRule = rule === 'closest' ? closest(drawn) : rule === 'best-of-n' ? bestAgainstOthers(drawn) : [];
  const taken = new Set(byRule.map(({ pair }) => pair));
  const left = possible.filter((pair) => !taken.has(pair));
  const count = places - byRule.length;
  const atRandom = random.sample(left, count).map((pair) => ({ pair, probability: count / left.length }));
  const present = (chosen: readonly Drawn[], rule: PairRule): ChosenPair[] =>
    chosen.map(({ pair: [one, other], probability }) => ({
      questionId: question.questionId,
      answerIds: [one.answerId, other.answerId],
      rule,
      probability,
    }));
  return [...present(byRule, rule), ...present(atRandom, 'random')];
}

interface Drawn {
  pair: SamplePair;
  probability: number;
}

interface Drawing {
  possible: readonly SamplePair[];
  count: number;
  random: SeededRandom;
}

/** The pairs whose scores differ least; of the same difference, the first by their ids, so that nothing is left to a lot. */
function closest({ possible, count }: Drawing): Drawn[] {
  return possible
    .flatMap((pair) => {
      const [one, other] = pair;
      if (one.score === null || other.score === null) return [];
      return { pair, probability: 1, difference: Math.abs(one.score - other.score) };
    })
    .toSorted((one, other) => one.difference - other.difference)
    .slice(0, count);
}

/**
 * The sample with the highest score against others, drawn without replacement, each as likely; once it has been paired with all of them,
 * the next best against those below it.
 */
function bestAgainstOthers({ possible, count, random }: Drawing): Drawn[] {
  const chosen: Drawn[] = [];
  let left = possible.filter((pair) => pair.every(({ score }) => score !== null));
  while (chosen.length < count && left.length > 0) {
    const best = left.flat().reduce((one, other) => (isBetter(other, one) ? other : one));
    const ofBest = left.filter((pair) => pair.includes(best));
    const taken = Math.min(count - chosen.length, ofBest.length);
    const probability = taken / ofBest.length;
    chosen.push(...random.sample(ofBest, taken).map((pair) => ({ pair, probability })));
    left = left.filter((pair) => !pair.includes(best));
  }
  return chosen;
}

const isBetter = (one: ScoredSample, other: ScoredSample): boolean =>
  one.score! > other.score! || (one.score === other.score && one.answerId < other.answerId);
