import type { RankerManifest, RankerSettings } from '@rookery/shared/api';
import { seededRandom } from '@rookery/shared/comparisons';
import { addGradient, createNetwork, logSoftmax, scoresOf, type Decision, type Network } from '../network.ts';
import { createAdam } from './adam.ts';
import type { Example } from './examples.ts';

export interface Fit {
  network: Network;
  lossCurve: RankerManifest['lossCurve'];
  bestEpoch: number;
}

/**
 * Trains a network until the loss on held-out examples has not fallen for `patience` epochs, and keeps the best. Epoch 0
 * is the network as it is drawn. The same settings and examples give the same network.
 */
export async function fit(options: {
  train: readonly Example[];
  heldOut: readonly Example[];
  features: number;
  settings: RankerSettings;
  /** Awaited, so that whoever waits for a message gets a turn. */
  onEpoch?: (epoch: number) => Promise<void> | void;
}): Promise<Fit> {
  const { train, heldOut, features, settings, onEpoch } = options;
  const scale = scaleOf(train, features);
  const network = createNetwork({
    features,
    hidden: settings.hiddenUnits,
    scale,
    seed: `ranker ${settings.seed} network`,
  });
  const random = seededRandom(`ranker ${settings.seed} order`);
  const adam = createAdam(network.parameters.length, settings);
  const lossCurve = [
    { epoch: 0, train: lossOf(network, train) ?? 0, heldOut: lossOf(network, heldOut) ?? 0 },
  ];
  let best = { epoch: 0, loss: lossCurve[0]!.heldOut, parameters: network.parameters.slice() };
  for (let epoch = 1; epoch <= settings.maxEpochs && train.length > 0; epoch += 1) {
    const trainLoss = runEpoch({ network, adam, examples: random.shuffle(train), size: settings.batchSize });
    const loss = lossOf(network, heldOut) ?? 0;
    lossCurve.push({ epoch, train: trainLoss, heldOut: loss });
    if (loss < best.loss) best = { epoch, loss, parameters: network.parameters.slice() };
    await onEpoch?.(epoch);
    if (epoch - best.epoch >= settings.patience) break;
  }
  return { network: { ...network, parameters: best.parameters }, lossCurve, bestEpoch: best.epoch };
}

function runEpoch(options: {
  network: Network;
  adam: ReturnType<typeof createAdam>;
  examples: readonly Example[];
  size: number;
}): number {
  const { network, adam, examples, size } = options;
  let total = 0;
  for (let start = 0; start < examples.length; start += size) {
    const batch = examples.slice(start, start + size);
    const gradient = new Float64Array(network.parameters.length);
    for (const { decision } of batch) total += addGradient(network, decision, gradient);
    for (let index = 0; index < gradient.length; index += 1) gradient[index]! /= batch.length;
    adam.move(network.parameters, gradient);
  }
  return total / examples.length;
}

/** Mean cross-entropy of the examples whose command was possible; null where there are none. */
export function lossOf(network: Network, examples: readonly Example[]): number | null {
  const possible = examples.filter(({ isOutside }) => !isOutside);
  if (possible.length === 0) return null;
  let sum = 0;
  for (const { decision } of possible) sum -= logSoftmax(scoresOf(network, decision), 1)[decision.chosen]!;
  return sum / possible.length;
}

/** The loss if every candidate were equally likely. */
export function uniformLossOf(examples: readonly Example[]): number | null {
  const possible = examples.filter(({ isOutside }) => !isOutside);
  if (possible.length === 0) return null;
  return possible.reduce((sum, { decision }) => sum + Math.log(candidatesIn(decision)), 0) / possible.length;
}

export const candidatesIn = (decision: Decision): number => decision.starts.length - 1;

/** Root mean squares of the features over all candidates. */
function scaleOf(examples: readonly Example[], features: number): Float32Array {
  const squares = new Float64Array(features);
  let rows = 0;
  for (const { decision } of examples) {
    const { common, own } = decision;
    const count = candidatesIn(decision);
    rows += count;
    for (const [index, column] of common.columns.entries())
      squares[column]! += count * common.values[index]! ** 2;
    for (const [index, column] of own.columns.entries()) squares[column]! += own.values[index]! ** 2;
  }
  return Float32Array.from(squares, (sum) => (sum === 0 ? 1 : Math.sqrt(sum / rows)));
}
