import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  libraryFolder,
  libraryUrl,
  openLink,
  questionsFile,
  startTask,
  startWorld,
  type World,
} from './world.ts';

// One story in order: each part goes on where the one before it ended.
describe('a lead sets up a project and gets a demonstration out of it', () => {
  let world: World;
  let lead: Awaited<ReturnType<World['open']>>;
  let workerLink = '';

  beforeAll(async () => {
    world = await startWorld();
    lead = await world.open({ acceptDownloads: true });
  });
  afterAll(() => world?.close());

  test('the printed link signs the first admin in once, leaves the address, and asks for a password', async () => {
    const { page } = lead;
    await page.goto(world.signInLink);
    await page.getByRole('heading', { name: 'Account' }).waitFor();
    expect(page.url()).not.toContain('link=');
    await page.getByLabel('E-mail').fill('lead@example.org');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();

    const other = await world.open();
    await other.page.goto(world.signInLink);
    await other.page
      .getByText('It may have been used, replaced or have expired.', { exact: false })
      .waitFor();
    await other.page.getByLabel('E-mail').fill('lead@example.org');
    await other.page.getByLabel('Password').fill('correct horse battery');
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByRole('heading', { name: 'What to do next' }).waitFor();
    await other.context.close();
  });

  test('a file of questions is imported, and the rows that cannot be used are listed by number and reason', async () => {
    const { page } = lead;
    await page.goto('/');
    await page.getByRole('link', { name: 'Open the project' }).click();
    await page.getByRole('link', { name: 'Import questions', exact: true }).click();
    await page.getByRole('button', { name: 'Import questions…' }).first().click();
    await page.getByLabel('Choose files').setInputFiles(questionsFile);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 that cannot be used', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('Import done').waitFor();
    await dialog.getByRole('cell', { name: '7', exact: true }).waitFor();
    expect(await dialog.getByRole('row').count()).toBe(3);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const markup = page.getByRole('link', { name: "What does <script>document.title='owned'</script>" });
    await markup.waitFor();
    expect(await page.title()).toContain('Questions');
  });

  test('filters are in the address, and an excluded question can be included again', async () => {
    const { page } = lead;
    await page.getByLabel('Text contains').fill('faces');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('1 of 1').waitFor();
    expect(page.url()).toContain('words=faces');
    await page.getByRole('checkbox', { name: 'Choose: ' }).check();
    await page.getByRole('button', { name: 'Exclude…' }).click();
    await page.getByLabel('Reason (optional)').fill('asked twice');
    await page.getByRole('button', { name: 'Exclude', exact: true }).click();
    await page.getByText('Excluded: asked twice').waitFor();
    await page.getByRole('link', { name: 'faces' }).click();
    await page.getByRole('button', { name: 'Include again…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Include again' }).click();
    await page.getByRole('button', { name: 'Exclude…' }).waitFor();
  });

  test('questions are sorted by a column, and priority and places of those that are chosen are set at once', async () => {
    const { page } = lead;
    await page.getByRole('link', { name: 'Questions', exact: true }).click();
    const rows = page.getByRole('row');
    await page.getByRole('checkbox', { name: 'Choose all rows of this page' }).check();
    await page.getByRole('button', { name: 'Wanted…' }).click();
    await page.getByRole('spinbutton', { name: 'Wanted' }).fill('3');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('questions changed.').waitFor();
    await page.getByRole('checkbox', { name: 'Choose: ' }).last().check();
    await page.getByRole('button', { name: 'Priority…' }).click();
    await page.getByRole('spinbutton', { name: 'Priority' }).fill('5');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('1 question changed.').waitFor();
    const last = await rows.last().getByRole('link').textContent();
    await page.getByRole('columnheader', { name: 'Priority' }).getByRole('link').click();
    await page.waitForURL(/sort=priority&order=desc/);
    await page
      .getByRole('columnheader', { name: 'Priority' })
      .and(page.locator('[aria-sort=descending]'))
      .waitFor();
    await page
      .locator('tbody tr')
      .first()
      .getByText(last ?? '')
      .waitFor();
    expect(await rows.nth(1).getByRole('link').textContent()).toBe(last);
    // The rest of the story is told with one demonstration of each question.
    await page.getByRole('checkbox', { name: 'Choose all rows of this page' }).check();
    await page.getByRole('button', { name: 'Wanted…' }).click();
    await page.getByRole('spinbutton', { name: 'Wanted' }).fill('1');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('questions changed.').waitFor();
    await page.getByRole('checkbox', { name: 'Choose: ' }).first().check();
    await page.getByRole('button', { name: 'Priority…' }).click();
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('1 question changed.').waitFor();
  });

  test('a folder of pages is imported, and a page is shown as the text browser shows it', async () => {
    const { page } = lead;
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await page.getByRole('button', { name: 'Import pages…' }).first().click();
    await page.getByLabel('Base address').fill(libraryUrl);
    await page.getByLabel('Choose a folder').setInputFiles(libraryFolder);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Import done').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('link', { name: 'Place names' }).click();
    await page.getByText("<script>document.title='owned'</script>", { exact: false }).waitFor();
    expect(await page.title()).toContain('Place names');
  });

  test('a worker gets a personal link, shown once, and an invited person makes an account', async () => {
    const { page } = lead;
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'Add people…' }).click();
    await page.getByLabel('Names').fill('Maya');
    await page.getByRole('button', { name: 'Add the person' }).click();
    workerLink = await page.getByRole('textbox', { name: 'Personal link' }).inputValue();
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.content()).not.toContain(workerLink);

    await page.getByRole('button', { name: 'Invite by link…' }).click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const invitation = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
    await page.getByRole('button', { name: 'Close' }).click();
    const invited = await world.open();
    await invited.page.goto(invitation);
    await invited.page.getByText('You are invited to').waitFor();
    await invited.page.getByLabel('Name').fill('Noor');
    await invited.page.getByLabel('E-mail').fill('noor@example.org');
    await invited.page.getByLabel('Password').fill('a password of my own');
    await invited.page.getByRole('button', { name: 'Make the account and join' }).click();
    await invited.page.getByRole('button', { name: 'Start a task' }).waitFor();
    await invited.page.goto(new URL(page.url()).pathname);
    await invited.page.getByText('This part is for leads').waitFor();
    await invited.context.close();
  });

  test('many people are added from a list, and their links are downloaded once', async () => {
    const { page } = lead;
    await page.getByRole('button', { name: 'Add people…' }).click();
    await page.getByLabel('Names').fill('name,roles\nZoe,rater\n"Omar, the first",boss\n');
    await page.getByText('Row 3: "boss" is no role', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Add the person' }).isDisabled()).toBe(true);
    await page.getByLabel('Names').fill('name,roles\nZoe,rater\n"Omar, the first",\n');
    await page.getByRole('button', { name: 'Add 2 people' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    expect(csv.split('\r\n')[2]).toMatch(/^"Omar, the first",\S+,demonstrator,http/);
    await page.getByRole('button', { name: 'Close' }).last().click();
    expect(await page.content()).not.toContain('sign-in#link=');
  });

  test('a person who is paused gets no task until they are resumed', async () => {
    const { page } = lead;
    await page.getByRole('link', { name: 'Maya' }).click();
    await page.getByRole('heading', { name: 'Maya' }).waitFor();
    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    const worker = await world.open();
    await openLink(worker.page, workerLink);
    await worker.page.getByRole('button', { name: 'Start a task' }).click();
    await worker.page.getByText('A lead has paused you in this project', { exact: false }).waitFor();
    expect(new URL(worker.page.url()).pathname).toBe('/');
    await worker.context.close();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause…' }).waitFor();
  });

  test('a demonstrator records a demonstration by mouse', async () => {
    const { page, errors, context } = await world.open();
    await openLink(page, workerLink);
    await startTask(page);
    await page.getByLabel('Search the library').fill('crows gifts');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('link', { name: /^Gifts From Crows/ }).click();
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();

    // The text in the window that the pane cuts off is scrolled to first; then the page goes on.
    const place = page.getByText(/^\d+–\d+ %$/);
    await place.filter({ hasText: /^0–/ }).waitFor();
    const left = (actions: number) => page.getByText(`${actions} actions left`).last().waitFor();
    const standing = async () =>
      `${await place.textContent()} ${await page.locator('.pane').evaluate((pane) => pane.scrollTop)}`;
    await left(98);
    while ((await place.textContent())?.startsWith('0–')) {
      const before = await standing();
      await page.getByRole('button', { name: 'Scroll down' }).click();
      await expect.poll(standing, { timeout: 10_000 }).not.toBe(before);
    }
    await left(97);
    await page.getByRole('button', { name: 'To the top' }).click();
    await place.filter({ hasText: /^0–/ }).waitFor();
    await left(96);

    await page
      .getByText('Many animals give gifts', { exact: false })
      .first()
      .click({ clickCount: 3, position: { x: 60, y: 12 } });
    await page.getByRole('button', { name: 'Add new quote' }).click();
    await page.getByText('[1]').waitFor();

    await page
      .getByRole('link', { name: /feeding crows/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Feeding crows' }).waitFor();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();

    await page.getByRole('button', { name: 'Done quoting! Write an answer' }).click();
    await page.getByRole('button', { name: 'Write the answer' }).click();
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Feed them at the same time each day.');
    await page.getByText('The answer cites no quote.').first().waitFor();
    await page.getByRole('button', { name: /^Cite quote 1/ }).click();
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe(
      'Feed them at the same time each day [1].',
    );
    await page.getByText(/^Saved \d/).waitFor();
    await page.getByRole('button', { name: /^Review and submit/ }).click();
    await page.getByRole('button', { name: /^Submit the answer/ }).click();
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('the lead replays it step by step beside the exact observation', async () => {
    const { page } = lead;
    await page.getByRole('link', { name: 'Demonstrations', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'Submitted' }).getByRole('link').click();
    await page.getByText(/All \d+ observations are as stored/).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Search crows gifts').first().waitFor();
    const observation = page.getByRole('region', { name: 'The observation, exactly' });
    expect(await observation.textContent()).toMatch(
      /^♦Question\n[^]*♦Title\nSearch results for: crows gifts\n[^]*♦Next action\n$/,
    );
    await page.getByText('SHA-256 as stored').waitFor();
    expect(page.url()).toContain('step=1');
    await page.getByText('Feed them at the same time each day [1].').waitFor();
  });

  test('the lead exports it and downloads the file that the shown hash stands for', async () => {
    const { page, errors } = lead;
    await page.getByRole('link', { name: 'Exports', exact: true }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const bytes = await readFile(await (await downloading).path());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await page.getByText(sha256).waitFor();
    const rows = bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { completion: string });
    expect(rows.map((row) => row.completion)).toContain('Search crows gifts');

    await page.getByRole('button', { name: 'Verify all episodes' }).click();
    await page.getByText(/^[1-9]\d* rebuilt, 0 differing$/).waitFor();
    expect(errors).toEqual([]);
  });
});
