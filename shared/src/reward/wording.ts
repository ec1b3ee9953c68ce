import type { FeatureGroup } from './group.ts';
import { commonLength, mean, share, shareOf } from './measures.ts';
import type { Reading } from './reading.ts';
import { gramsOf } from './words.ts';

/** How far the answer's wording is the quotes' own. */
export const wording: FeatureGroup = {
  features: [
    { name: 'copied-pairs', description: 'Share of pairs of neighbouring words that are in the quotes.' },
    { name: 'copied-fours', description: 'Share of runs of four words that are in the quotes.' },
    {
      name: 'likely-wording',
      description:
        'How likely the wording is after the quotes: mean log probability of a word, by runs of three.',
    },
    {
      name: 'close-to-source',
      description:
        'Words in the same order as in the sentence of the quotes that a sentence rests on: share; mean.',
    },
    {
      name: 'length-of-source',
      description: 'Distance in length of a sentence from the one it rests on (logarithm); mean.',
    },
    { name: 'whole-sentences', description: 'Share of sentences that are in the quotes word for word.' },
  ],
  of(reading) {
    const { answer, supports, quotes } = reading;
    const copied = (n: number): number => {
      const quoted = new Set(quotes.flatMap(({ words }) => gramsOf(words, n)));
      return shareOf(
        answer.flatMap(({ words }) => gramsOf(words, n)),
        (gram) => quoted.has(gram),
      );
    };
    const sources = answer.map(({ words }, index) => ({
      words,
      source: supports[index]!.best?.words ?? [],
    }));
    const texts = new Set(quotes.map(({ text }) => text));
    return [
      copied(2),
      copied(4),
      likelihoodOf(reading),
      mean(
        sources.map(({ words, source }) =>
          share(2 * commonLength(words, source), words.length + source.length),
        ),
      ),
      mean(sources.map(({ words, source }) => Math.abs(Math.log((words.length + 1) / (source.length + 1))))),
      shareOf(answer, ({ text }) => texts.has(text)),
    ];
  },
};

/** Interpolated probabilities of runs of one, two and three words. */
const mixture = [0.1, 0.4, 0.5] as const;
/** What a word counts beside how often it is in the quotes, and for how many such words there is room. */
const unseen = { count: 0.05, room: 50 };

function likelihoodOf({ answer, quotes }: Reading): number {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { words } of quotes) {
    const forms = bounded(words);
    total += forms.length;
    for (const n of [1, 2, 3])
      for (let end = n; end <= forms.length; end += 1) {
        const run = forms.slice(end - n, end).join(' ');
        counts.set(run, (counts.get(run) ?? 0) + 1);
      }
  }
  const countOf = (forms: readonly string[]): number => counts.get(forms.join(' ')) ?? 0;
  const logarithms = answer.flatMap(({ words }) => {
    const forms = bounded(words);
    return forms.slice(1).map((form, index) => {
      const before = forms.slice(Math.max(0, index - 1), index + 1);
      const one = (countOf([form]) + unseen.count) / (total + unseen.room);
      const two = share(countOf([before.at(-1)!, form]), countOf(before.slice(-1)));
      const three = share(countOf([...before, form]), countOf(before));
      return Math.log(mixture[0] * one + mixture[1] * two + mixture[2] * three);
    });
  });
  return mean(logarithms);
}

const bounded = (words: Reading['words']): string[] => ['<', ...words.map(({ form }) => form), '>'];
