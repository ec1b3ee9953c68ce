import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { addWorker, fillProject, openLink, signInAdmin, startTask, startWorld, type World } from './world.ts';

describe('writing an answer', () => {
  let world: World;
  let admin: { client: Client; projectId: string };

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    const params = { projectId: admin.projectId };
    const { settings } = await admin.client.getProject({ params });
    await admin.client.updateProject({
      params,
      body: { settings: { ...settings, demonstrationsPerQuestion: 20 } },
    });
    await fillProject(admin.client, admin.projectId);
  });
  afterAll(() => world?.close());

  const editorOf = (page: Page) => page.getByRole('textbox', { name: 'Your answer' });
  const preview = (page: Page) => page.getByRole('region', { name: 'As a reader sees it' }).last();

  /** Browses up to the answer with two quotes, by keys. */
  async function openWriter(name: string) {
    const link = await addWorker({ ...admin, name });
    const opened = await world.open();
    const { page } = opened;
    await openLink(page, link);
    await startTask(page);
    await page.keyboard.press('/');
    await page.keyboard.type('crows gifts');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Search results for: crows gifts' }).waitFor();
    for (const key of ['l', '0', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();
    for (const number of [1, 2]) {
      await page.keyboard.press('v');
      await page.keyboard.press('q');
      await page.getByText(`[${number}]`, { exact: true }).first().waitFor();
    }
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Write the answer' }).waitFor();
    await page.keyboard.press('Enter');
    await editorOf(page).waitFor();
    return { ...opened, link };
  }

  test('goes by keyboard from the first word to submitting, with advice that keeps nobody from it', async () => {
    const { page, context, errors } = await openWriter('Writes by keyboard');
    const editor = editorOf(page);
    await page.keyboard.type('Crows bring gifts to people [1. Nobody knows exactly why they do. [7]');
    expect(await editor.inputValue()).toBe(
      'Crows bring gifts to people [1]. Nobody knows exactly why they do. [7]',
    );
    await page.getByText('[7] is a quote that you do not have.').waitFor();
    await page.getByText('1 sentence cites no quote.').waitFor();
    await page.getByText('[2] is not cited.', { exact: false }).waitFor();
    // The sentence is shown with the cursor behind it, where citing deletes nothing.
    await page.getByRole('button', { name: 'Show it' }).last().click();
    const shown = preview(page).locator('.sentence.lit');
    await shown.waitFor();
    expect(await shown.innerText()).toBe('Nobody knows exactly why they do. [7]');
    await page.getByRole('button', { name: /^Cite quote 2/ }).click();
    expect(await editor.inputValue()).toMatch(
      /^Crows bring gifts to people \[1\]\. Nobody .* do\. \[7\]\[2\]$/,
    );
    await page.keyboard.press('Control+z');
    await page.getByText('1 sentence cites no quote.').waitFor();
    await expectAccessible(page);
    // Single keys act outside the text: 2 cites where the cursor was.
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await editor.and(page.locator(':focus')).waitFor();
    expect(await editor.inputValue()).toMatch(/\[7\]\[2\]$/);
    await page.keyboard.press('Control+z');
    expect(await editor.inputValue()).toMatch(/\[7\]$/);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Your answer, as it will be read' }).waitFor();
    await page.getByText('[7] is a quote that you do not have.').first().waitFor();
    await page.getByText('1 of 2').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await editor.and(page.locator(':focus')).waitFor();
    // What was undone before the review can be done again after it.
    await page.keyboard.press('Control+Shift+z');
    expect(await editor.inputValue()).toMatch(/\[7\]\[2\]$/);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: /^Submit the answer/ }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a citation shows its quote by focus, and a quote lights the sentences that cite it', async () => {
    const { page, context } = await openWriter('Looks at citations');
    await editorOf(page).fill('Crows bring gifts to people [1]. They remember faces for years [2].');
    await preview(page)
      .getByRole('button', { name: /^Quote 1:/ })
      .focus();
    const tip = page.getByRole('tooltip');
    await tip.waitFor();
    expect(await tip.innerText()).toContain('Gifts From Crows');
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await tip.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Cite quote 2/ }).focus();
    const lit = preview(page).locator('.sentence.lit');
    await lit.waitFor();
    expect(await lit.allInnerTexts()).toEqual(['They remember faces for years [2].']);
    await context.close();
  });

  test('what was deleted is among the earlier versions, and going back can be undone', async () => {
    const { page, context } = await openWriter('Goes back');
    const long = 'Crows bring gifts to people who feed them every day [1]. '.repeat(6).trim();
    await editorOf(page).fill(long);
    await page.getByText(/^Saved \d/).waitFor();
    await page.keyboard.press('Control+a');
    const saved = page.waitForResponse((response) => response.url().endsWith('/draft') && response.ok());
    await page.keyboard.type('Short [2].');
    await saved;
    await page.keyboard.press('Escape');
    await page.keyboard.press('h');
    const dialog = page.getByRole('dialog', { name: 'Earlier versions of this answer' });
    await dialog.getByRole('button', { name: /^.*341 characters/ }).click();
    await dialog.getByRole('button', { name: 'Go back to this version' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await editorOf(page).inputValue()).toBe(long);
    await page.keyboard.press('Control+z');
    expect(await editorOf(page).inputValue()).toBe('Short [2].');
    await context.close();
  });

  test('what two devices wrote apart is chosen from, and the other text stays among the versions', async () => {
    const { page, context } = await openWriter('Two devices');
    await editorOf(page).fill('Written here [1].');
    await page.getByText(/^Saved \d/).waitFor();
    const versions = page.waitForRequest((request) => request.url().endsWith('/draft'));
    await editorOf(page).fill('Written here, and more [1].');
    const { leaseToken, baseVersion } = (await versions).postDataJSON() as {
      leaseToken: string;
      baseVersion: number;
    };
    await page.waitForResponse((response) => response.url().endsWith('/draft') && response.ok());
    const address = (await versions).url();
    await page.evaluate(
      async ([url, body]) => {
        await fetch(url!, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: body! });
      },
      [address, JSON.stringify({ text: 'Written there [1].', baseVersion: baseVersion + 1, leaseToken })],
    );
    await editorOf(page).fill('Written here, and then some [1].');
    const dialog = page.getByRole('dialog', { name: 'The answer was changed in another window' });
    await dialog.waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Take the other one' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await editorOf(page).inputValue()).toBe('Written there [1].');
    await page.getByRole('button', { name: 'Earlier versions' }).click();
    await page.getByRole('dialog').getByText('Written here, and then some [1].').waitFor();
    await context.close();
  });

  test('at 390 pixels it is one column with the quotes in a sheet', async () => {
    const { page, context } = await openWriter('On a phone');
    await page.setViewportSize({ width: 390, height: 844 });
    await editorOf(page).fill('Crows bring gifts to people');
    await page.getByRole('button', { name: /^Quotes/ }).click();
    await page.getByRole('button', { name: /^Cite quote 2/ }).click();
    expect(await editorOf(page).inputValue()).toBe('Crows bring gifts to people [2]');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page.getByRole('button', { name: /^Quote 2:/ }).click();
    await page.getByRole('tooltip').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Review and submit' }).click();
    await page.getByRole('heading', { name: 'Your answer, as it will be read' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: /^Submit the answer/ }).click();
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    await context.close();
  });

  test('guidelines are one key away, and who worked under older ones is told once', async () => {
    const { page, context } = await openWriter('Reads guidelines');
    await page.keyboard.type('Half a sent');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page
      .getByRole('dialog', { name: 'Guidelines' })
      .getByRole('heading', { name: 'Privacy' })
      .waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.keyboard.type('ence');
    expect(await editorOf(page).inputValue()).toBe('Half a sentence');

    const params = { projectId: admin.projectId };
    const { text, version } = await admin.client.getGuidelines({ params });
    await admin.client.writeGuidelines({
      params,
      body: { text: `${text}\n\n## New\n\nCite twice.`, note: 'Cite twice', baseVersion: version },
    });
    await page.goto('/');
    await page.getByText('The guidelines have changed.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Read what has changed' }).click();
    const dialog = page.getByRole('dialog', { name: 'Guidelines' });
    await dialog.getByText('Added').first().waitFor();
    await dialog.getByText('Cite twice.').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Read the guidelines' }).waitFor();
    expect(await page.getByText('The guidelines have changed.').count()).toBe(0);
    await context.close();
  });

  test('a lead writes guidelines as versions, and goes back to one', async () => {
    const params = { projectId: admin.projectId };
    const { link } = await admin.client.addMember({ params, body: { name: 'Lead', roles: ['lead'] } });
    const { page, context, errors } = await world.open();
    await openLink(page, link);
    await page.goto(`/projects/${admin.projectId}/guidelines`);
    const field = page.getByRole('textbox', { name: 'Text (Markdown)' });
    const before = await field.inputValue();
    await field.fill('# Short\n\nCite **everything**.');
    await page.getByRole('region', { name: 'As it is read' }).last().getByText('everything').waitFor();
    await page.getByLabel('What has changed').fill('Shorter');
    const { version } = await admin.client.getGuidelines({ params });
    await page.getByRole('button', { name: `Save as version ${version + 1}` }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: `Look at version ${version}`, exact: true }).click();
    await page.getByText('Removed').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: `Go back to version ${version}`, exact: true }).click();
    expect(await field.inputValue()).toBe(before);
    await page.getByRole('button', { name: `Save as version ${version + 2}` }).click();
    await page.getByText('Saved.').waitFor();
    expect((await admin.client.getGuidelines({ params })).text).toBe(before);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });
});
