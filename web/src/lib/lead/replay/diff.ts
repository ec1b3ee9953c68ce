/** A run of words of two texts: in both, only in the newer (`added`), or only in the older one (`removed`). */
export interface DiffPart {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Beyond so many comparisons the middle of two texts counts as replaced, so that no answer makes the screen wait. */
const mostCells = 4_000_000;

/** What changed between two texts, by words; the parts but the removed ones, joined, are the newer text. */
export function diffWords(older: string, newer: string): DiffPart[] {
  const [a, b] = [wordsOf(older), wordsOf(newer)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const parts: DiffPart[] = [];
  const add = (kind: DiffPart['kind'], text: string): void => {
    const last = parts.at(-1);
    if (text === '') return;
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  add('same', a.slice(0, start).join(''));
  for (const { kind, text } of diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end))) {
    add(kind, text);
  }
  add('same', a.slice(a.length - end).join(''));
  return parts;
}

/** Words with the white space that follows them. */
const wordsOf = (text: string): string[] => text.match(/\s+|\S+\s*/g) ?? [];

/** By the longest common subsequence. */
function diffMiddle(a: readonly string[], b: readonly string[]): DiffPart[] {
  if (a.length * b.length > mostCells || a.length === 0 || b.length === 0) {
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ];
  }
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = a.length - 1; row >= 0; row -= 1) {
    for (let column = b.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        a[row] === b[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const parts: DiffPart[] = [];
  let [row, column] = [0, 0];
  while (row < a.length || column < b.length) {
    if (row < a.length && column < b.length && a[row] === b[column]) {
      parts.push({ kind: 'same', text: b[column] ?? '' });
      row += 1;
      column += 1;
    } else if (column >= b.length || (row < a.length && at(row + 1, column) >= at(row, column + 1))) {
      parts.push({ kind: 'removed', text: a[row] ?? '' });
      row += 1;
    } else {
      parts.push({ kind: 'added', text: b[column] ?? '' });
      column += 1;
    }
  }
  return parts;
}
