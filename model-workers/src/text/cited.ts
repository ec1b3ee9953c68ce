/**
 * A sentence with the quote it is from: white space as in running text, a capital at its beginning, and the citation
 * before its full stop.
 */
export function citedSentence(sentence: string, number: number | null): string {
  const plain = sentence
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]["”’)]*$/, '');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${number === null ? '' : ` [${number}]`}.`;
}
