import type { ComparisonOption } from '@rookery/shared/api';
import type { Choice, CriterionId, FormName, Side, Span, Trust } from '@rookery/shared/comparisons';

/** A claim of a practice answer, by its words, and how it would have been marked. */
export interface ReferenceClaim extends Pick<Span, 'support' | 'relevance' | 'quote'> {
  words: string;
  why: string;
}

/** A practice pair, with what we would have said of it and why. */
export interface PracticePair {
  question: string;
  options: Readonly<Record<Side, ComparisonOption>>;
  ratings: readonly { id: CriterionId; choice: Choice; why: string }[];
  claims: Readonly<Record<Side, readonly ReferenceClaim[]>>;
  trust: Readonly<Record<Side, readonly { quote: number; trust: Trust; why: string }[]>>;
}

const five: PracticePair = {
  question: 'Why do onions make you cry when you cut them, and what can I do about it?',
  options: {
    a: {
      text: `Cutting an onion breaks its cells, and an enzyme that was kept apart then turns sulfur compounds of the onion into an irritating gas, syn-propanethial-S-oxide [1]. The gas reaches your eyes, where nerves notice it and tears wash it away [1].

Chilling the onion for half an hour before you cut it helps, because the enzyme works more slowly when it is cold [2]. A sharp knife helps too: it crushes fewer cells, so that less of the gas is set free [2]. You can also open a window, or work below a fan that draws the air away from you.`,
      quotes: [
        {
          title: 'Lacrimatory factor of the onion',
          domain: 'chemistry.northfield-university.example',
          extract:
            'When onion tissue is damaged, the enzyme alliinase, stored apart from its substrate in the intact cell, acts on sulfur-containing amino acid derivatives. A second enzyme converts the product to syn-propanethial-S-oxide, a volatile irritant. At the surface of the eye the vapour stimulates sensory nerve endings, and the lacrimal glands respond with tears, which dilute and wash away the irritant.',
        },
        {
          title: 'Test kitchen: nine ways to cut onions without tears',
          domain: 'kitchen-almanac.example',
          extract:
            'We tried nine methods on three days with five testers. Onions that had spent 30 minutes in the refrigerator drew clearly fewer tears: at low temperatures the enzyme works slowly. A freshly sharpened knife did nearly as well, since it cuts cells instead of crushing them. Holding bread in the mouth or lighting a candle made no difference that we could measure.',
        },
      ],
    },
    b: {
      text: `Onions make you cry because they are full of acid that sprays into your eyes [1]. It is a defence that the plant has developed over millions of years, and onions from warm countries are the strongest of all.

The best remedy is to light a candle beside the board: the flame burns the fumes before they reach you [2]. Professional cooks all wear contact lenses for this reason. Onions were already grown in ancient Egypt, and they are a good source of vitamin C. If nothing helps, simply buy onions that are already cut.`,
      quotes: [
        {
          title: 'Why plants sting and smell',
          domain: 'garden-notes.example',
          extract:
            'Many plants defend themselves with substances that are set free only when they are damaged. In the onion a gas is formed when it is cut; it is this gas, and not the juice, that irritates the eye. On the moist eye a little of it turns into a mild acid.',
        },
        {
          title: 'Test kitchen: nine ways to cut onions without tears',
          domain: 'kitchen-almanac.example',
          extract:
            'Onions that had spent 30 minutes in the refrigerator drew clearly fewer tears. Holding bread in the mouth or lighting a candle made no difference that we could measure.',
        },
        {
          title: 'TearFree™ onion goggles: the only thing that works',
          domain: 'tearfree-shop.example',
          extract:
            'Forget everything you have heard. Only our patented goggles stop 100 % of onion tears, guaranteed. Chefs around the world swear by them.',
        },
      ],
    },
  },
  ratings: [
    {
      id: 'unsupported',
      choice: 'a-much-better',
      why: 'Nearly all of A is what its references say. B stands on “full of acid that sprays”, which its own reference denies, and on a remedy that its reference found useless.',
    },
    {
      id: 'core',
      choice: 'a-much-better',
      why: 'Two things were asked: why, and what to do. A answers both, and rightly as far as its references go. Both answers of B are unsupported, so they are worth little here too.',
    },
    {
      id: 'additional',
      choice: 'a-better',
      why: 'A says why cold and a sharp knife help, and adds fresh air. B adds buying cut onions, which is some help. The difference is there, and not great.',
    },
    {
      id: 'coherence',
      choice: 'a-much-better',
      why: 'Both are easy to follow. B has two citation errors: [1] and [2] say the opposite of the sentences that cite them. That decides it.',
    },
    {
      id: 'irrelevant',
      choice: 'a-better',
      why: 'A has nothing beside the question. B has ancient Egypt and vitamin C: one sentence, so it is not much.',
    },
    {
      id: 'overall',
      choice: 'a-much-better',
      why: 'A wins what weighs most, support and the core question, by far, and loses nothing.',
    },
  ],
  claims: {
    a: [
      {
        words:
          'an enzyme that was kept apart then turns sulfur compounds of the onion into an irritating gas',
        support: 'strong',
        relevance: 'core',
        quote: 1,
        why: 'Reference [1] says so step by step, and it is a university’s.',
      },
      {
        words: 'Chilling the onion for half an hour before you cut it helps',
        support: 'strong',
        relevance: 'core',
        quote: 2,
        why: 'Reference [2] tried it and says how.',
      },
      {
        words: 'You can also open a window, or work below a fan that draws the air away from you.',
        support: 'strong',
        relevance: 'side',
        quote: null,
        why: 'No reference, but common knowledge: moving air takes a gas away. “Weak support” would be right too.',
      },
    ],
    b: [
      {
        words: 'they are full of acid that sprays into your eyes [1]',
        support: 'citation-error',
        relevance: 'core',
        quote: 1,
        why: 'Reference [1] says that it is a gas, and not the juice. Citing a reference that says the opposite is a citation error.',
      },
      {
        words: 'onions from warm countries are the strongest of all',
        support: 'none',
        relevance: 'side',
        quote: null,
        why: 'No reference, and not common knowledge. It may be true or not: you do not have to find out.',
      },
      {
        words:
          'The best remedy is to light a candle beside the board: the flame burns the fumes before they reach you [2].',
        support: 'citation-error',
        relevance: 'core',
        quote: 2,
        why: 'Reference [2] measured no difference with a candle.',
      },
      {
        words: 'Professional cooks all wear contact lenses for this reason.',
        support: 'none',
        relevance: 'side',
        quote: null,
        why: 'No reference, and hardly likely.',
      },
      {
        words: 'Onions were already grown in ancient Egypt, and they are a good source of vitamin C.',
        support: 'none',
        relevance: 'irrelevant',
        quote: null,
        why: 'No reference; and the answer would lose nothing without it.',
      },
    ],
  },
  trust: {
    a: [
      { quote: 1, trust: 'trustworthy', why: 'A university’s chemistry page about its own subject.' },
      {
        quote: 2,
        trust: 'trustworthy',
        why: 'It says what it tried and how often, also what did not work. “Neutral” would be right too.',
      },
    ],
    b: [
      { quote: 1, trust: 'neutral', why: 'A garden page that explains well, and names no source.' },
      {
        quote: 2,
        trust: 'trustworthy',
        why: 'The same test kitchen. That the answer misreads it is not its fault.',
      },
    ],
  },
};

