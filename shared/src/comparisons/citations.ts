import { citationMark } from '../text/citations.ts';

/** Citation marks of quotes, `[n]`, as `citedNumbers` reads them; also `[1], [2]` and `[1]–[3]`, with all that is between. */
const marks = String.raw`${citationMark}(?:[ \t]*(?:[,;–-][ \t]*)?${citationMark})*`;
/** A run of spaces, tried from its beginning only: time stays linear. */
const spaces = String.raw`(?<![ \t])[ \t]*`;

/** A line of nothing else goes whole, with its line break. */
const ownLine = new RegExp(String.raw`(?<=^|\n)[ \t]*${marks}[ \t]*(?:\n|$)`, 'g');
const bracketed = new RegExp(String.raw`${spaces}\([ \t]*${marks}[ \t]*\)`, 'g');
/** At the beginning of a line they go with the spaces behind them. */
const leading = new RegExp(String.raw`(?<=(?:^|\n)[ \t]*)${marks}[ \t]*`, 'g');
const others = new RegExp(spaces + marks, 'g');

/**
 * An answer without its citation marks, for comparisons without references. The space before a mark goes with it (`gifts [1].` is
 * `gifts.`, `gifts [1] and` is `gifts and`), unless words would grow together; so do brackets and lines that hold nothing but marks.
 * Nothing else changes; a text without marks stays as it is. No mark is left: `citedNumbers` finds none.
 */
export function stripCitations(text: string): string {
  let before = text;
  // A mark within a mark, `[[1]2]`, leaves another.
  for (;;) {
    const after = stripOnce(before);
    if (after === before) return after;
    before = after;
  }
}

function stripOnce(text: string): string {
  const inLines = text.replace(ownLine, '').replace(leading, '');
  return [bracketed, others].reduce((rest, pattern) => rest.replace(pattern, spaceInstead), inLines);
}

/** What stands for a mark: a space where one was before it, and what follows is neither a space nor closing punctuation. */
function spaceInstead(found: string, offset: number, whole: string): string {
  if (!/^[ \t]/.test(found)) return '';
  const next = whole.slice(offset + found.length, offset + found.length + 2);
  return next === '' || /^[\s\p{Pe}\p{Pf}\p{Po}\p{Pd}]/u.test(next) ? '' : ' ';
}
