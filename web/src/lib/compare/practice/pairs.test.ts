import {
  currentForm,
  emptyJudgement,
  formNames,
  misfitsOf,
  missingOf,
  fieldsOfForm,
  sides,
  type Judgement,
} from '@rookery/shared/comparisons';
import { describe, expect, test } from 'vitest';
import { judgedOption } from '../edits.ts';
import { placeOf, practicePairs, type PracticePair } from './pairs.ts';

/** The judgement that the explanations give. */
function judgementOf(pair: PracticePair): Judgement {
  const judgement = emptyJudgement();
  for (const { id, choice } of pair.ratings) judgement.ratings[id] = choice;
  for (const side of sides) {
    const option = judgement.options[side];
    for (const { quote, trust } of pair.trust[side]) option.trust[String(quote)] = trust;
    option.spans = pair.claims[side].map((claim) => {
      const { support, relevance, quote } = claim;
      return { ...placeOf(claim, pair.options[side].text)!, support, relevance, quote };
    });
  }
  return judgement;
}

describe.each(formNames)('the practice pair of %s', (name) => {
  const pair = practicePairs[name];
  const form = currentForm(name);
  const options = { a: judgedOption(pair.options.a), b: judgedOption(pair.options.b) };

  test('is judged whole and fittingly by its own explanations', () => {
    const judgement = judgementOf(pair);
    expect(misfitsOf(judgement, { form, options })).toEqual([]);
    expect(missingOf(judgement, { form, required: fieldsOfForm(form), options })).toEqual([]);
  });

  test('explains every criterion in the order of the form', () => {
    expect(pair.ratings.map(({ id }) => id)).toEqual(form.criteria.map(({ id }) => id));
  });
});

test('the pair with references shows every kind of support, and a reference that is not cited', () => {
  const { claims, options } = practicePairs['webgpt-five'];
  const kinds = new Set([...claims.a, ...claims.b].map(({ support }) => support));
  expect(kinds).toContain('strong');
  expect(kinds).toContain('none');
  expect(kinds).toContain('citation-error');
  expect(judgedOption(options.b).cited.length).toBeLessThan(options.b.quotes.length);
});
