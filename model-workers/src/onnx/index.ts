/** ONNX files: written here, and run by onnxruntime. */
export * from './devices.ts';
export * from './graph.ts';
export type { OnnxAttribute } from './model.ts';
export * from './session.ts';
