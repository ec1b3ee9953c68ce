import { buildGraph, type GraphBuilder, type Value } from '../onnx/index.ts';
import type { Weights } from './weights.ts';

/** Numbers of the encoder's vectors. */
export const dimensions = 512;
const embeddingSize = 256;
const heads = 4;
const epsilon = 1e-6;

interface Layer {
  number: number;
  /** Numbers of a token's vector that comes in. */
  size: number;
}

const layers: readonly Layer[] = [
  { number: 0, size: embeddingSize },
  { number: 1, size: dimensions },
];

/**
 * Universal Sentence Encoder Lite (Cer et al., 2018) as an ONNX graph: `ids` [batch, tokens] of int64 and `mask` of the
 * same shape, 1 for a token and 0 for padding, to `vectors` [batch, 512] of length 1. A transformer of two layers over
 * SentencePiece tokens, the mean of its outputs, and a dense layer with tanh.
 * @throws Error if a weight is missing
 */
export function encoderGraph(weights: Weights): Uint8Array {
  const graph = buildGraph();
  const model = { graph, weights };
  const ids = graph.input('ids', 'int64', ['batch', 'tokens']);
  const mask = graph.input('mask', 'float', ['batch', 'tokens']);
  const tokenMask = graph.apply('Unsqueeze', [mask, ints(graph, [2])]);
  // Added to the attention of padding: nothing is left of it after the softmax.
  const attentionMask = graph.apply('Mul', [
    graph.apply('Sub', [scalar(graph, 1), graph.apply('Unsqueeze', [mask, ints(graph, [1, 2])])]),
    scalar(graph, -1e9),
  ]);
  let hidden = embedded(model, { ids, tokenMask });
  for (const layer of layers) {
    const read = attended(model, { layer, hidden, attentionMask });
    const kept = layer.number === 0 ? linear(model, hidden, adjusting) : hidden;
    hidden = graph.apply('Add', [read, kept]);
    hidden = graph.apply('Add', [transformed(model, { layer, hidden }), hidden]);
  }
  const sum = graph.apply('ReduceSum', [graph.apply('Mul', [hidden, tokenMask]), ints(graph, [1])], {
    keepdims: 0,
  });
  const count = graph.apply('Max', [
    graph.apply('ReduceSum', [mask, ints(graph, [1])], { keepdims: 1 }),
    scalar(graph, 1),
  ]);
  const pooled = graph.apply('Tanh', [
    linear(model, graph.apply('Div', [sum, count]), {
      kernel: /tanh_layer_0\/weights$/,
      bias: /tanh_layer_0\/bias$/,
    }),
  ]);
  const length = graph.apply('ReduceL2', [pooled], { axes: [-1], keepdims: 1 });
  const vectors = graph.apply('Div', [pooled, graph.apply('Max', [length, scalar(graph, 1e-6)])]);
  graph.output(vectors, { name: 'vectors', type: 'float', shape: ['batch', dimensions] });
  return graph.encode('universal-sentence-encoder-lite');
}

interface Model {
  graph: GraphBuilder;
  weights: Weights;
}

/** Embeddings of tokens with their place. The exported graph adds the embedding a second time with the place's signal. */
function embedded(model: Model, { ids, tokenMask }: { ids: Value; tokenMask: Value }): Value {
  const { graph } = model;
  const tokens = graph.apply('Mul', [
    graph.apply('Gather', [weight(model, /Embeddings_en$/), ids]),
    tokenMask,
  ]);
  const count = graph.apply('Gather', [graph.apply('Shape', [ids]), ints(graph, [1])]);
  const places = graph.apply(
    'Cast',
    [
      graph.apply('Range', [
        wholeScalar(graph, 0),
        graph.apply('Squeeze', [count, ints(graph, [0])]),
        wholeScalar(graph, 1),
      ]),
    ],
    { to: 1 },
  );
  const angles = graph.apply('Mul', [
    graph.apply('Unsqueeze', [places, ints(graph, [1])]),
    weight(model, /AddTimingSignal\/TimingSignal\/ExpandDims_1$/),
  ]);
  const signal = graph.apply('Concat', [graph.apply('Sin', [angles]), graph.apply('Cos', [angles])], {
    axis: 1,
  });
  const placed = graph.apply('Add', [tokens, graph.apply('Mul', [signal, tokenMask])]);
  return graph.apply('Add', [tokens, placed]);
}

