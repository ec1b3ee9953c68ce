import { seededRandom, type SeededRandom } from '@rookery/shared/comparisons';
import { buildGraph } from '../../onnx/index.ts';

/**
 * One hidden layer with tanh, and a score: score(x) = w · tanh(K (x / scale) + b). A softmax over the candidates of a
 * decision makes probabilities of scores; a constant added to all scores would change nothing, so there is none.
 */
export interface Network {
  features: number;
  hidden: number;
  /** What features are divided by: their root mean square in training; 1 where that is 0. */
  scale: Float32Array;
  /** [features, hidden], then biases [hidden], then weights of the score [hidden]. */
  parameters: Float32Array;
}

/**
 * A network before training: kernel and score from uniform distributions of the width that keeps the variance
 * (Glorot and Bengio, 2010), biases 0.
 */
export function createNetwork(options: {
  features: number;
  hidden: number;
  scale: Float32Array;
  seed: string;
}): Network {
  const { features, hidden, scale } = options;
  const random = seededRandom(options.seed);
  const parameters = new Float32Array(features * hidden + 2 * hidden);
  const kernel = Math.sqrt(6 / (features + hidden));
  for (let index = 0; index < features * hidden; index += 1) parameters[index] = uniform(random, kernel);
  const score = Math.sqrt(6 / (hidden + 1));
  for (let index = 0; index < hidden; index += 1)
    parameters[features * hidden + hidden + index] = uniform(random, score);
  return { features, hidden, scale, parameters };
}

const uniform = (random: SeededRandom, width: number): number => (2 * random.next() - 1) * width;

/** Features without their zeros: each column with its value. */
interface SparseFeatures {
  columns: Uint8Array;
  values: Float32Array;
}

/**
 * The candidates of one decision: what all of them have in common, and what candidate c has beside it, in `own` from
 * `starts[c]` up to `starts[c + 1]`.
 */
export interface Decision {
  common: SparseFeatures;
  own: SparseFeatures;
  starts: Uint32Array;
  /** The candidate that was chosen. */
  chosen: number;
}

/** A decision from rows of features, at most 256 of each. */
export function decisionOf(
  rows: Float32Array,
  { features, chosen }: { features: number; chosen: number },
): Decision {
  const count = rows.length / features;
  const isCommon = Array.from({ length: features }, (_, column) => {
    for (let row = 1; row < count; row += 1) if (rows[row * features + column] !== rows[column]) return false;
    return true;
  });
  const sparse = (row: number, wanted: boolean): [column: number, value: number][] =>
    isCommon.flatMap((common, column): [number, number][] => {
      const value = rows[row * features + column]!;
      return common === wanted && value !== 0 ? [[column, value]] : [];
    });
  const candidates = Array.from({ length: count }, (_, row) => sparse(row, false));
  const starts = new Uint32Array(count + 1);
  for (const [row, entries] of candidates.entries()) starts[row + 1] = starts[row]! + entries.length;
  return { common: packed(sparse(0, true)), own: packed(candidates.flat()), starts, chosen };
}

const packed = (entries: readonly (readonly [column: number, value: number])[]): SparseFeatures => ({
  columns: Uint8Array.from(entries, ([column]) => column),
  values: Float32Array.from(entries, ([, value]) => value),
});

/** Scores of a decision's candidates, and what the hidden layer was for each. */
function forward(network: Network, decision: Decision): { scores: Float64Array; hidden: Float32Array } {
  const { features, hidden: size, parameters } = network;
  const { common, own, starts } = decision;
  const count = starts.length - 1;
  const biases = features * size;
  const weights = biases + size;
  const base = parameters.slice(biases, weights);
  addRows(network, { to: base, offset: 0, from: common, start: 0, end: common.columns.length });
  const scores = new Float64Array(count);
  const hidden = new Float32Array(count * size);
  for (let candidate = 0; candidate < count; candidate += 1) {
    const offset = candidate * size;
    hidden.set(base, offset);
    addRows(network, {
      to: hidden,
      offset,
      from: own,
      start: starts[candidate]!,
      end: starts[candidate + 1]!,
    });
    let score = 0;
    for (let unit = 0; unit < size; unit += 1) {
      const value = tanh(hidden[offset + unit]!);
      hidden[offset + unit] = value;
      score += value * parameters[weights + unit]!;
    }
    scores[candidate] = score;
  }
  return { scores, hidden };
}

/** Math.tanh to 1e-15, in a third of its time. */
const tanh = (x: number): number => 1 - 2 / (Math.exp(2 * x) + 1);

