import { stripLinks } from '@rookery/shared/browser';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary } from '../../../test/demonstrations.ts';
import { libraryPages, libraryWords } from '../../db/schema/index.ts';
import { openLibrary } from '../index.ts';
import { findPages, renewVocabulary } from './index.ts';
import { slips } from './spelling.ts';

let app: TestApp;
let lead: TestMember;
let projectId: string;

const topics = [
  'tides',
  'magnets',
  'yeast',
  'rainbows',
  'fossils',
  'glaciers',
  'volcanoes',
  'comets',
  'fungi',
  'antlers',
];
const filler =
  'It has been a matter of interest to many people for a long time, and there is more to say of it. ';
const page = (path: string, title: string, blocks: string) => ({
  url: `https://a.example/${path}`,
  title,
  blocks,
});

const pages = [
  page('tides', 'Why the sea rises and falls', `The tides follow the moon. ${filler.repeat(6)}`),
  page(
    'photosynthesis',
    'How leaves make sugar',
    `Photosynthesis turns light into sugar. ${filler.repeat(6)}Chlorophyll makes leaves green.`,
  ),
  page('index', 'Contents', topics.map((topic) => `All about ${topic}.`).join(' ') + filler.repeat(3)),
  page(
    'everything',
    'Glossary',
    topics.map((topic) => `${topic}: ${filler.repeat(5)}`).join('') + 'moon light sea',
  ),
  page('moon', 'The moon', `The moon circles the earth. ${filler.repeat(4)}It moves the sea.`),
  page('bread', 'Bread', `Yeast makes bread rise. ${filler.repeat(4)}Without yeast it stays flat.`),
  page(
    'purring',
    'Purring',
    'Cats purr with the muscles of the larynx, and nobody knows why. The reason may be calm.',
  ),
  page('falling', 'Falling cats', 'Cats land on their feet.'),
];

beforeAll(async () => {
  app = await createTestApp();
  projectId = (await app.buildProject()).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  await buildLibrary(app, { projectId, pages });
  await renewVocabulary(app.deps.db, { projectId, at: app.clock.now() });
});
afterAll(() => app.close());

const find = (query: string) =>
  findPages(app.deps.db, { projectId, query, limit: 20, offset: 0, snippets: 20 });
const titles = async (query: string) => (await find(query)).pages.map(({ title }) => title);

describe('a search', () => {
  test('takes a whole question, and ranks the page about it above those that mention everything', async () => {
    expect(
      (await titles('ELI5: Why are there tides in the sea, and what does the moon have to do with it?'))[0],
    ).toBe('Why the sea rises and falls');
    expect((await titles('Why do cats purr?')).slice(0, 2)).toEqual(['Purring', 'Falling cats']);
    expect((await titles('yeast'))[0]).toBe('Bread');
  });

  test('shows the passage that has the words, however late it stands', async () => {
    const { pages: found } = await find('chlorophyll green');
    expect(found[0]?.snippet).toContain('Chlorophyll makes leaves green.');
  });

  test('finds words by their beginning', async () => {
    expect(await titles('chloro*')).toEqual(['How leaves make sugar']);
    expect(await titles('photosynth* -chlorophyll')).toEqual([]);
  });

  test('says when it looked for the nearest word instead', async () => {
    const slipped = await find('photosyntesis');
    expect(slipped.pages.map(({ title }) => title)).toEqual(['How leaves make sugar']);
    expect(slipped.note).toBe('No results for “photosyntesis”. Showing results for “photosynthesis”.');
    const amongOthers = await find('cats purring laryxn');
    expect(amongOthers.pages[0]?.title).toBe('Purring');
    expect(amongOthers.note).toBe('No results for “laryxn”. Showing results for “larynx”.');
    expect((await find('photosynth')).note).toContain('“photosynthesis”');
    expect((await find('moon')).note).toBeNull();
    expect(await find('zzzzzz 4711')).toMatchObject({ pages: [], total: 0, note: null });
  });

  test('looks for the words of a phrase that stands nowhere', async () => {
    expect(await find('"purr cats"')).toMatchObject({
      note: 'No page has the words in quotation marks side by side. Showing results without the marks.',
    });
    expect((await find('"cats purr"')).note).toBeNull();
  });

  test('says so on the first line of the results page, which is no link', async () => {
    const results = await openLibrary(app.deps, projectId).search('photosyntesis');
    expect(results.title).toBe('Search results for: photosyntesis');
    expect(stripLinks(results.text).split('\n').slice(0, 3)).toEqual([
      'No results for “photosyntesis”. Showing results for “photosynthesis”.',
      '',
      'How leaves make sugar',
    ]);
    expect(results.links).toHaveLength(1);
  });

  test('has one order, of which every part can be asked for', async () => {
    const query = 'moon sea light tides interest people';
    const all = await find(query);
    expect(all.total).toBe(all.pages.length);
    expect(await find(query)).toEqual(all);
    const parts = [0, 2, 4, 6].map((offset) =>
      findPages(app.deps.db, { projectId, query, limit: 2, offset, snippets: 0 }),
    );
    expect((await Promise.all(parts)).flatMap((part) => part.pages.map(({ id }) => id))).toEqual(
      all.pages.slice(0, 8).map(({ id }) => id),
    );
  });

  test('finds pages that came after the words were counted last', async () => {
    const own = (await app.buildProject()).id;
    await buildLibrary(app, { projectId: own, pages });
    const { pages: found } = await findPages(app.deps.db, {
      projectId: own,
      query: 'why do cats purr',
      limit: 5,
      offset: 0,
      snippets: 5,
    });
    expect(found[0]?.title).toBe('Purring');
  });
});

