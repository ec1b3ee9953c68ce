import { dotOf } from './score.ts';

/** Differences of pairs with their labels: the first minus the second. */
export interface Differences {
  rows: readonly Float64Array[];
  labels: readonly number[];
  weights: readonly number[];
}

const mostSteps = 20;
const closeEnough = 1e-6;

/**
 * Weights of the linear Bradley–Terry model with a Gaussian prior: the least of Σ weight · (softplus(d) − label · d) + ½ · l2 · |w|²,
 * d = w · row, by Newton's method. The problem is convex: there is one solution, wherever it starts.
 * @param prior.l2 its strength: of all weights, or of each
 */
export function fitBradleyTerry(
  { rows, labels, weights }: Differences,
  { l2, start }: { l2: number | Float64Array; start?: Float64Array },
): Float64Array {
  const size = rows[0]?.length ?? 0;
  const found = start ? start.slice() : new Float64Array(size);
  const held = typeof l2 === 'number' ? new Float64Array(size).fill(l2) : l2;
  for (let step = 0; step < mostSteps; step += 1) {
    const gradient = found.map((value, index) => held[index]! * value);
    const hessian = new Float64Array(size * size);
    for (let index = 0; index < size; index += 1) hessian[index * size + index] = held[index]!;
    for (const [pair, row] of rows.entries()) {
      const weight = weights[pair]!;
      if (weight === 0) continue;
      const probability = sigmoid(dotOf(row, found));
      const slope = weight * (probability - labels[pair]!);
      const curvature = weight * probability * (1 - probability);
      for (let i = 0; i < size; i += 1) {
        const value = row[i]!;
        if (value === 0) continue;
        gradient[i]! += slope * value;
        const scaled = curvature * value;
        const at = i * size;
        for (let j = 0; j <= i; j += 1) hessian[at + j]! += scaled * row[j]!;
      }
    }
    const move = solve(hessian, gradient);
    let most = 0;
    for (let index = 0; index < size; index += 1) {
      found[index]! -= move[index]!;
      most = Math.max(most, Math.abs(move[index]!));
    }
    if (most < closeEnough) break;
  }
  return found;
}

/** Solves a symmetric positive definite system of which the lower triangle is given, by Cholesky's method; `matrix` is used up. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k += 1) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j]!;
    }
  }
  const found = right.slice();
  for (let i = 0; i < size; i += 1) {
    for (let k = 0; k < i; k += 1) found[i]! -= matrix[i * size + k]! * found[k]!;
    found[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < size; k += 1) found[i]! -= matrix[k * size + i]! * found[k]!;
    found[i]! /= matrix[i * size + i]!;
  }
  return found;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
