import type { Quote } from '@rookery/shared/browser';
import type { Knowledge } from './knowledge.ts';
import { citedSentence } from '../text/cited.ts';
import { bestPassage } from '../text/passages.ts';
import type { Random } from './random.ts';
import type { Traits } from './reader.ts';

/**
 * The answer that somebody writes from their quotes: a sentence or two from each, with its citation. With noise a
 * citation is forgotten, a quote unused, or a claim added that nothing supports.
 */
export function writeAnswer(options: {
  question: string;
  quotes: readonly Quote[];
  knowledge: Knowledge;
  traits: Traits;
  random: Random;
}): string {
  const { quotes, knowledge, traits, random } = options;
  const used = quotes.length > 1 && random.chance(traits.noise * 0.5) ? quotes.slice(1) : quotes;
  const sentences = used.map((quote) => {
    const number = quotes.indexOf(quote) + 1;
    const passage = bestPassage(quote.extract, knowledge.sought);
    const said = passage ? quote.extract.slice(passage.start, passage.end) : quote.extract;
    return citedSentence(said, random.chance(traits.noise * 0.4) ? null : number);
  });
  if (random.chance(traits.noise * 0.4)) sentences.push('Most people have seen this for themselves.');
  return sentences.join(' ');
}