describe('the vocabulary', () => {
  const wordsOf = async (id: string) =>
    new Map(
      (await app.deps.db.select().from(libraryWords).where(eq(libraryWords.projectId, id))).map(
        ({ word, pages: count }) => [word, count],
      ),
    );

  test('counts in how many pages a word stands, and is renewed when pages change', async () => {
    const own = (await app.buildProject()).id;
    await buildLibrary(app, { projectId: own, pages });
    const at = app.clock.now();
    await Promise.all([1, 2, 3].map(() => renewVocabulary(app.deps.db, { projectId: own, at })));
    const words = await wordsOf(own);
    expect(words.get('cat')).toBe(2);
    expect(words.get('photosynthesi')).toBe(1);
    await buildLibrary(app, { projectId: own, pages: [page('photosynthesis', 'Gone', 'Only cats.')] });
    await renewVocabulary(app.deps.db, { projectId: own, at });
    const renewed = await wordsOf(own);
    expect(renewed.get('cat')).toBe(3);
    expect(renewed.has('photosynthesi')).toBe(false);
    expect((await wordsOf(projectId)).get('cat')).toBe(2);
  });

  test('follows the language of the project', async () => {
    const { settings } = await lead.client.getProject({ params: { projectId } });
    await lead.client.updateProject({
      params: { projectId },
      body: { settings: { ...settings, language: 'simple' } },
    });
    expect((await wordsOf(projectId)).get('cats')).toBe(2);
    expect(await titles('cat')).not.toContain('Purring');
    expect((await titles('cats'))[0]).toBe('Falling cats');
    await lead.client.updateProject({ params: { projectId }, body: { settings } });
    expect((await wordsOf(projectId)).get('cat')).toBe(2);
  });

  test('of titles is kept beside the rest', async () => {
    const [row] = await app.deps.db
      .select({ title: sql<string>`${libraryPages.titleVector}::text` })
      .from(libraryPages)
      .where(eq(libraryPages.url, 'https://a.example/falling'));
    expect(row?.title).toBe("'cat':2A 'fall':1A");
  });
});

test.each([
  ['crow', 'crow', 0],
  ['crow', 'crown', 1],
  ['crow', 'cow', 1],
  ['crow', 'corw', 1],
  ['crow', 'grow', 1],
  ['larynx', 'laryxn', 1],
  ['crow', 'cairn', 3],
  ['a', 'abcdef', 3],
])('%s and %s are %i slips apart, or more', (one, other, distance) => {
  expect(slips(one, other, 2)).toBe(distance);
  expect(slips(other, one, 2)).toBe(distance);
});
