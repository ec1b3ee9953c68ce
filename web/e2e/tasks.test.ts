import axe from 'axe-core';
import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addWorker,
  clientByLink,
  fillProject,
  openLink,
  recordDemonstration,
  signInAdmin,
  startTask,
  startWorld,
  type World,
} from './world.ts';

describe('the life of a task', () => {
  let world: World;
  let admin: { client: Client; projectId: string };

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    const params = { projectId: admin.projectId };
    const { settings } = await admin.client.getProject({ params });
    // Every test gets a task of its own.
    await admin.client.updateProject({
      params,
      body: { settings: { ...settings, demonstrationsPerQuestion: 20 } },
    });
    await fillProject(admin.client, admin.projectId);
  });
  afterAll(() => world?.close());

  async function openWorker(name: string): Promise<Awaited<ReturnType<World['open']>> & { link: string }> {
    const link = await addWorker({ ...admin, name });
    const opened = await world.open();
    await openLink(opened.page, link);
    return { ...opened, link };
  }

  const editorOf = (page: Page) => page.getByRole('textbox', { name: 'Your answer' });

  /** Starts a task and goes on to its answer with one quote, by keys. */
  async function startAnswer(page: Page): Promise<void> {
    await startTask(page);
    await page.keyboard.press('/');
    await page.keyboard.type('crows gifts');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Search results for: crows gifts' }).waitFor();
    await page.keyboard.press('l');
    await page.keyboard.press('0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();
    await page.keyboard.press('v');
    await page.keyboard.press('q');
    await page.getByText('[1]').first().waitFor();
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Write the answer' }).waitFor();
    await page.keyboard.press('Enter');
    await editorOf(page).waitFor();
  }

  async function submit(page: Page, answer: string): Promise<void> {
    await editorOf(page).fill(answer);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Submit the answer' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
  }

  async function expectAccessible(page: Page): Promise<void> {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    });
    expect(found).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(width).toBeLessThanOrEqual(0);
  }

  test('a task is paused by one key and resumed by another, with all that was typed, also from the home page', async () => {
    const { page, context, errors } = await openWorker('Pauses');
    await startAnswer(page);
    await editorOf(page).fill('Half of it [1]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    await page.getByText('held for you until', { exact: false }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await editorOf(page).waitFor();
    expect(await editorOf(page).inputValue()).toBe('Half of it [1]');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    await page.getByRole('link', { name: 'To the start' }).click();
    await page.getByText('Paused, held for you until', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Practise with a guided task' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Resume' }).click();
    await editorOf(page).waitFor();
    expect(await editorOf(page).inputValue()).toBe('Half of it [1]');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a second window says that the task is open, takes it over, and the first one says so and keeps its text', async () => {
    const { page, context, link, errors } = await openWorker('Two windows');
    await startAnswer(page);
    await editorOf(page).fill('From the first window [1]. ');
    await page.getByText(/^Saved \d/).waitFor();
    const other = await world.open();
    await openLink(other.page, link);
    await other.page.getByRole('link', { name: 'Resume' }).click();
    await other.page.getByRole('heading', { name: 'This task is open in another window' }).waitFor();
    await expectAccessible(other.page);
    // What is typed here is not saved in time.
    await page.route('**/draft', (route) => route.abort('internetdisconnected'));
    await editorOf(page).fill('From the first window [1]. And more.');
    await page.getByText('Offline — 1 thing unsent').first().waitFor();
    await other.page.getByRole('button', { name: 'Take it over' }).click();
    await editorOf(other.page).waitFor();
    expect(await editorOf(other.page).inputValue()).toBe('From the first window [1]. ');
    await page.getByRole('heading', { name: 'This task was taken over in another window' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'What you typed here' }).inputValue()).toContain(
      'And more.',
    );
    await expectAccessible(page);
    await page.unroute('**/draft');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText(/^Saved \d/).waitFor();
    expect(await editorOf(page).inputValue()).toBe('From the first window [1]. And more.');
    await other.page.getByRole('heading', { name: 'This task was taken over in another window' }).waitFor();
    expect([...errors, ...other.errors]).toEqual([]);
    await other.context.close();
    await context.close();
  });

  test('the first window finds out by itself that it was taken over, without being told', async () => {
    const { page, context, link } = await openWorker('Not told');
    await startTask(page);
    // The page's socket is open, and nothing ever comes.
    await page.routeWebSocket('**/api/live', () => undefined);
    await page.reload();
    await page.getByLabel('Search the library').waitFor();
    const other = await world.open();
    await openLink(other.page, link);
    await other.page.getByRole('link', { name: 'Resume' }).click();
    await other.page.getByRole('button', { name: 'Take it over' }).click();
    await other.page.getByLabel('Search the library').waitFor();
    await page.getByLabel('Search the library').fill('crows');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This task was taken over in another window' }).waitFor();
    expect(await page.getByLabel('Search the library').count()).toBe(0);
    await other.context.close();
    await context.close();
  });

  test('a window that is closed lets another have the task without asking', async () => {
    const { page, context } = await openWorker('Closes');
    await startTask(page);
    const address = page.url();
    const second = await context.newPage();
    await second.goto(address);
    await second.getByRole('heading', { name: 'This task is open in another window' }).waitFor();
    await page.close({ runBeforeUnload: true });
    await second.getByLabel('Search the library').waitFor();
    expect(await second.getByText('open in another window').count()).toBe(0);
    await context.close();
  });

  test('an answer is reopened by one key, revised, or kept as it was; the next task is one key away', async () => {
    const { page, context, errors } = await openWorker('Revises');
    await startAnswer(page);
    await submit(page, 'The first answer [1].');
    await page.getByText('1 task · ', { exact: false }).first().waitFor();
    await expectAccessible(page);
    await page.keyboard.press('r');
    await editorOf(page).waitFor();
    expect(await editorOf(page).inputValue()).toBe('The first answer [1].');
    await page
      .getByText('The one you submitted counts until you submit another.', { exact: false })
      .waitFor();
    await submit(page, 'The second answer [1].');
    await page.getByRole('button', { name: 'Reopen the answer' }).click();
    await editorOf(page).fill('A third one that is given up.');
    await page.getByRole('button', { name: 'Keep the submitted answer…' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    await page.getByRole('link', { name: 'To the start' }).click();
    await page.getByRole('link', { name: /^Reopen the answer/ }).click();
    await editorOf(page).waitFor();
    expect(await editorOf(page).inputValue()).toBe('The second answer [1].');
    await submit(page, 'The second answer, once more [1].');
    await page.keyboard.press('n');
    await page.getByLabel('Search the library').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a returned answer comes first at home with its comment, and is submitted anew', async () => {
    const { page, context, errors, link } = await openWorker('Asked again');
    await recordDemonstration({ world, link, projectId: admin.projectId });
    const params = { projectId: admin.projectId };
    const worker = await clientByLink(world, link.split('#link=')[1] ?? '');
    const [done] = (await worker.listOwnAssignments({ params })).items;
    await admin.client.reviewDemonstration({
      params: { ...params, episodeId: done?.episodeId ?? '' },
      body: {
        decision: 'returned',
        comment: 'Say which crows.',
        seen: { answerRevision: 1, decisions: 0 },
      },
    });
    await page.getByRole('heading', { name: 'An answer was returned to you' }).waitFor();
    await page.getByText('Say which crows.').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Revise the answer' }).click();
    await page.getByRole('heading', { name: 'A lead has returned this answer to you' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await editorOf(page).waitFor();
    await page.getByText('Say which crows.').waitFor();
    await expectAccessible(page);
    await submit(page, 'New Caledonian crows [1].');
    await page.getByRole('link', { name: 'To the start' }).click();
    await page.getByText('Revised, not looked at yet').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('it is said five minutes and one minute before the time ends, and what happens then', async () => {
    const { page, context } = await openWorker('Runs late');
    await page.clock.install();
    await startTask(page);
    await page.clock.fastForward('15:10');
    await page.getByRole('alert').getByText('ends in less than 5 min', { exact: false }).waitFor();
    await page.clock.fastForward('04:00');
    await page.getByRole('alert').getByText('ends in less than 1 min', { exact: false }).waitFor();
    await expectAccessible(page);
    await page.clock.fastForward('01:00');
    await page.getByRole('heading', { name: 'Your time for this question has ended' }).waitFor();
    await page.getByText('what you did is still kept, as surplus', { exact: false }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Take it up again' }).click();
    const ended = page.getByRole('heading', { name: 'Your time for this question has ended' });
    await ended.waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Extend' }).count()).toBe(1);
    await context.close();
  });
});
