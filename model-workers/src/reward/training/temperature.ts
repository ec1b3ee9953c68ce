import { sigmoid, type Differences } from './bradley-terry.ts';

const mostSteps = 50;
/** Scores are made neither flatter nor steeper than by this. */
const most = 50;

/**
 * What differences have to be divided by to be calibrated logits: the least cross-entropy (Guo et al., 2017, temperature scaling), by
 * Newton's method. Where they say nothing, or the opposite, the greatest temperature.
 */
export function temperatureOf(
  differences: Float64Array,
  { labels, weights }: Pick<Differences, 'labels' | 'weights'>,
): number {
  let slope = 1;
  for (let step = 0; step < mostSteps; step += 1) {
    let gradient = 0;
    let curvature = 1e-9;
    for (const [index, d] of differences.entries()) {
      const probability = sigmoid(slope * d);
      gradient += weights[index]! * (probability - labels[index]!) * d;
      curvature += weights[index]! * probability * (1 - probability) * d * d;
    }
    const next = Math.min(most, Math.max(1 / most, slope - gradient / curvature));
    const moved = Math.abs(next - slope);
    slope = next;
    if (moved < 1e-9) break;
  }
  return 1 / slope;
}