const adjusting: Linear = {
  kernel: /Layer_0\/TransformerLayer\/dense\/kernel\//,
  bias: /Layer_0\/TransformerLayer\/dense\/bias\//,
};

/** Attention of every token to every token (Vaswani et al., 2017), with four heads, normalised before. */
function attended(model: Model, options: { layer: Layer; hidden: Value; attentionMask: Value }): Value {
  const { graph } = model;
  const { layer, hidden, attentionMask } = options;
  const { size } = layer;
  const part = (name: string): RegExp => new RegExp(`Layer_${layer.number}/TransformerLayer/${name}`);
  const normal = normalised(model, { hidden, of: part('layer_prepostprocess/layer_norm/layer_norm_') });
  const mixed = linear(model, normal, {
    kernel: part('MultiheadAttention/qkv_transform_single/kernel/'),
    bias: part('MultiheadAttention/qkv_transform_single/bias/'),
  });
  const split = (place: number, order: readonly number[]): Value => {
    const own = graph.apply('Slice', [
      mixed,
      ints(graph, [place * size]),
      ints(graph, [(place + 1) * size]),
      ints(graph, [2]),
    ]);
    const byHead = graph.apply('Reshape', [own, ints(graph, [0, 0, heads, size / heads])]);
    return graph.apply('Transpose', [byHead], { perm: order });
  };
  const queries = graph.apply('Mul', [split(0, [0, 2, 1, 3]), scalar(graph, 1 / Math.sqrt(size / heads))]);
  const matches = graph.apply('MatMul', [queries, split(1, [0, 2, 3, 1])]);
  const shares = graph.apply('Softmax', [graph.apply('Add', [matches, attentionMask])], { axis: -1 });
  const read = graph.apply('Transpose', [graph.apply('MatMul', [shares, split(2, [0, 2, 1, 3])])], {
    perm: [0, 2, 1, 3],
  });
  return linear(model, graph.apply('Reshape', [read, ints(graph, [0, 0, size])]), {
    kernel: part('MultiheadAttention/output_transform_single/kernel/'),
    bias: part('MultiheadAttention/output_transform_single/bias/'),
  });
}

/** The two dense layers that follow, normalised before. */
function transformed(model: Model, { layer, hidden }: { layer: Layer; hidden: Value }): Value {
  const part = (name: string): RegExp => new RegExp(`Layer_${layer.number}/TransformerLayer/FFN/${name}`);
  const normal = normalised(model, { hidden, of: part('layer_prepostprocess/layer_norm/layer_norm_') });
  const wide = linear(model, normal, {
    kernel: part('conv1/Tensordot/Reshape_1'),
    bias: part('conv1/bias/'),
  });
  return linear(model, model.graph.apply('Relu', [wide]), {
    kernel: part('conv2/Tensordot/Reshape_1'),
    bias: part('conv2/bias/'),
  });
}

function normalised(model: Model, { hidden, of }: { hidden: Value; of: RegExp }): Value {
  const scale = weight(model, new RegExp(`${of.source}scale`));
  const bias = weight(model, new RegExp(`${of.source}bias`));
  return model.graph.apply('LayerNormalization', [hidden, scale, bias], {
    axis: -1,
    epsilon: { float: epsilon },
  });
}

interface Linear {
  kernel: RegExp;
  bias: RegExp;
}

function linear(model: Model, value: Value, { kernel, bias }: Linear): Value {
  return model.graph.apply('Add', [
    model.graph.apply('MatMul', [value, weight(model, kernel)]),
    weight(model, bias),
  ]);
}

/** The one weight with such a name; kernels that were kept as convolutions lose their first two dimensions. */
function weight({ graph, weights }: Model, name: RegExp): Value {
  const found = [...weights].filter(([own]) => name.test(own));
  const [first] = found;
  if (!first || found.length > 1)
    throw new Error(`The encoder's weights have ${found.length} named ${name.source} instead of one.`);
  const { dims, data } = first[1];
  return graph.constant(data, dims.length === 4 ? dims.slice(2) : dims);
}

const scalar = (graph: GraphBuilder, value: number): Value => graph.constant(Float32Array.of(value), []);

const wholeScalar = (graph: GraphBuilder, value: number): Value =>
  graph.constant(BigInt64Array.of(BigInt(value)), []);

const ints = (graph: GraphBuilder, values: readonly number[]): Value =>
  graph.constant(BigInt64Array.from(values, BigInt), [values.length]);
