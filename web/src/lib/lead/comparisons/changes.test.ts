import { judgementSchema } from '@rookery/shared/comparisons';
import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

const first = judgementSchema.parse({
  ratings: { overall: 'a-better', coherence: 'equal' },
  options: {
    a: {
      spans: [{ start: 0, end: 4, support: 'strong', relevance: null, quote: 1 }],
      trust: { '1': 'neutral' },
      notes: 'short',
    },
  },
});

test('a revision that changes nothing has no changes', () => {
  expect(changesOf(first, structuredClone(first), { form: 'webgpt-five' })).toEqual([]);
});

test('ratings, claims, trust and notes that were changed are told in the words of the form', () => {
  const second = structuredClone(first);
  second.ratings.overall = 'b-better';
  second.options.a.spans[0]!.support = 'weak';
  second.options.a.trust = { '1': 'suspicious' };
  second.options.b.notes = 'Better.';
  expect(changesOf(first, second, { form: 'webgpt-five' })).toEqual([
    'Overall usefulness: “A better”, now “B better”',
    'Claims of answer A: 1 new or changed, 1 taken out or changed',
    'Trust in [1] of answer A: “Neutral”, now “Suspicious”',
    'Notes on answer B changed',
  ]);
});
