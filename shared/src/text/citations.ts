/** Pattern of one citation of a quote in an answer, `[n]`; a source, since patterns are made of it. */
export const citationMark = String.raw`\[\d{1,3}\]`;

const marks = new RegExp(citationMark, 'g');

/** Numbers of the quotes that an answer cites, `[n]`, each once, in the order of their first citation; they may not exist. */
export function citedNumbers(answer: string): number[] {
  return [...new Set([...answer.matchAll(marks)].map(([mark]) => Number(mark.slice(1, -1))))];
}

/** An answer with blanks instead of citations; every offset stays what it is. */
export const blankCitations = (answer: string): string =>
  answer.replaceAll(marks, (mark) => ' '.repeat(mark.length));
