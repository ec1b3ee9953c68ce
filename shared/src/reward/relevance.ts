import type { FeatureGroup } from './group.ts';
import { dot, mean, most, overlapOf, share, shareOf } from './measures.ts';
import type { Reading, Sentence } from './reading.ts';
import type { Word } from './words.ts';

/** How far the answer is about what was asked. */
export const relevance: FeatureGroup = {
  features: [
    { name: 'question-meaning', description: 'How like in meaning question and answer are.' },
    { name: 'question-first', description: 'How like in meaning question and first sentence are.' },
    { name: 'echo', description: 'Share of words that are the question’s, and not in the quotes.' },
    {
      name: 'key-words',
      description:
        'Share of what the two sentences of the quotes nearest to the question add to it that the answer has.',
    },
    { name: 'covered', description: 'Share of the words of the two sentences of the quotes it has most of.' },
    {
      name: 'asked-near',
      description:
        'In the sentence nearest to the question: how near to the question’s words its names, numbers or dates, whichever is asked for, are in the quotes.',
    },
    {
      name: 'asked-found',
      description:
        'Of the five names, numbers or dates nearest to the question’s words in the quotes: share it has.',
    },
    {
      name: 'in-order',
      description: 'Share of steps from sentence to sentence that go forwards in the quotes.',
    },
    { name: 'same-source', description: 'Share of steps that stay at the same sentence of the quotes.' },
    { name: 'starts-first', description: 'Whether it begins with what the quotes begin with.' },
  ],
  of(reading) {
    const { question, answer, quotes, holders, vector, supports, rarity, content } = reading;
    const stems = new Set(content.map(({ stem }) => stem));
    const nearness = (sentence: Sentence): number =>
      dot(question.vector, sentence.vector) + overlapOf(question.stems, { of: sentence.stems, rarity });
    const keys = quotes
      .map((quote) => ({ quote, near: nearness(quote) }))
      .toSorted((one, other) => other.near - one.near)
      .slice(0, 2);
    const added = new Set<string>();
    for (const { quote } of keys)
      for (const stem of quote.stems) if (!question.stems.has(stem)) added.add(stem);
    const covered = quotes
      .map((quote) => overlapOf(quote.stems, { of: stems, rarity }))
      .toSorted((one, other) => other - one);
    const steps = supports.slice(1).flatMap(({ best }, index) => {
      const before = supports[index]!.best;
      return best && before ? [best.place - before.place] : [];
    });
    const asked = candidatesOf(reading);
    const nearest = most([...asked.values()]);
    const foremost = answer.toSorted((one, other) => nearness(other) - nearness(one))[0];
    const wanted = (foremost?.words ?? []).filter((word) => asked.has(word.stem));
    const sought = [...asked].toSorted(([, one], [, other]) => other - one).slice(0, 5);
    return [
      dot(question.vector, vector),
      answer[0] ? dot(question.vector, answer[0].vector) : 0,
      shareOf(content, ({ stem }) => question.stems.has(stem) && !holders.has(stem)),
      overlapOf(added, { of: stems, rarity }),
      mean(covered.slice(0, 2)),
      share(mean(wanted.map(({ stem }) => asked.get(stem)!)), nearest),
      shareOf(sought, ([stem]) => stems.has(stem)),
      steps.length === 0 ? usualSteps.forward : shareOf(steps, (step) => step > 0),
      shareOf(steps, (step) => step === 0),
      Number(supports[0]?.best?.place === 0),
    ];
  },
};

/** What is taken for an answer of one sentence, which has no steps. */
const usualSteps = { forward: 0.7 };
/** Words before and after a candidate that count as near. */
const near = 10;

/** New words of the quotes of the kind that the question asks for; with the rarity of the question's words near them, the most. */
function candidatesOf({ question, quotes, rarity }: Reading): Map<string, number> {
  const isOfKind = kindAsked(question.words.map(({ form }) => form));
  const found = new Map<string, number>();
  for (const { words } of quotes)
    for (const [place, word] of words.entries()) {
      if (question.stems.has(word.stem) || !isOfKind(word)) continue;
      const around = new Set(
        words.slice(Math.max(0, place - near), place + near + 1).map(({ stem }) => stem),
      );
      let score = 0;
      for (const stem of question.stems) if (around.has(stem)) score += rarity(stem);
      found.set(word.stem, Math.max(found.get(word.stem) ?? 0, score));
    }
  return found;
}

const months = new Set(
  'january february march april may june july august september october november december'.split(' '),
);

function kindAsked(question: readonly string[]): (word: Word) => boolean {
  const asks = (...forms: string[]): boolean => forms.some((form) => question.includes(form));
  if (asks('when', 'year', 'date')) return ({ isNumber, form }) => isNumber || months.has(form);
  if (asks('many', 'much', 'number')) return ({ isNumber }) => isNumber;
  if (asks('who', 'whom', 'whose', 'where')) return ({ isCapital, isContent }) => isCapital && isContent;
  return ({ isContent }) => isContent;
}
