import { currentForm, emptyJudgement, type Judgement } from '@rookery/shared/comparisons';
import { expect, test } from 'vitest';
import {
  judgedOption,
  judgementInWords,
  parseJudgement,
  serialise,
  withOption,
  withRating,
  withTrust,
} from './edits.ts';

const options = {
  a: {
    text: 'Crows give [2]. [9]',
    quotes: [1, 2].map((n) => ({ title: `T${n}`, domain: '', extract: '' })),
  },
  b: { text: 'Nobody knows.', quotes: [] },
};

function filledIn(): Judgement {
  let judgement = withTrust(emptyJudgement(), { side: 'a', quote: 2, trust: 'neutral' });
  judgement = withRating(withRating(judgement, 'overall', 'equal'), 'core', 'a-better');
  const span = { start: 0, end: 10, support: 'weak', relevance: 'core', quote: 2 } as const;
  return withOption(judgement, 'a', { spans: [span], notes: 'Half of it.' });
}

test('a judgement is the same text in whatever order its keys come', () => {
  const judgement = filledIn();
  const turned: Judgement = {
    ratings: { core: 'a-better', overall: 'equal' },
    options: { b: judgement.options.b, a: { ...judgement.options.a, trust: { '2': 'neutral' } } },
    questionFlag: null,
  };
  expect(serialise(turned)).toBe(serialise(judgement));
  expect(parseJudgement(serialise(judgement))).toEqual(judgement);
});

test('what an older page left, and cannot be read, is an empty judgement', () => {
  expect(parseJudgement('{"ratings":{"overall":"splendid"}}')).toEqual(emptyJudgement());
  expect(parseJudgement('not JSON')).toEqual(emptyJudgement());
});

test('an answer relies on the references it cites, of those that there are', () => {
  expect(judgedOption(options.a)).toEqual({ text: options.a.text, quotes: 2, cited: [2] });
});

test('a judgement can be told in words, with or without its answers', () => {
  const words = judgementInWords(filledIn(), { form: currentForm('webgpt-five'), options });
  expect(words).toBe(
    [
      'Overall usefulness: Equally good',
      'Core question answered: A better',
      '',
      'Answer A',
      '[2] Neutral',
      '“Crows give”: Weak support, Core, by quote [2]',
      'Notes: Half of it.',
    ].join('\n'),
  );
  expect(judgementInWords(filledIn(), null)).toContain('“0–10”: Weak support');
  expect(judgementInWords(emptyJudgement(), null)).toBe('');
});
