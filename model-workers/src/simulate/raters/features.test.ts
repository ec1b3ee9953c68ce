import type { ComparisonOption } from '@rookery/shared/api';
import { describe, expect, test } from 'vitest';
import { annotate } from './annotations.ts';
import { featuresOf } from './features.ts';

const question = 'Why do crows bring gifts to people?';
const quote = (extract: string) => ({ title: 'Crows', domain: 'birds.example', extract });
const seen = (text: string, ...extracts: string[]): ComparisonOption => ({
  text,
  quotes: extracts.map(quote),
});
const features = (text: string, ...extracts: string[]) => featuresOf(question, seen(text, ...extracts));

describe('the features of an answer', () => {
  test('count a sentence as supported where the quotes have nearly all of its content words', () => {
    const extract = 'Grateful crows leave shiny gifts for whoever feeds them.';
    const text = 'Grateful crows leave shiny gifts [1]. Penguins juggle purple umbrellas on Tuesdays.';
    expect(features(text, extract).support).toBe(0.5);
    expect(features(text).support).toBe(0);
  });

  test('count the words of the question that the answer has, by their first five letters', () => {
    expect(features('Bringing things is a habit.').coverage).toBeCloseTo(1 / 3, 12);
    expect(features('Crows bring gifts.').coverage).toBe(1);
  });

  test('grow with the logarithm of the length', () => {
    const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
    expect(features(words(255)).length).toBeCloseTo(1, 12);
    expect(features(words(15)).length).toBeCloseTo(0.5, 12);
  });

  test('tell citations of quotes that there are from those of none', () => {
    const { citations, citationErrors } = features(
      'Crows remember [1]. They trade [7]. Often.',
      'Some text.',
    );
    expect(citations).toBeCloseTo(1 / 3, 12);
    expect(citationErrors).toBe(0.5);
  });

  test('notice repetition, long sentences, and sentences beside the question', () => {
    expect(features('Crows bring gifts and crows bring gifts.').repetition).toBe(0.2);
    expect(features(`${'crows and '.repeat(20)}gifts.`).readability).toBe((60 - 41) / 40);
    expect(features('Crows bring gifts. The weather was fine.').offQuestion).toBe(0.5);
  });

  test('of an empty answer are nothing', () => {
    const { readability, ...others } = features('');
    expect(readability).toBe(1);
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
  });
});

describe('annotations', () => {
  const text =
    'Grateful crows leave shiny gifts [1]. Penguins juggle purple umbrellas. Crows cite nobody [9].';
  const option = seen(text, 'Grateful crows leave shiny gifts for whoever feeds them.');

  test('mark every sentence with its support, its relevance and the quote that backs it', () => {
    const { spans } = annotate(question, option, ['claims']);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([
      'Grateful crows leave shiny gifts [1].',
      'Penguins juggle purple umbrellas.',
      'Crows cite nobody [9].',
    ]);
    expect(spans.map(({ support, relevance, quote }) => ({ support, relevance, quote }))).toEqual([
      { support: 'strong', relevance: 'core', quote: 1 },
      { support: 'none', relevance: 'irrelevant', quote: null },
      { support: 'citation-error', relevance: 'core', quote: null },
    ]);
  });

  test('trust cited references by what they say of the question, and no others', () => {
    const cited = seen('Gifts [1]. Rain [2].', 'Crows bring gifts to us.', 'Rain falls.', 'Crows, gifts.');
    expect(annotate(question, cited, ['trust']).trust).toEqual({ 1: 'trustworthy', 2: 'neutral' });
  });

  test('are left out unless they are to be filled in', () => {
    expect(annotate(question, option, ['overall'])).toEqual({ spans: [], trust: {}, notes: '' });
  });
});
