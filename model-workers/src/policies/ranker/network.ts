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

/**
 * The candidates of one decision, without their zeros: candidate c has the features `columns[i]` with the values
 * `values[i]` for i from `starts[c]` up to `starts[c + 1]`.
 */
export interface Decision {
  starts: Uint32Array;
  columns: Uint8Array;
  values: Float32Array;
  /** The candidate that was chosen. */
  chosen: number;
}

/** A decision from rows of features. */
export function decisionOf(
  rows: Float32Array,
  { features, chosen }: { features: number; chosen: number },
): Decision {
  const count = rows.length / features;
  const starts = new Uint32Array(count + 1);
  const used = rows.reduce((sum, value) => sum + Number(value !== 0), 0);
  const columns = new Uint8Array(used);
  const values = new Float32Array(used);
  let place = 0;
  for (let candidate = 0; candidate < count; candidate += 1) {
    for (let column = 0; column < features; column += 1) {
      const value = rows[candidate * features + column]!;
      if (value === 0) continue;
      columns[place] = column;
      values[place] = value;
      place += 1;
    }
    starts[candidate + 1] = place;
  }
  return { starts, columns, values, chosen };
}

/** Scores of a decision's candidates, and what the hidden layer was for each. */
function forward(
  network: Network,
  { starts, columns, values }: Decision,
): { scores: Float64Array; hidden: Float32Array } {
  const { features, hidden: size, scale, parameters } = network;
  const count = starts.length - 1;
  const biases = features * size;
  const weights = biases + size;
  const scores = new Float64Array(count);
  const hidden = new Float32Array(count * size);
  for (let candidate = 0; candidate < count; candidate += 1) {
    const own = candidate * size;
    for (let unit = 0; unit < size; unit += 1) hidden[own + unit] = parameters[biases + unit]!;
    for (let index = starts[candidate]!; index < starts[candidate + 1]!; index += 1) {
      const column = columns[index]!;
      const value = values[index]! / scale[column]!;
      const kernel = column * size;
      for (let unit = 0; unit < size; unit += 1)
        hidden[own + unit] = hidden[own + unit]! + value * parameters[kernel + unit]!;
    }
    let score = 0;
    for (let unit = 0; unit < size; unit += 1) {
      const value = Math.tanh(hidden[own + unit]!);
      hidden[own + unit] = value;
      score += value * parameters[weights + unit]!;
    }
    scores[candidate] = score;
  }
  return { scores, hidden };
}

export const scoresOf = (network: Network, decision: Decision): Float64Array =>
  forward(network, decision).scores;

/** Cross-entropy of the chosen candidate, in nats; its gradient is added to `gradient`. */
export function addGradient(network: Network, decision: Decision, gradient: Float64Array): number {
  const { features, hidden: size, scale, parameters } = network;
  const { starts, columns, values, chosen } = decision;
  const { scores, hidden } = forward(network, decision);
  const logProbabilities = logSoftmax(scores, 1);
  const biases = features * size;
  const weights = biases + size;
  const inner = new Float64Array(size);
  for (let candidate = 0; candidate < scores.length; candidate += 1) {
    const error = Math.exp(logProbabilities[candidate]!) - Number(candidate === chosen);
    const own = candidate * size;
    for (let unit = 0; unit < size; unit += 1) {
      const value = hidden[own + unit]!;
      gradient[weights + unit]! += error * value;
      const slope = error * parameters[weights + unit]! * (1 - value * value);
      inner[unit] = slope;
      gradient[biases + unit]! += slope;
    }
    for (let index = starts[candidate]!; index < starts[candidate + 1]!; index += 1) {
      const column = columns[index]!;
      const value = values[index]! / scale[column]!;
      const kernel = column * size;
      for (let unit = 0; unit < size; unit += 1) gradient[kernel + unit]! += value * inner[unit]!;
    }
  }
  return -logProbabilities[chosen]!;
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
