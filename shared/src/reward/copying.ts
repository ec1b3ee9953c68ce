import { least, mean, share, shareOf, type FeatureGroup } from './group.ts';
import type { Reading, Sentence } from './reading.ts';
import { gramsOf } from './words.ts';

/** How far the answer's wording is the quotes' own. */
export const copying: FeatureGroup = {
  features: [
    { name: 'copied-pairs', description: 'Share of pairs of neighbouring words that are in the quotes.' },
    { name: 'copied-triples', description: 'The same, of three words.' },
    { name: 'copied-fours', description: 'The same, of four words.' },
    {
      name: 'fragment-length',
      description: 'Mean length of the stretches copied from the quotes (root of words).',
    },
    {
      name: 'fragment-density',
      description: 'Mean squared length of these stretches for each word (Grusky et al., 2018), as a root.',
    },
    { name: 'fragments', description: 'Such stretches for each sentence: how often the copying jumps.' },
    { name: 'longest-fragment', description: 'Longest stretch as a share of the answer.' },
    { name: 'whole-sentences', description: 'Share of sentences of which nearly all is one stretch.' },
    {
      name: 'least-fluent',
      description: 'Greatest stretch of words of which no pair is in the quotes (root).',
    },
    {
      name: 'common-subsequence',
      description:
        'Longest common subsequence with the best sentence of the quotes as a share of each sentence: mean.',
    },
    { name: 'common-subsequence-least', description: 'The same, of the sentence with least.' },
    {
      name: 'best-covered',
      description: 'Longest common subsequence as a share of the best sentence of the quotes: mean.',
    },
  ],
  of: (reading) => {
    const { words, grams, answer, supports } = reading;
    const fragments = answer.map((sentence) => fragmentsOf(sentence, reading));
    const lengths = fragments.flat();
    const common = answer.map((sentence, index) => {
      const best = supports[index]?.best;
      return best ? commonLength(sentence, best) : 0;
    });
    const commonShares = common.map((length, index) => share(length, answer[index]!.words.length));
    return [
      ...[2, 3, 4].map((n) => {
        const own = answer.flatMap((sentence) => gramsOf(sentence.words, n));
        return shareOf(own, (gram) => grams[n - 1]!.has(gram));
      }),
      Math.sqrt(mean(lengths)),
      Math.sqrt(
        share(
          lengths.reduce((sum, length) => sum + length ** 2, 0),
          words.length,
        ),
      ),
      share(lengths.length, answer.length),
      share(Math.max(0, ...lengths), words.length),
      share(
        fragments.filter((own, index) => Math.max(0, ...own) >= 0.85 * answer[index]!.words.length).length,
        answer.length,
      ),
      Math.sqrt(Math.max(0, ...answer.map((sentence) => longestStrange(sentence, reading)))),
      mean(commonShares),
      least(commonShares),
      mean(common.map((length, index) => share(length, supports[index]!.best?.words.length ?? 0))),
    ];
  },
};

/** Lengths of the stretches of a sentence, of two words or more, that are in the quotes as they are; greedily from its beginning. */
function fragmentsOf({ words }: Sentence, { quotes }: Reading): number[] {
  const lengths: number[] = [];
  for (let start = 0; start < words.length;) {
    let longest = 0;
    for (const quote of quotes)
      for (let place = 0; place < quote.words.length; place += 1) {
        let length = 0;
        while (
          start + length < words.length &&
          words[start + length]!.stem === quote.words[place + length]?.stem
        )
          length += 1;
        longest = Math.max(longest, length);
      }
    if (longest > 1) lengths.push(longest);
    start += Math.max(1, longest);
  }
  return lengths;
}

function longestStrange({ words }: Sentence, { grams }: Reading): number {
  let longest = 0;
  let length = 0;
  for (const gram of gramsOf(words, 2)) {
    length = grams[1]!.has(gram) ? 0 : length + 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** Length of the longest common subsequence of stems. */
export function commonLength(one: Sentence, other: Sentence): number {
  let row = new Uint16Array(other.words.length + 1);
  for (const { stem } of one.words) {
    const next = new Uint16Array(row.length);
    for (let place = 1; place < row.length; place += 1)
      next[place] =
        stem === other.words[place - 1]!.stem ? row[place - 1]! + 1 : Math.max(row[place]!, next[place - 1]!);
    row = next;
  }
  return row.at(-1)!;
}
