import type { DraftVersion } from '@rookery/shared/api';

/**
 * Versions of a draft, newest first, without those that were submitted right after as they were: what was submitted stands for both.
 * `readText` gives the text of a version; it is asked only where two look the same.
 */
export async function mergeSubmitted(
  versions: readonly DraftVersion[],
  readText: (version: number) => Promise<string>,
): Promise<DraftVersion[]> {
  const isSame = await Promise.all(
    versions.map(async (one, index) => {
      const later = versions[index - 1];
      const looksSame =
        later?.kind === 'submitted' &&
        later.characters === one.characters &&
        later.beginning === one.beginning;
      if (!looksSame) return false;
      const [text, submitted] = await Promise.all([readText(one.version), readText(later.version)]);
      return text === submitted;
    }),
  );
  return versions.filter((_, index) => !isSame[index]);
}
