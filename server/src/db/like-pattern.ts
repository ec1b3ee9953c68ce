/** A pattern for `like` that finds the text anywhere, taken as it is. */
export function likePattern(text: string): string {
  return `%${text
    .replaceAll('\0', '')
    .toWellFormed()
    .replaceAll(/[\\%_]/g, '\\$&')}%`;
}