/** Adds rows of the kernel, each times its scaled feature. */
function addRows(
  { hidden: size, scale, parameters }: Network,
  rows: { to: Float32Array; offset: number; from: SparseFeatures; start: number; end: number },
): void {
  const { to, offset, from, start, end } = rows;
  for (let index = start; index < end; index += 1) {
    const column = from.columns[index]!;
    const value = from.values[index]! / scale[column]!;
    const kernel = column * size;
    for (let unit = 0; unit < size; unit += 1) to[offset + unit]! += value * parameters[kernel + unit]!;
  }
}

export const scoresOf = (network: Network, decision: Decision): Float64Array =>
  forward(network, decision).scores;

/** Cross-entropy of the chosen candidate, in nats; its gradient is added to `gradient`. */
export function addGradient(network: Network, decision: Decision, gradient: Float64Array): number {
  const { features, hidden: size, parameters } = network;
  const { common, own, starts, chosen } = decision;
  const { scores, hidden } = forward(network, decision);
  const logProbabilities = logSoftmax(scores, 1);
  const biases = features * size;
  const weights = biases + size;
  const slopes = new Float64Array(size);
  const sum = new Float64Array(size);
  for (let candidate = 0; candidate < scores.length; candidate += 1) {
    const error = Math.exp(logProbabilities[candidate]!) - Number(candidate === chosen);
    const offset = candidate * size;
    for (let unit = 0; unit < size; unit += 1) {
      const value = hidden[offset + unit]!;
      gradient[weights + unit]! += error * value;
      const slope = error * parameters[weights + unit]! * (1 - value * value);
      slopes[unit] = slope;
      sum[unit]! += slope;
    }
    addSlopes(network, {
      gradient,
      slopes,
      from: own,
      start: starts[candidate]!,
      end: starts[candidate + 1]!,
    });
  }
  for (let unit = 0; unit < size; unit += 1) gradient[biases + unit]! += sum[unit]!;
  addSlopes(network, { gradient, slopes: sum, from: common, start: 0, end: common.columns.length });
  return -logProbabilities[chosen]!;
}

/** Adds to rows of the kernel's gradient the slopes, each time times the scaled feature. */
function addSlopes(
  { hidden: size, scale }: Network,
  rows: { gradient: Float64Array; slopes: Float64Array; from: SparseFeatures; start: number; end: number },
): void {
  const { gradient, slopes, from, start, end } = rows;
  for (let index = start; index < end; index += 1) {
    const column = from.columns[index]!;
    const value = from.values[index]! / scale[column]!;
    const kernel = column * size;
    for (let unit = 0; unit < size; unit += 1) gradient[kernel + unit]! += value * slopes[unit]!;
  }
}

/** Logarithms of the probabilities at a temperature; at 0 the first of the highest scores has all of it. */
export function logSoftmax(scores: Float64Array | Float32Array, temperature: number): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  if (temperature === 0) {
    const first = scores.indexOf(most);
    return Float64Array.from(scores, (_, index) => (index === first ? 0 : Number.NEGATIVE_INFINITY));
  }
  let sum = 0;
  for (const score of scores) sum += Math.exp((score - most) / temperature);
  const total = Math.log(sum);
  // Rounding must not make a probability greater than 1.
  return Float64Array.from(scores, (score) => Math.min(0, (score - most) / temperature - total));
}

/** Where a draw falls. */
export function drawFrom(logProbabilities: Float64Array, random: SeededRandom): number {
  let left = random.next();
  let last = 0;
  for (const [index, logProbability] of logProbabilities.entries()) {
    const probability = Math.exp(logProbability);
    if (probability === 0) continue;
    left -= probability;
    last = index;
    if (left < 0) return index;
  }
  return last;
}

/** The network as an ONNX file: `features` [candidates, features], as they are, to `scores` [candidates]. */
export function encodeNetwork({ features, hidden, scale, parameters }: Network): Uint8Array {
  const graph = buildGraph();
  const biases = features * hidden;
  const input = graph.input('features', 'float', ['candidates', features]);
  const scaled = graph.apply('Div', [input, graph.constant(scale, [features])]);
  const kernel = graph.constant(parameters.slice(0, biases), [features, hidden]);
  const bias = graph.constant(parameters.slice(biases, biases + hidden), [hidden]);
  const weights = graph.constant(parameters.slice(biases + hidden), [hidden, 1]);
  const layer = graph.apply('Tanh', [graph.apply('Add', [graph.apply('MatMul', [scaled, kernel]), bias])]);
  const flat = graph.constant(BigInt64Array.of(-1n), [1]);
  const scores = graph.apply('Reshape', [graph.apply('MatMul', [layer, weights]), flat]);
  graph.output(scores, { name: 'scores', type: 'float', shape: ['candidates'] });
  return graph.encode('rookery-ranker');
}
