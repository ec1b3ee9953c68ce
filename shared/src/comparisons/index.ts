/** Comparisons of two answers: forms, scale, judgements, sampling of required fields, measures of agreement. */
export * from './agreement.ts';
export * from './bootstrap.ts';
export * from './citations.ts';
export * from './difference.ts';
export * from './forms.ts';
export * from './intervals.ts';
export * from './judgement.ts';
export * from './random.ts';
export * from './scale.ts';
