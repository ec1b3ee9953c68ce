import { expect, it } from 'vitest';
import { currentForm, fieldsOfForm, formNames, getForm, sampleRequiredFields } from './forms.ts';
import { choiceOfValue, choices, choiceWords, ratingValues, valueOfChoice } from './scale.ts';

const five = currentForm('webgpt-five');

it('asks the five criteria in their order of priority, the overall rating last', () => {
  expect(five.criteria.map(({ id }) => id)).toEqual([
    'unsupported',
    'core',
    'additional',
    'coherence',
    'irrelevant',
    'overall',
  ]);
});

it('has the minimal form ask accuracy, coherence and usefulness, and show no references', () => {
  const minimal = currentForm('minimal');
  expect(minimal.criteria.map(({ id }) => id)).toEqual(['accuracy', 'coherence', 'overall']);
  expect(minimal).toMatchObject({ showsReferences: false, annotations: [] });
});

it.each(formNames)('finds %s by its version, and refuses one that there is not', (name) => {
  const form = currentForm(name);
  expect(getForm(name, form.version)).toBe(form);
  expect(() => getForm(name, form.version + 1)).toThrow(RangeError);
});

it('requires everything in the share of tasks that the lot falls in, else what is always required', () => {
  const everything = fieldsOfForm(five);
  expect(everything).toEqual([
    'unsupported',
    'core',
    'additional',
    'coherence',
    'irrelevant',
    'overall',
    'trust',
    'claims',
  ]);
  const sample = (lot: number, everythingPercent: number) =>
    sampleRequiredFields(five, { lot, everythingPercent });
  expect(sample(0.0999, 10)).toEqual(everything);
  expect(sample(0.1, 10)).toEqual(['unsupported', 'coherence', 'overall']);
  expect(sample(0, 0)).toEqual(['unsupported', 'coherence', 'overall']);
  expect(sample(0.9999, 100)).toEqual(everything);
});

it('has the exact words of the five points', () => {
  expect(choices.map((choice) => choiceWords[choice])).toEqual([
    'A much better',
    'A better',
    'Equally good',
    'B better',
    'B much better',
  ]);
});

it('turns choices by side into values by answer, and back', () => {
  expect(choices.map((choice) => valueOfChoice(choice, 'a'))).toEqual([1, 0.5, 0, -0.5, -1]);
  expect(choices.map((choice) => valueOfChoice(choice, 'b'))).toEqual([-1, -0.5, 0, 0.5, 1]);
  for (const side of ['a', 'b'] as const) {
    for (const choice of choices) expect(choiceOfValue(valueOfChoice(choice, side), side)).toBe(choice);
    for (const value of ratingValues) expect(Object.is(value, -0)).toBe(false);
    expect(Object.is(valueOfChoice('equal', side), 0)).toBe(true);
  }
  expect(choiceOfValue(1 / 3, 'a')).toBeNull();
});