const minimal: PracticePair = {
  question: 'Can you drink sea water if you have nothing else?',
  options: {
    a: {
      text: `No. Sea water has about 35 grams of salt in a litre, and your kidneys cannot make urine that is as salty as that. To get rid of the salt your body has to give away more water than you drank, so you end up thirstier than before, and in the end dehydrated.

If you are at sea without fresh water, collect rain, keep in the shade so that you sweat less, and do not drink urine either, for the same reason. Some lifeboats carry a small still or a hand pump that takes the salt out.`,
      quotes: [],
    },
    b: {
      text: `Drinking sea water is fine in small amounts, since the body needs salt anyway. The salt in it is only dangerous to people who have a heart condition. Sailors used to drink it all the time, because the human kidney filters salt out without using water.

The water should be boiled first, because boiling removes most of the salt. It should be added that whales live in sea water all their lives. So, yes: up to two litres a day are safe.`,
      quotes: [],
    },
  },
  ratings: [
    {
      id: 'accuracy',
      choice: 'a-much-better',
      why: 'A search shows that sea water has about 3.5 % salt and that kidneys cannot rid you of it without losing water. B is wrong where it is dangerous: the amount, the kidneys, and boiling, which leaves the salt behind.',
    },
    {
      id: 'coherence',
      choice: 'a-better',
      why: 'A goes from the answer to the reason to what to do. B reads well too, but the whales lead nowhere. Judge this apart from what is true.',
    },
    {
      id: 'overall',
      choice: 'a-much-better',
      why: 'Whoever asks this may need it. A helps; B could kill.',
    },
  ],
  claims: { a: [], b: [] },
  trust: { a: [], b: [] },
};

/** The practice pair of each form: of our own writing, with references that do not exist. */
export const practicePairs: Readonly<Record<FormName, PracticePair>> = { 'webgpt-five': five, minimal };

/** Where a claim stands in its answer; null if it does not. */
export function placeOf(
  claim: Pick<ReferenceClaim, 'words'>,
  answer: string,
): { start: number; end: number } | null {
  const start = answer.indexOf(claim.words);
  return start < 0 ? null : { start, end: start + claim.words.length };
}
