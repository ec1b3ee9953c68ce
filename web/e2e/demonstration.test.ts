import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addWorker, fillProject, openLink, signInAdmin, startTask, startWorld, type World } from './world.ts';

describe('a demonstrator at work', () => {
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
      body: { settings: { ...settings, demonstrationsPerQuestion: 10 } },
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

  /** Goes on to the answer with one quote, by keys. */
  async function quoteAndFinish(page: Page): Promise<void> {
    await page.keyboard.press('/');
    await page.keyboard.type('crows gifts');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Search results for: crows gifts' }).waitFor();
    await page.keyboard.press('l');
    await page.keyboard.press('0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();
    await page.keyboard.press('v');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('q');
    await page.getByText('[1]').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Write the answer' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Your answer' }).waitFor();
  }

  test('the whole of a demonstration goes by keyboard alone', async () => {
    const { page, errors, context } = await openWorker('By keyboard');
    await page.getByRole('button', { name: 'Start a task' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Search the library').waitFor();
    await quoteAndFinish(page);
    const editor = page.getByRole('textbox', { name: 'Your answer' });
    await editor.and(page.locator(':focus')).waitFor();
    // A key that means something outside of fields is text in one.
    await page.keyboard.type('Crows give gifts to people, e [1');
    expect(await editor.inputValue()).toBe('Crows give gifts to people, e [1]');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Your answer, as it will be read' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a session that ends keeps what was typed, and sends it after signing in', async () => {
    const { page, context, link } = await openWorker('Signed out');
    await startTask(page);
    await quoteAndFinish(page);
    await context.clearCookies();
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Typed while signed out [1].');
    await page.getByRole('dialog').getByText('Your session has ended.', { exact: false }).waitFor();
    await page.getByText('Signed out: sign in again, nothing is lost').first().waitFor();
    await page.getByRole('textbox', { name: 'Personal link' }).fill(link);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText(/^Saved \d/).waitFor();
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe(
      'Typed while signed out [1].',
    );
    await page.reload();
    await page.getByRole('textbox', { name: 'Your answer' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe(
      'Typed while signed out [1].',
    );
    await context.close();
  });

  test('a command that meets an ended session is carried out once the person is back', async () => {
    const { page, context, link } = await openWorker('Signed out while searching');
    await startTask(page);
    await context.clearCookies();
    await page.getByLabel('Search the library').fill('crows');
    await page.keyboard.press('Enter');
    // The other way back: the link opened in another tab.
    await page.getByRole('dialog').waitFor();
    const tab = await context.newPage();
    await openLink(tab, link);
    await page.getByRole('heading', { name: 'Search results for: crows' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await context.close();
  });

  test('a reloaded page, and another device, go on where the task stands', async () => {
    const { page, context, link } = await openWorker('Reloads');
    await startTask(page);
    await quoteAndFinish(page);
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Half an answer [1');
    await page.getByText(/^Saved \d/).waitFor();
    await page.reload();
    await page.getByRole('textbox', { name: 'Your answer' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe('Half an answer [1');

    const other = await world.open();
    await openLink(other.page, link);
    await other.page.getByText('Writing the answer').waitFor();
    await other.page.getByRole('link', { name: 'Resume' }).click();
    await other.page.getByRole('button', { name: 'Take it over' }).click();
    await other.page.getByRole('textbox', { name: 'Your answer' }).waitFor();
    expect(await other.page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe(
      'Half an answer [1',
    );
    await other.context.close();
    await context.close();
  });

  test('without a network nothing is lost: it is said, kept over a reload, and sent when it is back', async () => {
    const { page, context } = await openWorker('Offline');
    await startTask(page);
    await quoteAndFinish(page);
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Before. ');
    await page.getByText(/^Saved \d/).waitFor();
    await page.route('**/draft', (route) => route.abort('internetdisconnected'));
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Before. And without a network [1].');
    await page.getByText('Offline — 1 thing unsent').first().waitFor();
    await page.unroute('**/draft');
    await page.reload();
    await page.getByText(/^Saved \d/).waitFor();
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe(
      'Before. And without a network [1].',
    );
    await context.close();
  });

  test('a command whose answer got lost is sent again and carried out once', async () => {
    const { page, context } = await openWorker('Lost answer');
    await startTask(page);
    let sent = 0;
    await page.route('**/commands/1', async (route) => {
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByLabel('Search the library').fill('crows');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Search results for: crows' }).waitFor();
    expect(sent).toBe(2);
    await page.getByText('99 actions left').last().waitFor();
    await context.close();
  });

  test('a server killed in the middle of a command costs nothing: the command is carried out once, and the task goes on', async () => {
    const { page, context } = await openWorker('Survives');
    await startTask(page);
    const isKilled = Promise.withResolvers<void>();
    await page.route(
      '**/commands/1',
      async (route) => {
        const sending = route.continue();
        world.killServer();
        isKilled.resolve();
        await sending;
      },
      { times: 1 },
    );
    await page.getByLabel('Search the library').fill('crows gifts');
    await page.keyboard.press('Enter');
    await isKilled.promise;
    await page.getByRole('heading', { name: 'Search results for: crows gifts' }).waitFor({ timeout: 60_000 });
    await page.getByText('99 actions left').last().waitFor();
    await page.getByRole('link', { name: /^Gifts From Crows/ }).click();
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();
    expect(await page.getByText('98 actions left').count()).toBeGreaterThan(0);
    await context.close();
  });

  test('a lease that ends stops the screen, loses nothing, and can be taken up again', async () => {
    const { page, context } = await openWorker('Late');
    await page.clock.install();
    await startTask(page);
    await quoteAndFinish(page);
    await page.getByRole('textbox', { name: 'Your answer' }).fill('Slowly written [1].');
    await page.getByText(/^Saved \d/).waitFor();
    await page.clock.fastForward('18:00');
    await page.getByRole('button', { name: 'Extend' }).waitFor();
    await page.clock.fastForward('03:00');
    await page.getByRole('heading', { name: 'Your time for this question has ended' }).waitFor();
    await page.getByRole('button', { name: 'Take it up again' }).click();
    await page
      .getByRole('heading', { name: 'Your time for this question has ended' })
      .waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe('Slowly written [1].');
    await context.close();
  });

  test('controls that would be invalid are off, and a question can be flagged', async () => {
    const { page, context } = await openWorker('Flags');
    await startTask(page);
    for (const name of ['Back', 'To the top', 'Scroll up', 'Add new quote']) {
      expect(await page.getByRole('button', { name, exact: true }).getAttribute('aria-disabled')).toBe(
        'true',
      );
    }
    await page.getByRole('button', { name: 'This question does not make sense' }).click();
    await page.getByRole('button', { name: 'End the task' }).click();
    await page.getByRole('heading', { name: 'Recorded: no answer to this question' }).waitFor();
    await page.getByRole('button', { name: 'Next task' }).click();
    await page.getByLabel('Search the library').waitFor();
    await page.getByRole('button', { name: 'Give back…' }).click();
    await page.getByRole('button', { name: 'Give it back' }).click();
    await page.getByRole('heading', { name: 'Given back' }).waitFor();
    await context.close();
  });

  test('single keys can be turned off, and stay off', async () => {
    const { page, context } = await openWorker('Without keys');
    await startTask(page);
    await page.keyboard.press('?');
    await page.getByLabel('Single keys are on').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByLabel('Search the library').waitFor();
    await page.keyboard.press('e');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await context.close();
  });

  test('somebody else’s task is an error page that says so', async () => {
    const first = await openWorker('Owner');
    await startTask(first.page);
    const address = new URL(first.page.url()).pathname;
    const second = await openWorker('Other');
    await second.page.goto(address);
    await second.page.getByRole('alert').waitFor();
    expect(await second.page.getByLabel('Search the library').count()).toBe(0);
    await first.context.close();
    await second.context.close();
  });
});
