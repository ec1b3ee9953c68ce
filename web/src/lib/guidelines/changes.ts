/** A part of a text beside an earlier version of it: kept in both, or only in one of them. */
export interface Change {
  kind: 'same' | 'added' | 'removed';
  /** Markdown. */
  text: string;
}

/** Paragraphs, headings and items, each with the lines it was written in. */
const partsOf = (text: string): string[] =>
  text
    .split(/\n(?:[ \t]*\n)+|\n(?=[ \t]*(?:[-*+]|\d+[.)]|#{1,6})[ \t])/)
    .map((part) => part.replaceAll(/\s+$/g, ''))
    .filter((part) => part.trim() !== '');

/** Wrapped otherwise is the same. */
const keyOf = (part: string): string => part.replaceAll(/\s+/g, ' ').trim();

/** How one text became another, part by part: the most that is common to both stays. */
export function changesBetween(before: string, after: string): Change[] {
  const [old, now] = [partsOf(before), partsOf(after)];
  const [oldKeys, nowKeys] = [old.map(keyOf), now.map(keyOf)];
  // Lengths of the longest common rest, from the end.
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      common[i]![j] =
        oldKeys[i] === nowKeys[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && oldKeys[i] === nowKeys[j]) {
      changes.push({ kind: 'same', text: now[j]! });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === now.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      changes.push({ kind: 'removed', text: old[i]! });
      i += 1;
    } else {
      changes.push({ kind: 'added', text: now[j]! });
      j += 1;
    }
  }
  return changes;
}

/** The changes with one part of what stayed on each side; `null` stands for what is left out. */
export function shownChanges(changes: readonly Change[]): (Change | null)[] {
  const isNear = (index: number): boolean =>
    changes.slice(Math.max(0, index - 1), index + 2).some(({ kind }) => kind !== 'same');
  const shown: (Change | null)[] = [];
  for (const [index, change] of changes.entries()) {
    if (isNear(index)) shown.push(change);
    else if (shown.at(-1) !== null) shown.push(null);
  }
  return shown;
}
