import { encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxValue } from './model.ts';

/** Name of a value in the graph. */
export type Value = string;

/** Puts a graph together, one operator at a time; names are given by the order in which things are added. */
export interface GraphBuilder {
  input(name: string, type: OnnxValue['type'], shape: OnnxValue['shape']): Value;
  /** A constant; its number of values is the product of `dims`. */
  constant(data: OnnxTensor['data'], dims: readonly number[]): Value;
  /** The first output of an operator of the standard set. */
  apply(operator: string, inputs: readonly Value[], attributes?: Record<string, OnnxAttribute>): Value;
  output(value: Value, as: { name: string; type: OnnxValue['type']; shape: OnnxValue['shape'] }): void;
  /** The whole as the bytes of an ONNX file. */
  encode(name: string, metadata?: Record<string, string>): Uint8Array;
}

export function buildGraph(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const apply: GraphBuilder['apply'] = (operator, from, attributes = {}) => {
    const value = `v${nodes.length}`;
    nodes.push({ operator, inputs: [...from], outputs: [value], attributes });
    return value;
  };
  return {
    input(name, type, shape) {
      inputs.push({ name, type, shape });
      return name;
    },
    constant(data, dims) {
      const name = `c${constants.length}`;
      constants.push({ name, dims, data });
      return name;
    },
    apply,
    output(value, { name, type, shape }) {
      nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
      outputs.push({ name, type, shape });
    },
    encode: (name, metadata = {}) => encodeModel({ name, nodes, constants, inputs, outputs, metadata }),
  };
}
