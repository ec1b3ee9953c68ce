import type { PairingMethod, PairRule, PairSelection } from '@rookery/shared/api';

/** What is known of how a pair came to be. */
export interface PairOrigin {
  method: PairingMethod;
  rule: PairRule | null;
  probability: number | null;
  isCalibration: boolean;
  /** Pairs of each question that a run of pairing was to draw; null: all. */
  perQuestion: number | null;
  /** Of the sampling plan whose samples a run of pairing was about. */
  planName: string | null;
  /** Of the comparisons that it came with. */
  importName: string | null;
  /** The lead's name. */
  madeBy: string | null;
  round: { number: number; selection: PairSelection } | null;
  /** The reward model whose scores were used. */
  chosenBy: { version: number } | null;
  /** Of the first and the second answer, by that model. */
  scores: readonly [number | null, number | null];
}

/** Why a pair was shown, in sentences for a lead. */
export function reasonOf(origin: PairOrigin): string {
  const why = origin.round === null ? whyMade(origin) : whyChosen(origin, origin.round);
  return origin.isCalibration ? `${why} It is a calibration pair, which everybody compares once.` : why;
}

function whyMade({ method, perQuestion, planName, importName, madeBy, probability }: PairOrigin): string {
  const ofPlan = planName === null ? '' : ` with a sample of the plan ${planName}`;
  if (method === 'by-hand') return `Made by ${madeBy ?? 'a lead'} by hand.`;
  if (method === 'import') {
    return importName === null
      ? 'It came with imported comparisons.'
      : `It came with the imported comparisons ${importName}.`;
  }
  if (method === 'per-question' && perQuestion !== null) {
    const times = perQuestion === 1 ? 'One pair' : `${perQuestion} pairs`;
    return `${times} of its question${ofPlan} ${perQuestion === 1 ? 'was' : 'were'} drawn, each as likely${withProbability(probability)}.`;
  }
  return `All pairs of its question${ofPlan} were made.`;
}

function whyChosen(
  { rule, probability, chosenBy, scores }: PairOrigin,
  { number, selection }: NonNullable<PairOrigin['round']>,
): string {
  const inRound = `In round ${number}`;
  const share = `${selection.randomPercent} % of pairs are drawn at random.`;
  if (rule === 'closest' || rule === 'best-of-n') {
    const [first, second] = scores.map((score) => (score === null ? 'none' : scoreWords(score)));
    const model = chosenBy === null ? 'its reward model' : `reward model ${chosenBy.version}`;
    const gave = `${model} gave its answers ${first} and ${second}`;
    return rule === 'closest'
      ? `${inRound} by the rule closest scores: ${gave}. ${share}`
      : `${inRound} by the rule best of n: ${gave}, and the better one was the best sample left, against one drawn${withProbability(probability)}. ${share}`;
  }
  const drawn = `${inRound} drawn at random from the pairs of its question${withProbability(probability)}.`;
  if (selection.rule === 'random') return drawn;
  const ruleName = selection.rule === 'closest' ? 'closest scores' : 'best of n';
  return `${drawn} ${selection.randomPercent} % of the round's pairs are, and those that its rule, ${ruleName}, could not fill.`;
}

/** With two digits after the point, or as many as it takes for two that count: scores may be close together. */
function scoreWords(score: number): string {
  const digits = score === 0 ? 2 : Math.min(6, Math.max(2, Math.ceil(1 - Math.log10(Math.abs(score)))));
  return score.toFixed(digits).replace('-', '−');
}

const withProbability = (probability: number | null): string =>
  probability === null ? '' : ` (probability ${Number(probability.toFixed(3))})`;
