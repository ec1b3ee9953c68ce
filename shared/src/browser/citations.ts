/** Numbers of the quotes that an answer cites, `[n]`, each once, in the order of their first citation; they may not exist. */
export function citedNumbers(answer: string): number[] {
  return [...new Set([...answer.matchAll(/\[(\d{1,3})\]/g)].map((match) => Number(match[1])))];
}
