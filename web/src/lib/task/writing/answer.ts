import { answerSentences } from '@rookery/shared/text';
import type { TextRange } from '@rookery/shared/text';

/** A part of a sentence as a reader sees it. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'citation'; text: string; number: number; exists: boolean };

/** Offsets are of the answer's text; a sentence ends where the next one begins, so that nothing of a line is left out. */
export interface Sentence extends TextRange {
  pieces: Piece[];
  /** White space between it and the next one. */
  gap: string;
  /** Numbers it cites, of quotes that there are. */
  cites: number[];
  /** It says something that could be true or false, as far as its form tells. */
  isClaim: boolean;
}

/** An answer in paragraphs, which blank lines part, of lines of sentences. */
export interface ReadAnswer {
  paragraphs: Sentence[][][];
  sentences: Sentence[];
  /** Numbers of quotes that there are, each once, in the order of their first citation. */
  cited: number[];
  /** Citations of quotes that there are not. */
  unknown: (TextRange & { number: number })[];
  words: number;
}

const citation = /\[(\d{1,3})\]/g;

/** Takes an answer apart: `quotes` is how many there are to cite. Citations behind a full stop belong to the sentence before. */
export function readAnswer(text: string, quotes: number): ReadAnswer {
  const paragraphs: Sentence[][][] = [[]];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.trim() !== '') paragraphs.at(-1)!.push(sentencesOf({ line, offset, quotes }));
    else if (paragraphs.at(-1)!.length > 0) paragraphs.push([]);
    offset += line.length + 1;
  }
  if (paragraphs.at(-1)!.length === 0) paragraphs.pop();
  const sentences = paragraphs.flat(2);
  const all = [...text.matchAll(citation)].map((match) => ({
    number: Number(match[1]),
    start: match.index,
    end: match.index + match[0].length,
  }));
  return {
    paragraphs,
    sentences,
    cited: [...new Set(all.map(({ number }) => number))].filter((number) => exists(number, quotes)),
    unknown: all.filter(({ number }) => !exists(number, quotes)),
    words: countWords(text),
  };
}

const exists = (number: number, quotes: number): boolean => number >= 1 && number <= quotes;

function sentencesOf(options: { line: string; offset: number; quotes: number }): Sentence[] {
  const { line, offset, quotes } = options;
  const sentences = answerSentences(line);
  return sentences.map((sentence, index) => {
    const start = index === 0 ? 0 : sentence.start;
    const end = sentences[index + 1]?.start ?? line.length;
    const whole = line.slice(start, end);
    const pieces = piecesOf(whole.trimEnd(), quotes);
    const cites = pieces.flatMap((piece) =>
      piece.kind === 'citation' && piece.exists ? [piece.number] : [],
    );
    return {
      start: offset + start,
      end: offset + end,
      pieces,
      gap: whole.slice(whole.trimEnd().length),
      cites: [...new Set(cites)],
      isClaim: isClaim(whole.replaceAll(citation, ' ').trim()),
    };
  });
}

function piecesOf(text: string, quotes: number): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(citation)) {
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    const number = Number(match[1]);
    pieces.push({ kind: 'citation', text: match[0], number, exists: exists(number, quotes) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** Scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** Neither a question, nor what leads to a list, nor a heading or an interjection of a word or three. */
function isClaim(sentence: string): boolean {
  if (/[?？؟:：]["'”’)]*$/u.test(sentence)) return false;
  if (unspaced.test(sentence)) return (sentence.match(/\p{L}/gu)?.length ?? 0) >= 8;
  return countWords(sentence) >= 4;
}

/** Words of an answer; citations are none. */
export function countWords(text: string): number {
  const words = text.replaceAll(citation, ' ').match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu);
  return words?.length ?? 0;
}
