import { buildGraph, type GraphBuilder, type Value } from '../../onnx/index.ts';
import type { RewardHead } from './head.ts';

/** A head and the zero of its scale, which is subtracted from its scores. */
export interface LevelHead {
  head: RewardHead;
  zero: number;
}

/**
 * Heads as an ONNX file: `inputs` float32 [n, inputs] to `score` [n], the mean over the ensemble's members, `members` [n, members],
 * and `halves` [n, 2], the scores of two heads that each learnt from half of the questions (left out where there are none).
 * @throws RangeError if the heads do not read the same number of inputs
 */
export function rewardGraph(options: {
  whole: LevelHead;
  halves: readonly [LevelHead, LevelHead] | null;
}): Uint8Array {
  const { whole, halves } = options;
  const { inputs: size, members: ensemble } = whole.head;
  if (halves?.some(({ head }) => head.inputs !== size))
    throw new RangeError('All heads of a file have to read the same inputs.');
  const graph = buildGraph();
  const inputs = graph.input('inputs', 'float', ['n', size]);
  const members = membersOf(graph, { ...whole, inputs });
  graph.output(meanOf(graph, members, { keepdims: 0 }), { name: 'score', type: 'float', shape: ['n'] });
  graph.output(members, { name: 'members', type: 'float', shape: ['n', ensemble.length] });
  if (halves) {
    const scores = halves.map((half) =>
      meanOf(graph, membersOf(graph, { ...half, inputs }), { keepdims: 1 }),
    );
    graph.output(graph.apply('Concat', scores, { axis: 1 }), {
      name: 'halves',
      type: 'float',
      shape: ['n', 2],
    });
  }
  return graph.encode('rookery-reward');
}

function membersOf(graph: GraphBuilder, { head, inputs, zero }: LevelHead & { inputs: Value }): Value {
  const { mean, scale, clip, members, temperature } = head;
  const size = head.inputs;
  const scaled = graph.apply('Div', [
    graph.apply('Sub', [inputs, graph.constant(Float32Array.from(mean), [size])]),
    graph.constant(Float32Array.from(scale), [size]),
  ]);
  const held = graph.apply('Clip', [
    scaled,
    graph.constant(Float32Array.of(-clip), []),
    graph.constant(Float32Array.of(clip), []),
  ]);
  const kernel = new Float32Array(size * members.length);
  for (const [member, { weights }] of members.entries())
    for (const [index, weight] of weights.entries())
      kernel[index * members.length + member] = weight / temperature;
  return graph.apply('Sub', [
    graph.apply('MatMul', [held, graph.constant(kernel, [size, members.length])]),
    graph.constant(Float32Array.of(zero), [1]),
  ]);
}

/** Over the members. */
const meanOf = (graph: GraphBuilder, members: Value, { keepdims }: { keepdims: number }): Value =>
  graph.apply('ReduceMean', [members], { axes: [1], keepdims });
