import type { TextRange } from '@rookery/shared/text';

/** What ends a sentence, with the marks that close behind it. */
const stop = /[.!?…。！？؟]+["'”’»)]*$/u;
/** The full stop of `O.K.` or of an initial belongs to the word. */
const letterAndStop = /(?:^|[^\p{L}\p{N}])\p{L}\.$/u;
const unspacedEnd =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]$/u;

/** Text to put in at an offset, and where the cursor is afterwards. */
export interface Insertion {
  at: number;
  text: string;
  cursor: number;
}

/**
 * Where a quote is cited for a cursor or a selection: behind what is selected, of which nothing is replaced, and before the full
 * stop of the sentence that ends there. Only a selection leaves the lines it ends on.
 */
export function placeCitation(answer: string, options: TextRange & { number: number }): Insertion {
  const { start, end, number } = options;
  const before = answer.slice(0, end);
  const isCursor = start === end;
  const words = isCursor ? before.replace(/[^\S\n]+$/, '') : before.trimEnd();
  const stopAt = letterAndStop.test(words) ? -1 : words.search(stop);
  const at = stopAt > 0 ? stopAt : isCursor ? end : words.length;
  const hasSpace = /(?:^|[\s[(\]])$/.test(answer.slice(0, at)) || unspacedEnd.test(answer.slice(0, at));
  const runsOn = /^[\p{L}\p{N}]/u.test(answer.slice(at)) && !unspacedEnd.test(answer.slice(at, at + 1));
  const text = `${hasSpace ? '' : ' '}[${number}]${runsOn ? ' ' : ''}`;
  return { at, text, cursor: (isCursor ? end : words.length) + text.length };
}
