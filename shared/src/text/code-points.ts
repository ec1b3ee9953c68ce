import type { TextRange } from './range.ts';

/**
 * A range in code points, as most languages other than JavaScript count, of a range of `text` in UTF-16 units. A range that begins or
 * ends within a code point has all of it. Offsets beyond the text stand for its end.
 */
export function inCodePoints(text: string, { start, end }: TextRange): TextRange {
  // Most texts have none, and are told apart at once.
  if (!surrogates.test(text)) return { start: Math.min(start, text.length), end: Math.min(end, text.length) };
  return { start: pointsBefore(text, start), end: pointsBefore(text, isWithin(text, end) ? end + 1 : end) };
}

const surrogates = /[\uD800-\uDFFF]/;

/** Code points that end at or before an offset. */
function pointsBefore(text: string, offset: number): number {
  const before = text.slice(0, isWithin(text, offset) ? offset - 1 : offset);
  let pairs = 0;
  for (let index = 1; index < before.length; index += 1) {
    if (isWithin(before, index)) pairs += 1;
  }
  return before.length - pairs;
}

/** Whether an offset is between the two units of one code point. */
const isWithin = (text: string, offset: number): boolean =>
  isBetween(text.charCodeAt(offset - 1), 0xd800, 0xdbff) &&
  isBetween(text.charCodeAt(offset), 0xdc00, 0xdfff);

const isBetween = (unit: number, low: number, high: number): boolean => unit >= low && unit <= high;
