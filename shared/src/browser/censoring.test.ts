import { describe, expect, test } from 'vitest';
import {
  blockedDomainOf,
  censorPage,
  censorWords,
  censoredMessage,
  findGram,
  makeErrorPage,
  makeGramSet,
  makePage,
  makeResultsPage,
  normaliseDomain,
  wordsOf,
} from './index.ts';
import type { CensoringRules } from './index.ts';

const ten = 'one two three four five six seven eight nine ten';
const none: CensoringRules = { blockedDomains: [], grams: makeGramSet([]) };
const blocking: CensoringRules = { ...none, blockedDomains: ['reddit.com', 'quora.com'] };

describe('blocked domains', () => {
  test.each([
    ['Reddit.com', 'reddit.com'],
    [' https://www.reddit.com/r/all?x#y ', 'reddit.com'],
    ['http://old.reddit.com:8080/', 'old.reddit.com'],
    ['reddit.com.', 'reddit.com'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['a_b.example.org', 'a_b.example.org'],
  ])('%s is the domain %s', (typed, domain) => {
    expect(normaliseDomain(typed)).toBe(domain);
    expect(normaliseDomain(domain)).toBe(domain);
  });

  test.each([
    '',
    ' ',
    'reddit',
    'com',
    '*.reddit.com',
    'two words.com',
    '10.0.0.1',
    '[::1]',
    '..',
    'a..b',
    'a/b',
  ])('"%s" is no domain', (typed) => expect(normaliseDomain(typed)).toBeNull());

  test.each([
    ['https://reddit.com', 'reddit.com'],
    ['http://REDDIT.com:8080/r/all', 'reddit.com'],
    ['https://old.np.reddit.com./x', 'reddit.com'],
    ['https://notreddit.com/', null],
    ['https://reddit.com.example.org/', null],
    ['https://example.org/?u=https://reddit.com', null],
    ['mailto:a@reddit.com', null],
    ['nonsense', null],
  ])('%s is of %s', (url, domain) => {
    expect(blockedDomainOf(url, blocking.blockedDomains)).toBe(domain);
  });
});

describe('the 10-gram rule', () => {
  test('compares words without case and punctuation, whatever the letters', () => {
    expect(wordsOf("Don’t PANIC: it's 3.5 °C — “sea-level”, naïve; ﬁne.")).toEqual([
      'dont',
      'panic',
      'its',
      '3',
      '5',
      'c',
      'sea',
      'level',
      'naïve',
      'fine',
    ]);
    expect(wordsOf('烏鴉很聰明。한국어 텍스트')).toEqual(['烏', '鴉', '很', '聰', '明', '한국어', '텍스트']);
    expect(wordsOf('...!')).toEqual([]);
  });

  test('finds ten words in a row, and names whose they are', () => {
    const grams = makeGramSet([
      { name: 'question', text: 'Why is the sky blue?' },
      { name: 'reference answer 1', text: `Well, ${ten} eleven.` },
    ]);
    expect(grams.size).toBe(3);
    const found = { name: 'reference answer 1', gram: ten };
    expect(
      findGram(`zero ONE, two -- three (four) five six seven\neight nine "ten" and more`, grams),
    ).toEqual(found);
    expect(findGram('one two three four five six seven eight nine', grams)).toBeNull();
    expect(findGram('one two three four five and six seven eight nine ten', grams)).toBeNull();
    expect(findGram('Why is the sky blue? Because.', grams)).toBeNull();
  });

  test('protects nothing with fewer than ten words', () => {
    expect(
      makeGramSet([{ name: 'question', text: 'one two three four five six seven eight nine' }]).size,
    ).toBe(0);
  });

  test('tells texts apart that begin alike, and takes no longer for many', () => {
    const texts = Array.from({ length: 300 }, (_, index) => ({
      name: `reference answer ${index}`,
      text: `${ten} ${index}`,
    }));
    const grams = makeGramSet(texts);
    expect(grams.size).toBe(301);
    expect(findGram('two three four five six seven eight nine ten 299', grams)?.name).toBe(
      'reference answer 299',
    );
    expect(findGram('two three four five six seven eight nine ten 300', grams)).toBeNull();
  });

  test('reads links as their text, and looks at the title', () => {
    const rules = { ...none, grams: makeGramSet([{ name: 'question', text: ten }]) };
    const page = makePage({
      url: 'https://a.example/',
      title: 'A',
      blocks: [
        'one two ',
        { link: { text: 'three four', url: 'https://b.example/' } },
        ' five six seven eight nine ten',
      ],
    });
    const options = { rules, what: 'page' as const };
    expect(censorWords(page, options)).toEqual({
      rule: 'ten-gram',
      what: 'page',
      url: page.url,
      title: 'A',
      detail: `question: ${ten}`,
    });
    expect(censorWords({ ...page, title: ten, text: '' }, options)?.rule).toBe('ten-gram');
    expect(
      censorWords({ ...page, title: 'one two three four five', text: 'six seven eight nine ten' }, options),
    ).toBeNull();
  });
});

describe('a page as it may be shown', () => {
  const page = makePage({
    url: 'https://a.example/',
    title: 'A',
    blocks: [
      { link: { text: 'first', url: 'https://a.example/1' } },
      ', ',
      { link: { text: 'a thread', url: 'https://www.reddit.com/r/x' } },
      ' and ',
      { link: { text: 'again', url: 'https://www.reddit.com/r/x' } },
      '. ',
      { link: { text: 'last', url: 'https://b.example/' } },
    ],
  });

  test('is the same object where there is nothing to keep from it', () => {
    expect(censorPage(page, { url: page.url, rules: none })).toEqual({ page, censored: [] });
    expect(censorPage(page, { url: page.url, rules: none }).page).toBe(page);
  });

  test('has its links to blocked domains as plain text, and the rest numbered anew', () => {
    const { page: shown, censored } = censorPage(page, { url: page.url, rules: blocking });
    expect(shown.text).toBe('【0†first】, a thread and again. 【1†last†b.example】');
    expect(shown.links.map(({ id, url }) => [id, url])).toEqual([
      [0, 'https://a.example/1'],
      [1, 'https://b.example/'],
    ]);
    expect(censored).toEqual([
      {
        rule: 'blocked-domain',
        what: 'link',
        url: 'https://www.reddit.com/r/x',
        title: 'again',
        detail: 'reddit.com',
      },
    ]);
    expect(censorPage(shown, { url: page.url, rules: blocking }).page).toBe(shown);
  });

  test('is an error page without the reason where its domain or its words must not be shown', () => {
    const secret = { ...none, grams: makeGramSet([{ name: 'reference answer 1', text: ten }]) };
    const telling = makePage({ url: 'https://a.example/', title: 'A', blocks: `So: ${ten}.` });
    const { page: shown, censored } = censorPage(telling, { url: telling.url, rules: secret });
    expect(shown).toEqual(makeErrorPage({ url: telling.url, message: censoredMessage }));
    expect(JSON.stringify(shown)).not.toContain('three');
    expect(censored).toMatchObject([{ rule: 'ten-gram', what: 'page', title: 'A' }]);
    const thread = makePage({ url: 'https://reddit.com/x', title: 'T', blocks: 'text' });
    expect(censorPage(thread, { url: 'https://short.example/', rules: blocking }).page.kind).toBe('error');
    expect(censorPage(page, { url: 'https://np.reddit.com/', rules: blocking }).page.kind).toBe('error');
  });

  test('that lists results keeps its title, though it repeats the question', () => {
    const rules = { ...none, grams: makeGramSet([{ name: 'question', text: ten }]) };
    const results = makeResultsPage({ query: ten, results: [] });
    expect(censorPage(results, { url: results.url, rules }).page).toBe(results);
  });
});
