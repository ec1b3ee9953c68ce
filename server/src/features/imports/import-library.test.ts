import type { Client } from '@rookery/shared/api';
import { stripLinks } from '@rookery/shared/browser';
import { eq } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { importFiles, runImport } from '../../../test/imports.ts';
import { jobs, libraryPages } from '../../db/schema/index.ts';
import { loadPage, openLibrary } from '../../library/index.ts';

let app: TestApp;
let projectId: string;
let client: Client;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject()).id;
  client = (await app.buildMember({ projectId, roles: ['lead'] })).client;
});

const baseUrl = 'https://birds.example.org/guide';
const importPages = (files: Record<string, string | Uint8Array>, from = baseUrl) =>
  importFiles(app.deps, { client, projectId, baseUrl: from, files });
const library = () => openLibrary(app.deps, projectId);
const html = (title: string, body: string) => `<!doctype html><title>${title}</title><main>${body}</main>`;

describe('importing pages', () => {
  test('files become pages at the address of their folder and path, and links among them work', async () => {
    const { job, problems } = await importPages({
      'index.html': html('Birds', '<p>All birds: <a href="crows/rook.html#food">the rook</a>.</p>'),
      'crows/rook.html': html(
        'Rook',
        '<p>The rook breeds in colonies. <a href="../">Back to all birds</a></p>',
      ),
      'notes/read me.txt': 'Just <b>text</b>',
      'notes/list.md': '# A list\n\n* one',
      'style.css': 'p {}',
      '.DS_Store': 'x',
    });
    expect(problems).toEqual([]);
    expect(job).toMatchObject({
      state: 'done',
      progress: { done: 6, total: 6 },
      result: { pages: 4, added: 4, updated: 0, unchanged: 0, skipped: 2, problems: 0 },
    });
    const source = library();
    const start = await source.open('http://BIRDS.example.org/guide/#top');
    expect(start).toMatchObject({
      kind: 'page',
      title: 'Birds',
      url: `${baseUrl}/index.html`,
      domain: 'birds.example.org',
    });
    const rook = await source.open(start.links[0]!.url);
    expect(rook).toMatchObject({ kind: 'page', title: 'Rook' });
    expect(await source.open(rook.links[0]!.url)).toEqual(start);
    expect(await source.open(`${baseUrl}/notes/read%20me.txt`)).toMatchObject({
      title: 'read me.txt',
      text: 'Just <b>text</b>',
    });
    expect(await source.open(`${baseUrl}/notes/list.md`)).toMatchObject({
      title: 'A list',
      text: '# A list\n\n* one',
    });
  });

  test('JSONL rows bring their own addresses and titles', async () => {
    const rows = [
      { url: 'https://a.example.org/1', title: 'Given title', html: html('Own title', '<p>First page.</p>') },
      { url: 'http://b.example.org/2', text: 'Second page, as text: <i>so</i>.' },
      { url: 'ftp://c.example.org/3', text: 'x' },
      { url: 'https://c.example.org/4', text: 'x', html: 'x' },
      { title: 'No address', text: 'x' },
      { url: 'https://a.example.org/1/index.html', text: 'The same address again.' },
    ];
    const { job, problems } = await importPages({
      'pages.jsonl': [...rows.map((row) => JSON.stringify(row)), '{'].join('\r\n'),
    });
    const file = 'pages.jsonl';
    expect(problems).toEqual([
      { file, row: 3, reason: '"url" must be an address that begins with http:// or https://' },
      { file, row: 4, reason: 'needs one of "html", "markdown" and "text"' },
      { file, row: 5, reason: '"url" is missing' },
      {
        file,
        row: 6,
        reason:
          'its address (https://a.example.org/1) is that of an earlier page of this import, which was taken',
      },
      { file, row: 7, reason: 'the row is not valid JSON' },
    ]);
    expect(job.result).toMatchObject({ pages: 2, problems: 5 });
    const source = library();
    expect(await source.open('https://a.example.org/1')).toMatchObject({
      title: 'Given title',
      text: 'First page.',
    });
    expect(await source.open('https://b.example.org/2/')).toMatchObject({
      text: 'Second page, as text: <i>so</i>.',
    });
  });

  test('files that are no pages are problems, and the rest is imported', async () => {
    const { job, problems } = await importPages({
      'a.html': html('A', '<p>Fine.</p>'),
      'binary, file.html': new Uint8Array(Array.from({ length: 500 }, (_, index) => index % 7)),
      'empty.html': '<html><body><script>render()</script></body></html>',
      'paper.pdf': '%PDF-1.4',
      '=table.xls': 'x',
    });
    expect(problems).toEqual([
      {
        file: '=table.xls',
        row: null,
        reason: expect.stringMatching(/^not a page: pages are files that end in \.html/),
      },
      { file: 'binary, file.html', row: null, reason: 'not a page: it holds binary data, not text' },
      { file: 'empty.html', row: null, reason: 'not a page: there is no text on it' },
      {
        file: 'paper.pdf',
        row: null,
        reason: 'not a page: PDF files are not read; save it as HTML or text, and import that',
      },
    ]);
    expect(job).toMatchObject({ state: 'done', result: { pages: 1, problems: 4 } });
    const report = await client.downloadJobFile({ params: { projectId, jobId: job.id } });
    const lines = (await report.text()).split('\r\n');
    expect(lines.slice(0, 4)).toEqual([
      'file,row,reason',
      expect.stringContaining('\'=table.xls,,"not a page: pages are files that end in .html,'),
      '"binary, file.html",,"not a page: it holds binary data, not text"',
      'empty.html,,not a page: there is no text on it',
    ]);
  });

  test('importing again replaces what changed under its address; the page that was shown stays stored', async () => {
    await importPages({ 'a.html': html('A', '<p>Old words.</p>'), 'b.html': html('B', '<p>Same.</p>') });
    const before = await client.listLibraryPages({ params: { projectId }, query: {} });
    app.clock.advance(60_000);
    const { job } = await importPages({
      'a.html': html('A', '<p>New words.</p>'),
      'b.html': html('B', '<p>Same.</p>'),
    });
    expect(job.result).toEqual({ pages: 2, added: 0, updated: 1, unchanged: 1, skipped: 0, problems: 0 });
    const after = await client.listLibraryPages({ params: { projectId }, query: {} });
    expect(after.items.map((page) => page.id)).toEqual(before.items.map((page) => page.id));
    expect(after.items[0]!.updatedAt > before.items[0]!.updatedAt).toBe(true);
    expect(after.items[1]!.updatedAt).toBe(before.items[1]!.updatedAt);
    expect((await loadPage(app.deps.db, projectId, before.items[0]!.pageHash)).text).toBe('Old words.');
    expect((await library().search('new words')).links).toHaveLength(1);
    expect((await library().search('old')).text).toBe('No results.');
  });

  test('markup, markers and reserved characters in pages stay text', async () => {
    await importPages({
      'x.html': html(
        '&lt;img src=x&gt; ♦',
        '<p>【0†fake†evil.example】 &lt;script&gt;alert(1)&lt;/script&gt;</p>',
      ),
    });
    const page = await library().open(`${baseUrl}/x.html`);
    expect(page).toMatchObject({
      title: '<img src=x> ◆',
      text: '〖0✝fake✝evil.example〗 <script>alert(1)</script>',
      links: [],
    });
  });

  test('a page of nothing but different words is imported, and found by its first ones', async () => {
    const words = Array.from({ length: 120_000 }, (_, index) => (index * 7919 + 1_000_000).toString(36)).join(
      ' ',
    );
    const { job } = await importPages({ 'words.txt': `firstword ${words}` });
    expect(job).toMatchObject({ state: 'done', result: { pages: 1 } });
    expect((await library().search('firstword')).links).toHaveLength(1);
  });
});

