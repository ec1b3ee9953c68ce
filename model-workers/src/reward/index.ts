/** Reward models: prepared answers, heads fitted to comparisons, and their ONNX files. */
export * from './folds.ts';
export * from './prepare.ts';
export * from './training/examples.ts';
export * from './training/fit.ts';
export * from './training/head.ts';
export * from './training/head-graph.ts';
export * from './training/score.ts';
export * from './training/split.ts';
