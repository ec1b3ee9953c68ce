/** Probability that the first of two answers is preferred, by the difference of their scores. */
export const preferenceOf = (difference: number): number => 1 / (1 + Math.exp(-difference));

/** Cross-entropy of a label with the preference that a difference of scores predicts, in nats. */
export const logLossOf = ({ label, difference }: { label: number; difference: number }): number =>
  Math.log1p(Math.exp(-Math.abs(difference))) + Math.max(difference, 0) - label * difference;
