import type { Client, Project } from '@rookery/shared/api';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { addWorker, fillProject, openLink, signInAdmin, startTask, startWorld, type World } from './world.ts';

type Settings = Project['settings'];

/** All of a window of text has room. */
const tall = { viewport: { width: 1440, height: 1800 } };

const rooks = `<!doctype html><html lang="en"><head><title>Rooks and their towns</title></head><body><article>
<h1>Rooks and their towns</h1>
<p>${'A rook is a sociable bird that breeds in a rookery. '.repeat(3)}</p>
<h2>Sizes</h2>
<table><tr><th>Species</th><th>Length</th><th>Weight</th></tr>
<tr><td>Rook</td><td>46 cm</td><td>340 g</td></tr><tr><td>Jackdaw</td><td>34 cm</td><td>240 g</td></tr></table>
<pre>def caw(times):
    return "caw " * times  # ${'which goes on for long '.repeat(12)}</pre>
<p dir="rtl">الغربان طيور ذكية.</p>
<p>${'Rookeries are loud in spring, and empty by midsummer when the young have flown. '.repeat(120)}</p>
<p>See <a href="gifts.html">what crows give</a> and <a href="https://elsewhere.example/rooks">a page elsewhere</a>.</p>
</article></body></html>`;

describe('browsing', () => {
  let world: World;
  let admin: { client: Client; projectId: string };
  let settings: Settings;

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    const params = { projectId: admin.projectId };
    ({ settings } = await admin.client.getProject({ params }));
    await fillProject(admin.client, admin.projectId);
    const job = await admin.client.createImport({
      params,
      body: { kind: 'import-library', baseUrl: 'https://crows.example.org/notes/' },
    });
    const jobParams = { ...params, jobId: job.id };
    const body = new TextEncoder().encode(rooks);
    await admin.client.addImportFile({ params: jobParams, query: { path: 'rooks.html' }, body });
    await admin.client.startImport({ params: jobParams });
    while ((await admin.client.getJob({ params: jobParams })).state !== 'done')
      await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(() => world?.close());
  beforeEach(() => setBrowser({}));

  /** Tasks that are claimed from now on have these settings of the text browser. */
  async function setBrowser(browser: Partial<Settings['browser']>): Promise<void> {
    const params = { projectId: admin.projectId };
    const wanted = {
      ...settings,
      demonstrationsPerQuestion: 30,
      browser: { ...settings.browser, ...browser },
    };
    await admin.client.updateProject({ params, body: { settings: wanted } });
  }

  async function openTask(name: string, options?: BrowserContextOptions) {
    const link = await addWorker({ ...admin, name });
    const opened = await world.open(options);
    await openLink(opened.page, link);
    await startTask(opened.page);
    return opened;
  }

  async function search(page: Page, query: string): Promise<void> {
    await page.getByRole('searchbox', { name: 'Search the library' }).fill(query);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Search results for: ${query}` }).waitFor();
  }

  async function openPage(page: Page, title: string): Promise<void> {
    await search(page, title.toLowerCase());
    await page.getByRole('link', { name: new RegExp(`^${title}`) }).click();
    await page.getByRole('heading', { name: title, level: 2, exact: true }).waitFor();
  }

  /** Selects a part of a line of the page with the mouse. */
  async function drag(page: Page, part: string): Promise<void> {
    const box = await page.evaluate((wanted) => {
      const walker = document.createTreeWalker(document.querySelector('.pane')!, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode as Text;
        const at = node.data.indexOf(wanted);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        const { left, right, top, height } = range.getBoundingClientRect();
        return { left, right, y: top + height / 2 };
      }
      throw new Error(`There is no "${wanted}" in one piece of the page.`);
    }, part);
    await page.mouse.move(box.left + 1, box.y);
    await page.mouse.down();
    await page.mouse.move((box.left + box.right) / 2, box.y);
    await page.mouse.move(box.right, box.y);
    await page.mouse.up();
  }

  const quoteButton = (page: Page) => page.getByRole('button', { name: /^Quote · \d/ });

  test('by mouse: what is selected shows its price beside it, and is quoted at that price', async () => {
    const { page, context, errors } = await openTask('By mouse');
    await openPage(page, 'Gifts From Crows');
    await drag(page, 'animals give gifts to members');
    const label = await quoteButton(page).innerText();
    const tokens = Number(/Quote · (\d+) tokens/.exec(label)?.[1]);
    await quoteButton(page).click();
    await page.getByText(`Quoted: ${tokens} tokens, ${512 - tokens} left`).waitFor();
    const list = page.getByRole('region', { name: 'Quotes' });
    expect(await list.getByText('animals give gifts to members').count()).toBe(1);
    expect(await list.getByText(`${tokens} tokens`).count()).toBe(1);
    expect(await page.evaluate(() => getSelection()?.isCollapsed)).toBe(true);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('by mouse: a row of a table and a line of code are quoted as the page has them', async () => {
    const { page, context } = await openTask('Tables');
    await openPage(page, 'Rooks and their towns');
    const table = page.getByRole('table', { name: 'Table' });
    expect(await table.getByRole('row').count()).toBe(3);
    expect(await table.getByRole('columnheader').count()).toBe(3);
    await page.getByRole('cell', { name: 'Jackdaw' }).dblclick({ position: { x: 20, y: 12 } });
    await quoteButton(page).waitFor();
    await page.keyboard.press('v');
    await quoteButton(page).waitFor();
    await page.keyboard.press('q');
    await page.getByText(/^Quoted/).waitFor();
    await drag(page, 'return "caw "');
    await quoteButton(page).click();
    await page.getByText('[2]').waitFor();
    const list = page.getByRole('region', { name: 'Quotes' });
    const quoted = await list.getByRole('blockquote').allInnerTexts();
    expect(quoted[0]?.replaceAll(/\s+/g, ' ')).toBe('Jackdaw | 34 cm | 240 g');
    expect(quoted[1]).toContain('return "caw "');
    await expectAccessible(page);
    await context.close();
  });

  test('by keys alone: sentences, then words, from what is seen; links, find and back', async () => {
    const { page, context } = await openTask('By keys');
    await page.keyboard.press('/');
    await page.keyboard.type('gifts from crows');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Search results for: gifts from crows' }).waitFor();
    await page.keyboard.press('l');
    await page.keyboard.press('0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Gifts From Crows', level: 2, exact: true }).waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('paper clip');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('v');
    const selection = () => page.evaluate(() => String(getSelection()));
    expect(await selection()).toContain('a paper clip');
    expect(await selection()).toMatch(/^After about two years.*sea\.$/s);
    await page.keyboard.press('ArrowUp');
    expect(await selection()).toMatch(/^The best known case.*age of four\.$/s);
    await page.keyboard.press('Shift+ArrowDown');
    expect(await selection()).toMatch(/^The best known case.*sea\.$/s);
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowRight');
    expect(await selection()).toMatch(/^best known case.*age of$/s);
    await page.keyboard.press('q');
    await page.getByText(/^Quoted/).waitFor();
    expect(
      await page
        .getByRole('region', { name: 'Quotes' })
        .getByText(/^best known case/)
        .count(),
    ).toBe(1);
    // Selecting goes on behind the quote.
    await page.keyboard.press('v');
    expect(await selection()).toMatch(/^After about two years/);
    await page.keyboard.press('Escape');
    expect(await selection()).toBe('');
    await page.keyboard.press('b');
    await page.getByRole('heading', { name: 'Search results for: gifts from crows' }).waitFor();
    const opened = page.getByTitle(/opened before$/);
    await page
      .getByRole('link', { name: /^Gifts From Crows/ })
      .and(opened)
      .waitFor();
    await context.close();
  });

  test('by touch: what is selected is quoted from the bar below, and the quotes are a sheet', async () => {
    const { page, context, errors } = await openTask('By touch', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await page.getByRole('searchbox', { name: 'Search the library' }).tap();
    await page.keyboard.type('gifts from crows');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Gifts From Crows/ }).tap();
    await page.getByRole('heading', { name: 'Gifts From Crows', level: 2, exact: true }).waitFor();
    const cost = () => page.getByText('98 actions left').count();
    const down = page.getByRole('button', { name: 'Scroll down' });
    const top = page.getByRole('button', { name: 'To the top' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByText('More', { exact: true }).tap();
    for (const item of await page.locator('header details button').all()) {
      const { x, width } = (await item.boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(390);
    }
    await page.getByText('More', { exact: true }).tap();
    // What is below the fold is read before the next window, without an action.
    await down.tap();
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(100);
    expect(await page.getByRole('searchbox', { name: 'Search the library' }).boundingBox()).toMatchObject({
      y: expect.closeTo(8, -1),
    });
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('button')]
          .find((button) => button.getAttribute('aria-label') === 'To the top')
          ?.getAttribute('aria-disabled') === 'false',
    );
    await top.tap();
    expect(await cost()).toBeGreaterThan(0);
    // What a long press leaves: a headless browser has none.
    await page.evaluate(() => {
      const walker = document.createTreeWalker(document.querySelector('.pane')!, NodeFilter.SHOW_TEXT);
      while (walker.nextNode() && !walker.currentNode.nodeValue?.startsWith('Many animals')) continue;
      getSelection()?.setBaseAndExtent(walker.currentNode, 5, walker.currentNode, 23);
    });
    const button = quoteButton(page);
    await button.waitFor();
    const place = (await button.boundingBox())!;
    expect(place.y + place.height).toBeGreaterThan(780);
    expect(place.height).toBeGreaterThanOrEqual(44);
    await expectAccessible(page);
    const selected = await page.evaluate(() => String(getSelection()));
    await button.tap();
    await page.getByText(/^Quoted/).waitFor();
    await page.getByRole('button', { name: 'Quotes 1' }).tap();
    const sheet = page.getByRole('dialog', { name: 'Quotes' });
    expect(selected).toBe('animals give gifts');
    expect(await sheet.getByRole('blockquote').innerText()).toBe(selected);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a quote that uses up the quote tokens is asked about first, and so is the last action', async () => {
    await setBrowser({ quoteTokenBudget: 20 });
    const first = await openTask('At the budget');
    await openPage(first.page, 'Gifts From Crows');
    await first.page.keyboard.press('v');
    await first.page.keyboard.press('ArrowDown');
    await first.page.getByRole('button', { name: /ends browsing/ }).waitFor();
    const before = await first.page.evaluate(() => String(getSelection()));
    await first.page.keyboard.press('q');
    const dialog = first.page.getByRole('dialog', { name: 'This quote ends browsing' });
    await dialog.getByText(/and 20 are left/).waitFor();
    await expectAccessible(first.page);
    await dialog
      .getByRole('button', { name: 'Keep browsing', disabled: false })
      .and(first.page.locator(':focus'))
      .waitFor();
    await first.page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    expect(await first.page.evaluate(() => String(getSelection()))).toBe(before);
    expect(await first.page.getByText('20 quote tokens left').count()).toBe(1);
    await first.page.keyboard.press('q');
    await dialog.getByRole('button', { name: 'Quote and write the answer' }).click();
    await first.page.getByRole('textbox', { name: 'Your answer' }).waitFor();
    await first.context.close();

    await setBrowser({ actionLimit: 2 });
    const { page, context } = await openTask('At the last action');
    await search(page, 'crows');
    await page.getByText('1 action left: browsing ends with it').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Enter');
    const last = page.getByRole('dialog', { name: 'This is your last action' });
    await last.getByText(/You have no quotes/).waitFor();
    await last.getByRole('button', { name: 'Keep browsing' }).click();
    expect(await page.getByText('1 action left: browsing ends with it').count()).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.press('Enter');
    await last.getByRole('button', { name: 'Do it' }).click();
    await page.getByRole('heading', { name: 'This task has ended without an answer' }).waitFor();
    await context.close();
  });

  test('find marks and counts every place, Enter goes on, and what is not there is said plainly', async () => {
    const { page, context } = await openTask('Finds', tall);
    await openPage(page, 'Rooks and their towns');
    const field = page.getByRole('textbox', { name: 'Find in page' });
    await field.fill('MIDSUMMER');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 120', { exact: true }).waitFor();
    expect(await page.locator('mark').count()).toBeGreaterThan(5);
    expect(await page.locator('mark.current').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByText('2 of 120', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByText('3 of 120', { exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.getByText('120', { exact: true }).waitFor();
    expect(await page.locator('mark').count()).toBeGreaterThan(5);
    expect(await page.locator('mark.current').count()).toBe(0);
    await page.getByRole('button', { name: 'Clear what was looked for' }).click();
    expect(await page.locator('mark').count()).toBe(0);
    await field.fill('no such words');
    await page.keyboard.press('Enter');
    await page.getByText('Not found on this page. Looking took one action.').waitFor();
    await page.getByText('93 actions left').last().waitFor();
    expect(await page.getByText('not carried out').count()).toBe(0);
    await context.close();
  });

  test('a click on the scrollbar scrolls one step towards it; three steps in a row take one action', async () => {
    const { page, context } = await openTask('Scrolls', tall);
    await openPage(page, 'Rooks and their towns');
    const bar = page.getByRole('scrollbar', { name: 'Position in the page' });
    const at = async () => Number(await bar.getAttribute('aria-valuenow'));
    const box = (await bar.boundingBox())!;
    const places = [await at()];
    for (let press = 0; press < 3; press += 1) {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height - 2);
      await page.waitForFunction(
        (before) =>
          Number(document.querySelector('[role=scrollbar]')?.getAttribute('aria-valuenow')) > before,
        places.at(-1)!,
      );
      places.push(await at());
    }
    expect(await page.getByText('97 actions left').count()).toBeGreaterThan(0);
    await page.mouse.click(box.x + box.width / 2, box.y + 2);
    await page.getByText('96 actions left').last().waitFor();
    expect(await at()).toBe(places[2]);
    await context.close();
  });

  test('within a window, scrolling and going to the top take no action', async () => {
    const { page, context } = await openTask('Within a window');
    await openPage(page, 'Rooks and their towns');
    const scrolled = () => page.evaluate(() => document.querySelector('.pane')!.scrollTop);
    const enabled = (name: string) => page.getByRole('button', { name, exact: true, disabled: false });
    await page.keyboard.press('j');
    await enabled('Scroll up').waitFor();
    expect(await scrolled()).toBeGreaterThan(100);
    await enabled('To the top').click();
    await page.getByRole('button', { name: 'To the top', disabled: true }).waitFor();
    expect(await scrolled()).toBe(0);
    expect(await page.getByText('98 actions left').count()).toBeGreaterThan(0);
    await context.close();
  });

  test('what cannot be done is off, says why, and takes no action', async () => {
    const { page, context } = await openTask('Offers');
    const off = async (name: string): Promise<string | null> => {
      const button = page.getByRole('button', { name, exact: true });
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      return button.getAttribute('title');
    };
    expect(await off('Back')).toBe('Back: there is no page before this one.');
    expect(await off('To the top')).toBe('To the top: you are at the top of the page.');
    expect(await off('Scroll down')).toBe('Scroll down: you are at the end of the page.');
    expect(await off('Add new quote')).toBe('Select text in the page first');
    for (const [key, reason] of [
      ['b', 'There is no page before this one.'],
      ['t', 'You are at the top of the page.'],
      ['q', 'Select text in the page first.'],
      ['l', 'There is no link here.'],
      ['f', 'There is no text here to look in.'],
      ['n', 'Nothing was looked for on this page.'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByText(reason, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Back', exact: true }).click({ force: true });
    await page.getByText('There is no page before this one.', { exact: true }).waitFor();
    await search(page, 'qqzzvv wwxxkk');
    await page.getByRole('heading', { name: 'Nothing was found' }).waitFor();
    await expectAccessible(page);
    await openPage(page, 'Rooks and their towns');
    for (let press = 0; press < 9; press += 1) await page.keyboard.press('j');
    await openPage(page, 'Gifts From Crows');
    expect(await page.getByText('not carried out').count()).toBe(0);
    await context.close();
  });

  test('a page that cannot be shown looks like that, and leads back', async () => {
    const { page, context, errors } = await openTask('Errors');
    await openPage(page, 'Rooks and their towns');
    await page.getByRole('textbox', { name: 'Find in page' }).fill('a page elsewhere');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^a page elsewhere elsewhere\.example$/ }).click();
    await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Back to the page before' }).click();
    await page.getByRole('heading', { name: 'Rooks and their towns', level: 2, exact: true }).waitFor();
    await page
      .getByRole('link', { name: /^a page elsewhere/ })
      .and(page.getByTitle('Opens elsewhere.example · opened before', { exact: true }))
      .waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('what the model sees is, at every step, the observation that replay rebuilds, byte for byte', async () => {
    const { page, context } = await openTask('Model', tall);
    await page.keyboard.press('o');
    const panel = page.getByRole('region', { name: 'What the model sees' }).locator('pre');
    const seen: string[] = [];
    const read = async (of: string): Promise<void> => {
      await panel.getByText(of).waitFor();
      seen.push((await panel.textContent()) ?? '');
    };
    await read('♦Actions left: 100');
    await openPage(page, 'Rooks and their towns');
    await read('♦Actions left: 98');
    await page.keyboard.press('j');
    await read('♦Actions left: 97');
    await page.keyboard.press('v');
    await page.keyboard.press('q');
    await read('♦Actions left: 96');
    await expectAccessible(page);
    await page.reload();
    await panel.getByText('♦Actions left: 96').waitFor();
    const { items } = await admin.client.listDemonstrations({ params: { projectId: admin.projectId } });
    const { episodeId } = items[0]!;
    const { steps } = await admin.client.replayEpisode({
      params: { projectId: admin.projectId, episodeId },
    });
    expect(seen).toEqual([0, 2, 3, 4].map((sequence) => steps[sequence]?.observation));
    await context.close();
  });
});
