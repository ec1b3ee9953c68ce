/** The lead's words about answers, pairs and comparisons. */
export const comparisonsText = {};
