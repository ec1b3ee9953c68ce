import protobuf from 'protobufjs';

/** A constant of a graph. */
export interface OnnxTensor {
  name: string;
  dims: readonly number[];
  data: Float32Array | BigInt64Array;
}

/** What goes in or comes out: a dimension is a number, or a name where any size will do. */
export interface OnnxValue {
  name: string;
  type: 'float' | 'int64';
  shape: readonly (number | string)[];
}

/** A whole number, a list of them, or a real number. */
export type OnnxAttribute = number | readonly number[] | { float: number };

export interface OnnxNode {
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Record<string, OnnxAttribute>;
}

export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  constants: readonly OnnxTensor[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  metadata: Record<string, string>;
}

/** Of onnx.proto, what is written here; the numbers are the format's own. */
const definitions = `
  syntax = "proto3";
  message Attribute { string name = 1; float f = 2; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Dimension { int64 dim_value = 1; string dim_param = 2; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message StringString { string key = 1; string value = 2; }
  message Model {
    int64 ir_version = 1; string producer_name = 2; Graph graph = 7;
    repeated OperatorSet opset_import = 8; repeated StringString metadata_props = 14;
  }
`;

const modelType = protobuf.parse(definitions, { keepCase: true }).root.lookupType('Model');

/** Files of this version of the format, with this set of operators: both known to onnxruntime since 2022. */
const irVersion = 8;
const operatorSet = 17;

const elementTypes = { float: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** The bytes of an ONNX file. The same graph gives the same bytes. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const message = {
    ir_version: irVersion,
    producer_name: 'rookery',
    graph: {
      name: graph.name,
      node: graph.nodes.map(({ operator, inputs, outputs, attributes }) => ({
        op_type: operator,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
      })),
      initializer: graph.constants.map(tensorOf),
      input: graph.inputs.map(valueOf),
      output: graph.outputs.map(valueOf),
    },
    opset_import: [{ domain: '', version: operatorSet }],
    metadata_props: Object.entries(graph.metadata).map(([key, value]) => ({ key, value })),
  };
  return modelType.encode(modelType.create(message)).finish();
}

function attributeOf(name: string, value: OnnxAttribute): Record<string, unknown> {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: value, type: attributeTypes.ints };
}

function tensorOf({ name, dims, data }: OnnxTensor): Record<string, unknown> {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length)
    throw new RangeError(`The constant ${name} has ${data.length} values, not the ${size} of its shape.`);
  return {
    name,
    dims,
    data_type: data instanceof Float32Array ? elementTypes.float : elementTypes.int64,
    raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueOf({ name, type, shape }: OnnxValue): Record<string, unknown> {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: elementTypes[type], shape: { dim } } } };
}
