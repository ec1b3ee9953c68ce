/**
 * A text search query for texts that have every typed word, or words that begin so, under the configuration `simple`; null where
 * nothing was typed that is a word.
 */
export function wordBeginnings(typed: string): string | null {
  const words = typed.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return null;
  return words
    .map(
      (word) =>
        `'${word
          .toWellFormed()
          .replaceAll('\0', '')
          .replaceAll(/['\\]/g, (sign) => sign + sign)}':*`,
    )
    .join(' & ');
}
