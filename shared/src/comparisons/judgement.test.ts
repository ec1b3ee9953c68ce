import { describe, expect, it } from 'vitest';
import { currentForm } from './forms.ts';
import {
  contradictsCriteria,
  emptyJudgement,
  isImplausiblyFast,
  judgementSchema,
  misfitsOf,
  missingOf,
  type Judgement,
  type Span,
} from './judgement.ts';

const five = currentForm('webgpt-five');
const options = {
  a: { text: 'Crows bring gifts [1].', quotes: 2, cited: [1] },
  b: { text: 'Owls do not.', quotes: 0, cited: [] },
};
const span = (start: number, end: number, change: Partial<Span> = {}): Span => ({
  start,
  end,
  support: 'strong',
  relevance: null,
  quote: null,
  ...change,
});
const withSpans = (...spans: Span[]): Judgement => {
  const judgement = emptyJudgement();
  judgement.options.a.spans = spans;
  return judgement;
};
const misfits = (judgement: Judgement, form = five) =>
  misfitsOf(judgement, { form, options }).map(({ field, side }) => [field, side]);

describe('a judgement', () => {
  it('is empty at first, which fits every form', () => {
    expect(judgementSchema.parse({})).toEqual(emptyJudgement());
    expect(misfits(emptyJudgement())).toEqual([]);
  });

  it('may mark claims up to the end of the text, side by side', () => {
    expect(misfits(withSpans(span(0, 5), span(5, 22)))).toEqual([]);
  });

  it.each([
    ['reaches beyond the text', [span(0, 23)]],
    ['is empty', [span(4, 4)]],
    ['runs backwards', [span(9, 4)]],
    ['overlaps the one before', [span(0, 6), span(5, 9)]],
    ['stands before the one before', [span(5, 9), span(0, 4)]],
    ['names a quote that there is not', [span(0, 5, { quote: 3 })]],
  ])('does not fit where a claim %s', (_, spans) => {
    expect(misfits(withSpans(...spans))).toEqual([['claims', 'a']]);
  });

  it('does not fit with trust in a reference that there is not', () => {
    const judgement = emptyJudgement();
    judgement.options.b.trust = { '1': 'neutral' };
    expect(misfits(judgement)).toEqual([['trust', 'b']]);
  });

  it('takes no criterion and no annotation that its form does not have', () => {
    const judgement = withSpans(span(0, 5));
    judgement.options.a.trust = { '1': 'suspicious' };
    judgement.ratings = { unsupported: 'equal', accuracy: 'equal' };
    expect(misfits(judgement)).toEqual([['accuracy', null]]);
    expect(misfits(judgement, currentForm('minimal'))).toEqual([
      ['unsupported', null],
      ['claims', 'a'],
      ['trust', 'a'],
    ]);
  });

  it('knows no other criteria, points or supports at all', () => {
    for (const wrong of [
      { ratings: { charm: 'equal' } },
      { ratings: { overall: 'a-a-bit-better' } },
      { options: { a: { spans: [{ ...span(0, 1), support: 'vague' }] } } },
    ])
      expect(judgementSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('what is missing', () => {
  const required = ['unsupported', 'overall', 'trust', 'claims'] as const;
  const missing = (judgement: Judgement) =>
    missingOf(judgement, { form: five, required, options }).map(({ field, side }) => [field, side]);

  it('is told in the order of the form, trust only for references that are relied upon', () => {
    expect(missing(emptyJudgement())).toEqual([
      ['trust', 'a'],
      ['claims', 'a'],
      ['claims', 'b'],
      ['unsupported', null],
      ['overall', null],
    ]);
  });

  it('is nothing once all that is required is there', () => {
    const judgement = withSpans(span(0, 5));
    judgement.options.b.spans = [span(0, 4)];
    judgement.options.a.trust = { '1': 'trustworthy' };
    judgement.ratings = { unsupported: 'equal', overall: 'b-better' };
    expect(missing(judgement)).toEqual([]);
  });

  it('is nothing once the question is flagged', () => {
    expect(missing({ ...emptyJudgement(), questionFlag: 'makes-no-sense' })).toEqual([]);
  });
});

describe('what is asked once more before submitting', () => {
  const rated = (ratings: Judgement['ratings']) => contradictsCriteria({ ...emptyJudgement(), ratings });

  it('is an overall rating against every criterion', () => {
    expect(rated({ unsupported: 'a-better', coherence: 'a-much-better', overall: 'b-better' })).toBe(true);
  });

  it.each([
    ['one criterion is neutral', { unsupported: 'a-better', coherence: 'equal', overall: 'b-better' }],
    ['one criterion agrees', { unsupported: 'a-better', coherence: 'b-better', overall: 'b-better' }],
    ['there is one criterion alone', { unsupported: 'a-better', overall: 'b-better' }],
    ['the overall rating is neutral', { unsupported: 'a-better', coherence: 'a-better', overall: 'equal' }],
    ['there is no overall rating', { unsupported: 'a-better', coherence: 'a-better' }],
  ] as const)('is not asked where %s', (_, ratings) => {
    expect(rated(ratings)).toBe(false);
  });

  it('is a time in which nobody reads that many words', () => {
    const texts = ['word '.repeat(300), 'word '.repeat(300)];
    expect(isImplausiblyFast({ texts, activeSeconds: 59 })).toBe(true);
    expect(isImplausiblyFast({ texts, activeSeconds: 60 })).toBe(false);
    expect(isImplausiblyFast({ texts: [], activeSeconds: 0 })).toBe(false);
  });
});
