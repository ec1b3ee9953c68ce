/** Two answers are twins if their texts under this are the same: white space does not tell texts apart, citations do. */
export const twinKey = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
