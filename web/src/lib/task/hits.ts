import { foldCase, parseCommand } from '@rookery/shared/browser';
import type { TextRange } from '@rookery/shared/text';

/** What find looks for when somebody types `typed`; null where that is no text. */
export function findArgument(typed: string): string | null {
  const command = parseCommand(`Find in page: ${typed}`);
  return command.kind === 'find' ? command.text : null;
}

/** Every place in shown text where find would stop, in order, none within another: case is ignored, white space counts. */
export function hitsIn(shown: string, needle: string): TextRange[] {
  const folded = foldCase(shown);
  const wanted = foldCase(needle);
  if (wanted === '') return [];
  const hits: TextRange[] = [];
  for (let start = folded.indexOf(wanted); start >= 0; start = folded.indexOf(wanted, start + wanted.length))
    hits.push({ start, end: start + wanted.length });
  return hits;
}
