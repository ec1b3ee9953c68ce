/** Comparisons of two answers: forms, scale, judgements, sampling of required fields, measures of agreement. */
export * from './forms.ts';
export * from './judgement.ts';
export * from './scale.ts';
