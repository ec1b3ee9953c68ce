import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { addWorker, fillProject, openLink, signInAdmin, startWorld, type World } from './world.ts';

describe('the guided first task', () => {
  let world: World;
  let admin: { client: Client; projectId: string };

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    await fillProject(admin.client, admin.projectId);
  });
  afterAll(() => world?.close());

  async function openBeginner(name: string) {
    const opened = await world.open();
    await openLink(opened.page, await addWorker({ ...admin, name }));
    return opened;
  }

  const step = (page: Page, number: number) => page.getByText(`Step ${number} of 12`).waitFor();

  test('goes by keyboard step by step, each when it was done, and leaves no trace', async () => {
    const { page, context, errors } = await openBeginner('Beginner');
    await page.getByRole('link', { name: 'Practise first' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Practise first' }).focus();
    await page.keyboard.press('Enter');
    await step(page, 1);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Next', exact: true }).focus();
    await page.keyboard.press('Enter');
    await step(page, 2);
    await page.keyboard.press('/');
    await page.keyboard.type('crows gifts');
    await page.keyboard.press('Enter');
    await step(page, 3);
    for (const key of ['l', '0', 'Enter']) await page.keyboard.press(key);
    await step(page, 4);
    // A window that is longer than the screen is scrolled through first.
    const frame = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    for (let presses = 0; presses < 40 && (await page.getByText('Step 4 of 12').count()) > 0; presses += 1) {
      await page.keyboard.press('j');
      await frame();
    }
    await step(page, 5);
    await page.keyboard.press('f');
    await page.keyboard.type('gifts');
    await page.keyboard.press('Enter');
    await step(page, 6);
    await page.keyboard.press('Escape');
    // It goes on where it stood.
    await page.reload();
    await step(page, 6);
    await page.keyboard.press('v');
    await page.keyboard.press('q');
    await step(page, 7);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Next', exact: true }).focus();
    await page.keyboard.press('Enter');
    await step(page, 8);
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Write the answer' }).waitFor();
    await page.keyboard.press('Enter');
    await step(page, 9);
    await page.keyboard.type('Crows bring small gifts to people who feed them ');
    await step(page, 10);
    await page.keyboard.type('[1.');
    await step(page, 11);
    await expectAccessible(page);
    await page.keyboard.press('Control+Enter');
    await step(page, 12);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'That was a whole task. Well done' }).waitFor();
    await page.getByText('Every claim cites a quote.').waitFor();
    await expectAccessible(page);
    const params = { projectId: admin.projectId };
    expect((await admin.client.listDemonstrations({ params })).total).toBe(0);
    const { demonstrations } = await admin.client.getProjectOverview({ params });
    expect(demonstrations).toMatchObject({ submitted: 0, inProgress: 0 });
    await page.getByRole('button', { name: 'Start your first real task' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Search the library').waitFor();
    expect(await page.getByText('Practice: nothing counts').count()).toBe(0);
    await page.keyboard.press('?');
    await page.getByRole('link', { name: 'Practise with a guided task' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('can be left and gone on with, skipped, and is not offered again', async () => {
    const { page, context } = await openBeginner('Skips it');
    await page.getByRole('link', { name: 'Practise first' }).click();
    await step(page, 1);
    await page.getByRole('button', { name: 'Leave practice' }).first().click();
    await page.getByRole('link', { name: 'Go on practising' }).waitFor();
    await page.getByRole('button', { name: 'No, thanks' }).click();
    await page.getByRole('heading', { name: 'New here? Practise first' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Start a task' }).waitFor();
    expect(await page.getByRole('link', { name: 'Practise first' }).count()).toBe(0);
    await context.close();
  });

  test('fits a phone', async () => {
    const { page, context } = await openBeginner('Phone');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('link', { name: 'Practise first' }).click();
    await step(page, 1);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await context.close();
  });
});