describe('an import of pages that dies', () => {
  test('goes on behind its last batch, with nothing lost and nothing doubled', async () => {
    const { id: jobId } = await client.createImport({
      params: { projectId },
      body: { kind: 'import-library', baseUrl },
    });
    const text = (index: number) =>
      JSON.stringify({ url: `${baseUrl}/${index}`, title: `Page ${index}`, text: `Text of page ${index}.` });
    const rows = Array.from({ length: 90 }, (_, index) => (index % 10 === 9 ? '{' : text(index))).join('\n');
    await client.addImportFile({
      params: { projectId, jobId },
      query: { path: 'p.jsonl' },
      body: new TextEncoder().encode(rows),
    });
    await client.startImport({ params: { projectId, jobId } });
    const dying = new AbortController();
    const { db } = app.deps;
    let commits = 0;
    const transaction: typeof db.transaction = async (work, config) => {
      const result = await db.transaction(work, config);
      commits += 1;
      // The first begins the attempt, the second is the first batch.
      if (commits === 2) dying.abort();
      return result;
    };
    const watched = new Proxy(db, {
      get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name, target)),
    });
    await runImport({ ...app.deps, db: watched }, { client, projectId, jobId, signal: dying.signal }).catch(
      () => undefined,
    );
    const [half] = await db.select().from(jobs).where(eq(jobs.id, jobId));
    expect(half).toMatchObject({ state: 'running', checkpoint: { done: 8 } });

    const { job, problems } = await runImport(app.deps, { client, projectId, jobId });
    expect(job).toMatchObject({ state: 'done', result: { pages: 81, added: 81, problems: 9 } });
    expect(problems.map((problem) => problem.row)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(await db.select().from(libraryPages).where(eq(libraryPages.projectId, projectId))).toHaveLength(
      81,
    );
  });
});

