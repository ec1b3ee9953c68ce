import protobuf from 'protobufjs';
import { FinalFailure } from '../../final-failure.ts';

/** What is looked at of an ONNX file; the numbers are the format's own. */
const definitions = `
  syntax = "proto3";
  message Node { string op_type = 4; }
  message Tensor { int32 data_location = 14; }
  message Dimension { int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message Model { Graph graph = 7; }
`;
const modelType = protobuf.parse(definitions, { keepCase: true }).root.lookupType('Model');

interface ValueInfo {
  name: string;
  type?: { tensor_type?: { elem_type?: number; shape?: { dim?: unknown[] } } };
}
interface Model {
  graph?: {
    node?: { op_type: string }[];
    initializer?: { data_location?: number }[];
    input?: ValueInfo[];
    output?: ValueInfo[];
  };
}

const elementTypes: Record<number, string> = { 1: 'float32', 7: 'int64', 10: 'float16', 16: 'bfloat16' };
const external = 1;
/** Operators of ONNX and onnxruntime whose weights or values are not real numbers as they were trained. */
const quantised = /Quant|Integer|NBits|Bnb4|FpQ4|^Q[A-Z]/;

/** What has to be known of an encoder's graph to run it. */
export interface EncoderGraph {
  /** Whether it wants `token_type_ids`. */
  hasTokenTypes: boolean;
  /** The output of a vector for each token. */
  output: string;
}

/**
 * Reads inputs and outputs of an ONNX file, as Hugging Face's exporters write it.
 * @param file named in what is refused
 * @throws FinalFailure that says what is wrong: no ONNX file, quantised, in half precision, weights beside it, other inputs, no
 * vector for each token
 */
export function readGraph(bytes: Uint8Array, file: string): EncoderGraph {
  const { node = [], initializer = [], input = [], output = [] } = decode(bytes, file).graph ?? {};
  if (node.length === 0) throw new FinalFailure(`${file} is no ONNX file with a graph. Export it again.`);
  const operators = [...new Set(node.map(({ op_type }) => op_type))].filter((name) => quantised.test(name));
  if (operators.length > 0)
    throw new FinalFailure(
      `${file} is quantised (${operators.toSorted().join(', ')}), and its vectors depend on the machine. Use the file of the full ` +
        'model, which is mostly onnx/model.onnx.',
    );
  if (initializer.some(({ data_location }) => data_location === external))
    throw new FinalFailure(
      `${file} keeps its weights in another file. Export it as one file, or use a smaller model.`,
    );
  const names = new Set(input.map(({ name }) => name));
  for (const name of ['input_ids', 'attention_mask'])
    if (!names.has(name))
      throw new FinalFailure(`${file} has no input ${name}, so it is no encoder of text that can be used.`);
  for (const value of input) {
    if (!['input_ids', 'attention_mask', 'token_type_ids'].includes(value.name))
      throw new FinalFailure(
        `${file} wants an input ${value.name}, which is not known here. Use an encoder of text such as BERT.`,
      );
    if (typeOf(value) !== 'int64')
      throw new FinalFailure(`${file} wants ${value.name} as ${typeOf(value)}, not as int64.`);
  }
  const perToken = output.filter(({ type }) => type?.tensor_type?.shape?.dim?.length === 3);
  const chosen =
    perToken.find(({ name }) => ['last_hidden_state', 'token_embeddings'].includes(name)) ?? perToken[0];
  if (!chosen)
    throw new FinalFailure(
      `${file} gives no vector for each token (an output like last_hidden_state of three dimensions). Export it for the task ` +
        'feature-extraction.',
    );
  if (typeOf(chosen) !== 'float32')
    throw new FinalFailure(
      `${file} gives ${typeOf(chosen)}, not float32. Use the file of the full model, which is mostly onnx/model.onnx.`,
    );
  return { hasTokenTypes: names.has('token_type_ids'), output: chosen.name };
}

const typeOf = ({ type }: ValueInfo): string => {
  const number = type?.tensor_type?.elem_type ?? 0;
  return elementTypes[number] ?? `type ${number}`;
};

function decode(bytes: Uint8Array, file: string): Model {
  try {
    return modelType.decode(bytes) as unknown as Model;
  } catch (error) {
    throw new FinalFailure(`${file} is damaged, or no ONNX file. Get it again.`, { cause: error });
  }
}
