import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@rookery/shared/comparisons';
import { openSession } from '../../onnx/index.ts';
import {
  addGradient,
  createNetwork,
  decisionOf,
  drawFrom,
  encodeNetwork,
  logSoftmax,
  scoresOf,
} from './network.ts';

const features = 5;
const random = seededRandom('network test');
const rows = Float32Array.from({ length: 4 * features }, (_, index) =>
  index % features === 0 ? 0.7 : index % 3 === 0 ? 0 : 2 * random.next() - 1,
);
const decision = decisionOf(rows, { features, chosen: 2 });
const network = createNetwork({ features, hidden: 3, scale: Float32Array.of(1, 0.5, 2, 1, 3), seed: 'a' });

describe('the network', () => {
  it('has the gradient that finite differences have', () => {
    const gradient = new Float64Array(network.parameters.length);
    addGradient(network, decision, gradient);
    const lossWith = (index: number, change: number): number => {
      const parameters = network.parameters.slice();
      parameters[index]! += change;
      return -logSoftmax(scoresOf({ ...network, parameters }, decision), 1)[decision.chosen]!;
    };
    const step = 1 / 256;
    for (const [index, slope] of gradient.entries())
      expect((lossWith(index, step) - lossWith(index, -step)) / (2 * step)).toBeCloseTo(slope, 3);
    expect(gradient.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
  });

  it('scores as the ONNX file made of it', async () => {
    const { session } = await openSession(encodeNetwork(network), { device: 'cpu', threads: 1 });
    const { scores } = await session.run({ features: new Tensor('float32', rows, [4, features]) });
    await session.release();
    for (const [index, score] of scoresOf(network, decision).entries())
      expect((scores!.data as Float32Array)[index]).toBeCloseTo(score, 5);
  });
});

describe('a softmax', () => {
  it.each([0.1, 0.8, 1, 5])(
    'at temperature %d is a distribution, lower where the score is',
    (temperature) => {
      const logProbabilities = logSoftmax(Float64Array.of(1, 3, -2), temperature);
      expect(logProbabilities.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 10);
      expect(logProbabilities[1]! - logProbabilities[0]!).toBeCloseTo(2 / temperature, 10);
    },
  );

  it('at temperature 0 is all at the first of the highest', () => {
    const logProbabilities = logSoftmax(Float64Array.of(1, 3, 3), 0);
    expect([...logProbabilities]).toEqual([-Infinity, 0, -Infinity]);
    expect(drawFrom(logProbabilities, seededRandom('any'))).toBe(1);
  });

  it('is drawn from as often as it says', () => {
    const logProbabilities = logSoftmax(Float64Array.of(Math.log(0.7), Math.log(0.2), Math.log(0.1)), 1);
    const draws = seededRandom('draws');
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 5000; draw += 1) counts[drawFrom(logProbabilities, draws)]! += 1;
    for (const [index, share] of [0.7, 0.2, 0.1].entries())
      expect(counts[index]! / 5000).toBeCloseTo(share, 1);
  });
});