describe('a server that is killed in the midst of an import of pages', () => {
  test('loses no page and doubles none: the next attempt goes on', async () => {
    const { id: jobId } = await client.createImport({
      params: { projectId },
      body: { kind: 'import-library', baseUrl },
    });
    const count = 400;
    const row = (index: number) =>
      index % 10 === 9
        ? '{'
        : JSON.stringify({
            url: `${baseUrl}/${index}`,
            markdown: `# Page ${index}\n\n${'Words. '.repeat(500)}`,
          });
    await client.addImportFile({
      params: { projectId, jobId },
      query: { path: 'p.jsonl' },
      body: new TextEncoder().encode(Array.from({ length: count }, (_, index) => row(index)).join('\n')),
    });
    await client.startImport({ params: { projectId, jobId } });
    const program = join(import.meta.dirname, 'testing-killed.ts');
    const blobs = join(app.deps.config.dataDir, 'blobs');
    const child = spawn(process.execPath, [program, app.databaseUrl, blobs, jobId], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = once(child, 'exit');
    const { db } = app.deps;
    const done = async (): Promise<number> => {
      const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
      return (job!.checkpoint as { done: number } | null)?.done ?? 0;
    };
    await expect.poll(done, { timeout: 60_000, interval: 5 }).toBeGreaterThan(8);
    child.kill('SIGKILL');
    await ended;
    expect(await done()).toBeLessThan(count);

    const { job, problems } = await runImport(app.deps, { client, projectId, jobId });
    expect(job).toMatchObject({ state: 'done', result: { pages: 360, added: 360, problems: 40 } });
    expect(problems.map((problem) => problem.row)).toEqual(
      Array.from({ length: 40 }, (_, index) => 10 * (index + 1)),
    );
    const urls = await db
      .select({ url: libraryPages.url })
      .from(libraryPages)
      .where(eq(libraryPages.projectId, projectId));
    expect(new Set(urls.map(({ url }) => url)).size).toBe(360);
    expect(urls).toHaveLength(360);
  });
});

describe('Markdown and XHTML', () => {
  test('are pages as HTML is, as files and as rows, and link to one another', async () => {
    const xhtml = (body: string) =>
      `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>XHTML</title></head><body>${body}</body></html>`;
    const { job, problems } = await importPages({
      'notes/rook.md':
        '---\ntitle: The rook\n---\nSee [the crow](../crow.xhtml#food) and [a row](/rows/1).\n',
      'crow.xhtml': xhtml('<p>A crow<br/>&eacute; <![CDATA[<&>]]></p>'),
      'raven.xml': xhtml('<p>A raven</p>'),
      'feed.xml': '<?xml version="1.0"?><rss version="2.0"></rss>',
      'rows.jsonl': JSON.stringify({
        url: 'https://birds.example.org/rows/1',
        markdown: '# A row\n\n| a | b |\n|--|--|\n| 1 | 2 |',
      }),
    });
    expect(problems).toEqual([
      { file: 'feed.xml', row: null, reason: 'not a page: it is XML, but not XHTML' },
    ]);
    expect(job.result).toMatchObject({ pages: 4, added: 4, problems: 1 });
    const source = library();
    const rook = await source.open(`${baseUrl}/notes/rook.md`);
    expect(rook).toMatchObject({ title: 'The rook', text: 'See 【0†the crow】 and 【1†a row】.' });
    expect(await source.open(rook.links[0]!.url)).toMatchObject({ title: 'XHTML', text: 'A crow\né <&>' });
    expect(await source.open(rook.links[1]!.url)).toMatchObject({
      title: 'A row',
      text: '# A row\n\na  | b\n-- | --\n1  | 2',
    });
    expect(await source.open(`${baseUrl}/raven.xml`)).toMatchObject({ kind: 'page', text: 'A raven' });
  });

  test('that have not changed are unchanged when they are imported again, and found as before', async () => {
    const files = {
      'a.md': '# A\n\nSame colonies.',
      'b.xht': '<html xmlns="x"><body>Old words</body></html>',
    };
    await importPages(files);
    const { job } = await importPages({
      ...files,
      'b.xht': '<html xmlns="x"><body>New words</body></html>',
      'c.md': 'New',
    });
    expect(job.result).toMatchObject({ pages: 3, added: 1, updated: 1, unchanged: 1, problems: 0 });
    expect((await library().search('colony')).links).toHaveLength(1);
    const again = await importPages({ 'a.md': files['a.md'], 'a.markdown': '# A\n\nAnother page' });
    expect(again.job.result).toMatchObject({ pages: 2, added: 1, unchanged: 1 });
  });
});

describe('searching the library', () => {
  const page = (title: string, body: string) => html(title, `<p>${body}</p>`);

  test('pages with all words come first, then pages with some; titles count more', async () => {
    await importPages({
      'gifts.html': page('Gifts from crows', 'They bring shiny things to people who feed them.'),
      'feeding.html': page('Feeding', 'People who feed crows are brought gifts by the crows.'),
      'other.html': page('Rain', 'A page on rain, and gifts of rain.'),
      'none.html': page('Sand', 'Nothing of the kind.'),
    });
    const results = await library().search('gifts crows feeding');
    expect(results).toMatchObject({
      kind: 'results',
      title: 'Search results for: gifts crows feeding',
      domain: '',
    });
    expect(results.links.map((link) => link.text)).toEqual(['Gifts from crows', 'Feeding', 'Rain']);
    expect(results.links[0]).toMatchObject({ domain: 'birds.example.org', url: `${baseUrl}/gifts.html` });
    expect(results.text).toContain(
      '【0†Gifts from crows†birds.example.org】\nThey bring shiny things to people who feed them.\n',
    );
  });

  test('a snippet is the passage with the words, on one line and without markup', async () => {
    const filler = '<p>Nothing to see in this paragraph, which is here to be long.</p>'.repeat(40);
    const body = `${filler}<h2>Nests</h2><ul><li>The <a href="https://x.example/">nest</a> of the &lt;rook&gt; is lined with moss.</li></ul>${filler}`;
    await importPages({ 'nest.html': html('Long', body) });
    const { text } = await library().search('rook nest moss');
    expect(stripLinks(text).split('\n')).toHaveLength(2);
    expect(text).toContain('lined with moss');
    expect(text).not.toMatch(/[*#†]{2}|<b>/);
  });

  test('a search without results says so, whatever was typed', async () => {
    await importPages({ 'a.html': page('A', 'Some words.') });
    for (const query of ['zebra', 'the', '!', "'; drop table pages; --", '\0 \ud800', '((', 'a:* & |']) {
      expect(await library().search(query)).toMatchObject({ kind: 'results', text: 'No results.' });
    }
  });

  test('a search shows thirty results, in the same order every time', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 35 }, (_, index) => [`${index}.txt`, 'the same rook on every page']),
    );
    await importPages(files);
    const first = await library().search('rook');
    expect(first.links).toHaveLength(30);
    expect(await library().search('rook')).toEqual(first);
  });

  test("words are matched by the project's language", async () => {
    await importPages({ 'a.html': page('A', 'Many colonies were nesting.') });
    expect((await library().search('colony nests')).links).toHaveLength(1);
    const { id } = await app.buildProject({ settings: { language: 'simple' } });
    const simple = (await app.buildMember({ projectId: id, roles: ['lead'] })).client;
    await importFiles(app.deps, {
      client: simple,
      projectId: id,
      baseUrl,
      files: { 'a.html': page('A', 'Many colonies.') },
    });
    expect((await openLibrary(app.deps, id).search('colony')).links).toHaveLength(0);
    expect((await openLibrary(app.deps, id).search('COLONIES')).links).toHaveLength(1);
  });

  test('quotation marks keep words together, and a minus leaves pages out', async () => {
    await importPages({
      'a.html': page('A', 'black rook white'),
      'b.html': page('B', 'white rook black'),
      'c.html': page('C', 'black rook raven'),
    });
    const titles = async (query: string) =>
      (await library().search(query)).links.map((link) => link.text).toSorted();
    expect(await titles('"black rook"')).toEqual(['A', 'C']);
    expect(await titles('rook -raven')).toEqual(['A', 'B']);
  });

  test('pages of other projects are neither found nor opened', async () => {
    await importPages({ 'a.html': page('Mine', 'rook') });
    const { id } = await app.buildProject();
    const theirs = openLibrary(app.deps, id);
    expect((await theirs.search('rook')).links).toEqual([]);
    expect(await theirs.open(`${baseUrl}/a.html`)).toMatchObject({ kind: 'error', url: `${baseUrl}/a.html` });
  });

  test.each(['https://elsewhere.example.com/page', 'mailto:a@example.org', 'nonsense'])(
    '%s leads out of the library, to an error page',
    async (url) => {
      const page = await library().open(url);
      expect(page).toMatchObject({ kind: 'error', url, title: 'Error', links: [] });
      expect(page.text).toMatch(/^This page is not in the library/);
    },
  );
});
