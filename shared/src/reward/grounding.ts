import type { FeatureGroup } from './group.ts';
import { least, mean, most, overlapOf, share, shareOf } from './measures.ts';
import type { Reading, Sentence } from './reading.ts';

/** How far the quotes bear out what the answer says. */
export const grounding: FeatureGroup = {
  features: [
    {
      name: 'support-meaning',
      description: 'How like in meaning each sentence is to the sentence of the quotes it rests on; mean.',
    },
    { name: 'support-meaning-least', description: 'The same, of the sentence with the least.' },
    {
      name: 'support-words',
      description: 'Share of each sentence’s words, rare ones counting more, in that sentence; mean.',
    },
    {
      name: 'passage-words',
      description: 'Share of each sentence’s words in one passage of up to three sentences of a quote; mean.',
    },
    { name: 'passage-words-least', description: 'The same, of the sentence with the least.' },
    {
      name: 'well-supported',
      description: 'Share of sentences with nearly all of their words in one of the quotes.',
    },
    {
      name: 'words-together',
      description:
        'Share of the pairs of words of a sentence that some sentence of the quotes has both of; mean.',
    },
    {
      name: 'loose-stretches',
      description:
        'Share of stretches of six words for which no short stretch of the quotes has most of them.',
    },
    { name: 'unknown-words', description: 'Share of words that neither the quotes nor the question have.' },
    { name: 'strange-numbers', description: 'Share of numbers that are not where their sentence rests.' },
    {
      name: 'strange-names',
      description: 'Share of capitalised words that are not where their sentence rests.',
    },
  ],
  of(reading) {
    const { answer, supports, content, question, quotes, holders, titles, rarity } = reading;
    const passages = answer.map(({ stems }) =>
      most(quotes.map(({ passage }) => overlapOf(stems, { of: passage, rarity }))),
    );
    const placed = answer.flatMap((sentence, index) =>
      sentence.content.map((word) => ({
        ...word,
        isStrange: supports[index]!.best?.stems.has(word.stem) !== true,
      })),
    );
    const cosines = supports.map(({ cosine }) => cosine);
    return [
      mean(cosines),
      least(cosines),
      mean(supports.map(({ overlap }) => overlap)),
      mean(passages),
      least(passages),
      shareOf(supports, ({ overlap }) => overlap > wellSupported),
      mean(answer.map((sentence) => togetherOf(sentence, reading))),
      looseStretches(reading),
      shareOf(content, ({ stem }) => !holders.has(stem) && !question.stems.has(stem)),
      shareOf(
        placed.filter(({ isNumber }) => isNumber),
        ({ isStrange }) => isStrange,
      ),
      shareOf(
        placed.filter(({ isCapital }) => isCapital),
        ({ isStrange, stem }) => isStrange && !titles.has(stem),
      ),
    ];
  },
};

const wellSupported = 0.85;
/** Stems of a sentence of which pairs are formed. */
const mostPaired = 60;

function togetherOf({ stems }: Sentence, { holders }: Reading): number {
  const some = [...stems].slice(0, mostPaired).map((stem) => holders.get(stem));
  let together = 0;
  for (const [index, one] of some.entries())
    for (const other of some.slice(0, index)) if (one && other && areTogether(one, other)) together += 1;
  const pairs = (some.length * (some.length - 1)) / 2;
  return pairs === 0 ? 1 : together / pairs;
}

/** Whether a sentence of the quotes holds both. */
function areTogether<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean {
  const [fewer, more] = one.size < other.size ? [one, other] : [other, one];
  return [...fewer].some((sentence) => more.has(sentence));
}

const stretch = 6;
const quotedStretch = 10;
const mostOfStretch = 0.6;

/** Stretches of content words within sentences; a shorter sentence is one. */
function stretchesOf({ content }: Sentence, length: number): string[][] {
  const stems = content.map(({ stem }) => stem);
  const count = Math.max(1, stems.length - length + 1);
  return Array.from({ length: count }, (_, start) => stems.slice(start, start + length));
}

function looseStretches({ answer, quotes }: Reading): number {
  const quoted = quotes.flatMap((sentence) =>
    stretchesOf(sentence, quotedStretch).map((stems) => new Set(stems)),
  );
  const own = answer.flatMap((sentence) => stretchesOf(sentence, stretch));
  const isBorneOut = (stems: readonly string[]): boolean =>
    quoted.some((of) => share(stems.filter((stem) => of.has(stem)).length, stems.length) >= mostOfStretch);
  return shareOf(own, (stems) => !isBorneOut(stems));
}
