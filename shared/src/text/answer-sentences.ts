import { blankCitations } from './citations.ts';
import type { TextRange } from './range.ts';

/** The stop of a single letter, as in `O.K.` or an initial, and of words that are never without it. */
const abbreviation = /(?:^|[^\p{L}\p{N}])(?:\p{L}|Dr|Mr|Mrs|Ms|Prof|St|vs|cf|approx|Fig)\.$/u;
/** More UTF-16 units than an abbreviation has with what stands before it. */
const tailLength = 10;
/** One language for all, so that every reader of an answer gets the same sentences. */
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * The sentences of an answer in order, without the white space around them. Citations behind a full stop belong to the sentence
 * before; a line break ends one. All of the text but white space is in one of them. Browsers may differ a little in where they see a
 * sentence end: store the offsets, and do not take them from the text again.
 */
export function answerSentences(text: string): TextRange[] {
  return [...text.matchAll(/[^\n]+/g)].flatMap(({ 0: line, index }) => sentencesOfLine(line, index));
}

function sentencesOfLine(line: string, offset: number): TextRange[] {
  // As blanks they neither begin nor end a sentence, and stay with the one before.
  const masked = blankCitations(line);
  const ranges: TextRange[] = [];
  for (const { segment, index } of segmenter.segment(masked)) {
    const last = ranges.at(-1);
    // A citation behind the stop ends the sentence all the same.
    const goesOn = last && (segment.trim() === '' || endsAbbreviated(line.slice(last.start, last.end)));
    if (goesOn) last.end = index + segment.length;
    else ranges.push({ start: index, end: index + segment.length });
  }
  return ranges.flatMap(({ start, end }) => {
    const whole = line.slice(start, end);
    const trimmed = whole.trim();
    const from = offset + start + whole.indexOf(trimmed);
    return trimmed === '' ? [] : [{ start: from, end: from + trimmed.length }];
  });
}

function endsAbbreviated(sentence: string): boolean {
  return abbreviation.test(sentence.trimEnd().slice(-tailLength));
}
