import { least, mean, most, share, shareOf, type FeatureGroup } from './group.ts';
import { dot, overlapOf, type Reading } from './reading.ts';

/** How far the answer is about what was asked, and says it soon. */
export const relevance: FeatureGroup = {
  features: [
    { name: 'question-cosine', description: 'Likeness in meaning of question and whole answer.' },
    { name: 'question-cosine-first', description: 'Likeness of question and first sentence.' },
    { name: 'question-cosine-most', description: 'Likeness of question and the sentence most like it.' },
    { name: 'question-cosine-mean', description: 'Likeness of question and each sentence: mean.' },
    { name: 'question-cosine-least', description: 'Likeness of question and the sentence least like it.' },
    { name: 'question-words', description: 'Share of the question’s words in the answer.' },
    { name: 'question-words-first', description: 'Share of the question’s words in the first sentence.' },
    { name: 'question-words-most', description: 'Most of the question’s words in one sentence: share.' },
    {
      name: 'asked-place',
      description: 'Place of the sentence with most of the question’s words, from 0 to 1.',
    },
    {
      name: 'kind-asked',
      description:
        'What the question asks for (a name, a number, a date) is there, in a sentence with the question’s words.',
    },
    { name: 'kind-asked-first', description: 'The same, in the first sentence.' },
    {
      name: 'key-cosine',
      description: 'Likeness of the answer to the sentence of the quotes that is most like the question.',
    },
    { name: 'key-words', description: 'Share of the words of that sentence that the answer has.' },
    { name: 'keys-words', description: 'The same for the three such sentences.' },
    {
      name: 'relevant-support',
      description: 'Likeness of the question to the quoted sentences that the answer rests on: mean.',
    },
    { name: 'first-quote', description: 'Share of sentences that rest on the first quote.' },
    { name: 'opening', description: 'Share of sentences that rest on the first sentence of a quote.' },
    { name: 'quotes-used', description: 'Share of the quotes that some sentence rests on.' },
    {
      name: 'in-order',
      description: 'Share of neighbouring sentences that rest on the quotes in their order.',
    },
    { name: 'title-words', description: 'Share of the words of the quotes’ titles in the answer.' },
  ],
  of: (reading) => {
    const { question, answer, quotes, vector, supports, rarity, titles, content } = reading;
    const cosines = answer.map((sentence) => dot(question.vector, sentence.vector));
    const asked = answer.map((sentence) => overlapOf(question.stems, { of: sentence.stems, rarity }));
    const stems = new Set(content.map(({ stem }) => stem));
    const keys = quotes
      .map((quote) => ({
        quote,
        score: dot(question.vector, quote.vector) + overlapOf(question.stems, { of: quote.stems, rarity }),
      }))
      .toSorted((one, other) => other.score - one.score)
      .map(({ quote }) => quote)
      .slice(0, 3);
    const places = supports.flatMap(({ best }) => (best ? [best.quote * 1000 + best.place] : []));
    const kinds = answer.map((_, index) => Number(hasKind(reading, index)));
    const quoteCount = new Set(quotes.map(({ quote }) => quote)).size;
    return [
      dot(question.vector, vector),
      cosines[0] ?? 0,
      most(cosines),
      mean(cosines),
      least(cosines),
      overlapOf(question.stems, { of: stems, rarity }),
      asked[0] ?? 0,
      most(asked),
      share(Math.max(0, asked.indexOf(most(asked))), answer.length),
      most(kinds.map((kind, index) => kind * asked[index]!)),
      kinds[0] ?? 0,
      keys[0] ? dot(keys[0].vector, vector) : 0,
      keys[0] ? overlapOf(keys[0].stems, { of: stems, rarity }) : 0,
      mean(keys.map((key) => overlapOf(key.stems, { of: stems, rarity }))),
      mean(supports.flatMap(({ best }) => (best ? [dot(question.vector, best.vector)] : []))),
      shareOf(supports, ({ best }) => best?.quote === 0),
      shareOf(supports, ({ best }) => best?.place === 0),
      share(new Set(supports.flatMap(({ best }) => (best ? [best.quote] : []))).size, quoteCount),
      shareOf(places.slice(1), (place) => place > places[places.indexOf(place) - 1]!),
      overlapOf(titles, { of: stems, rarity }),
    ];
  },
};

/** Whether a sentence has something new of the kind that the question asks for. */
function hasKind({ question, answer }: Reading, index: number): boolean {
  const forms = question.words.map(({ form }) => form);
  const { words } = answer[index]!;
  const news = words.filter(({ isContent, stem }) => isContent && !question.stems.has(stem));
  if (forms.includes('when') || forms.includes('year') || forms.includes('date'))
    return news.some(({ isNumber, form }) => isNumber && /^\d{1,4}$/.test(form));
  if (forms.includes('many') || forms.includes('much') || forms.includes('number'))
    return news.some(({ isNumber, form }) => isNumber || numerals.has(form));
  if (forms.some((form) => ['who', 'whose', 'whom', 'where'].includes(form)))
    return news.some(({ isCapital, isNumber }, place) => isCapital && !isNumber && place > 0);
  return true;
}

const numerals = new Set(
  'one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million billion'.split(
    ' ',
  ),
);
