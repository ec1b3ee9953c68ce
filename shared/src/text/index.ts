/** Text that people read and write, taken apart: sentences of pages and of answers. */
export * from './answer-sentences.ts';
export * from './citations.ts';
export * from './code-points.ts';
export * from './range.ts';
export * from './sentences.ts';
