/** The rater's words: comparing two answers, practice, history. */
export const compareText = {};
