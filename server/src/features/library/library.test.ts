import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { importFiles } from '../../../test/imports.ts';
import { openLibrary } from '../../library/index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;

const baseUrl = 'https://birds.example.org/';

beforeAll(async () => {
  app = await createTestApp();
  projectId = (await app.buildProject()).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  const files = Object.fromEntries(
    Array.from({ length: 23 }, (_, index) => [
      `${index}.txt`,
      `Page ${index} on rooks. ${'rooks '.repeat(index)}`,
    ]),
  );
  const html =
    '<title>Crows</title><p>See the <a href="1.txt">rooks</a> and the <a href="https://x.example/">rest</a>.</p>';
  await importFiles(app.deps, {
    client: lead.client,
    projectId,
    baseUrl,
    files: { ...files, 'crows.html': html },
  });
});
afterAll(() => app.close());

async function walk(query: { search?: string; limit: number }) {
  const pages = [];
  let cursor: string | undefined;
  do {
    const list = await lead.client.listLibraryPages({
      params: { projectId },
      query: { ...query, ...(cursor && { cursor }) },
    });
    pages.push(...list.items.map((page) => ({ ...page, total: list.total })));
    cursor = list.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

describe('the library', () => {
  test('is listed by address, page by page', async () => {
    const pages = await walk({ limit: 10 });
    expect(pages).toHaveLength(24);
    expect(new Set(pages.map((page) => page.total))).toEqual(new Set([24]));
    expect(pages.map((page) => page.url)).toEqual(pages.map((page) => page.url).toSorted());
    expect(pages.at(-1)).toMatchObject({
      url: `${baseUrl}crows.html`,
      title: 'Crows',
      domain: 'birds.example.org',
      links: 2,
    });
  });

  test('is searched in the order in which demonstrators find pages', async () => {
    const pages = await walk({ search: 'rooks crows', limit: 7 });
    expect(pages).toHaveLength(24);
    expect(new Set(pages.map((page) => page.id)).size).toBe(24);
    expect(pages[0]).toMatchObject({ title: 'Crows', total: 24 });
    const results = await openLibrary(app.deps, projectId).search('rooks crows');
    expect(results.links.map((link) => link.text)).toEqual(pages.map((page) => page.title));
    expect(await walk({ search: 'zebra', limit: 7 })).toEqual([]);
  });

  test('shows a page as the text browser does', async () => {
    const [crows] = await walk({ search: 'crows', limit: 1 });
    const page = await lead.client.getLibraryPage({ params: { projectId, pageId: crows!.id } });
    expect(page).toMatchObject({
      title: 'Crows',
      characters: page.page.text.length,
      page: { kind: 'page', text: 'See the 【0†rooks】 and the 【1†rest†x.example】.' },
    });
  });

  test('is there for leads of the project only', async () => {
    const [crows] = await walk({ search: 'crows', limit: 1 });
    const { client } = await app.buildMember({ projectId, roles: ['demonstrator'] });
    await expect(client.listLibraryPages({ params: { projectId }, query: {} })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const other = await app.buildProject();
    const { client: stranger } = await app.buildMember({ projectId: other.id, roles: ['lead'] });
    await expect(
      stranger.getLibraryPage({ params: { projectId: other.id, pageId: crows!.id } }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect((await stranger.listLibraryPages({ params: { projectId: other.id }, query: {} })).total).toBe(0);
  });
});
