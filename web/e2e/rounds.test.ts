import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { startModel, type ScriptedModel } from './scripted-model.ts';
import { fillProject, openLink, signInAdmin, startWorld, type World } from './world.ts';

// One story in order: each part goes on where the one before it ended.
describe('a lead opens a round and follows it', () => {
  let world: World;
  let model: ScriptedModel;
  let admin: Client;
  let projectId = '';
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    model = await startModel();
    world = await startWorld({ ROOKERY_ENDPOINT_SCRIPT_URL: model.url });
    ({ client: admin, projectId } = await signInAdmin(world));
    await fillProject(admin, projectId);
    const { link } = await admin.addMember({
      params: { projectId },
      body: { name: 'Lead', roles: ['lead'] },
    });
    ({ page, errors } = await world.open());
    await openLink(page, link);
  });
  afterAll(async () => {
    model?.close();
    await world?.close();
  });

  test('without a policy there is nothing to open, and the way to one', async () => {
    await page.goto(`/projects/${projectId}/rounds`);
    await page.getByText('A round samples from a policy', { exact: false }).waitFor();
    expect(
      await page.getByRole('main').getByRole('link', { name: 'Policies' }).getAttribute('href'),
    ).toContain('/policies');
    await expectAccessible(page);
    await admin.createEndpointPolicy({
      params: { projectId },
      body: { name: 'script', settings: { endpoint: 'SCRIPT', model: 'script' } },
    });
  });

  test('it is opened with what it comes to in sight; rules that go by scores wait for a reward model', async () => {
    await page.reload();
    await page.getByRole('link', { name: 'Open a round' }).click();
    await page.getByRole('radio', { name: 'Random' }).waitFor();
    expect(await page.getByRole('radio', { name: 'Closest scores' }).isDisabled()).toBe(true);
    await page.getByText('Needs a reward model', { exact: false }).first().waitFor();
    await page.getByLabel('bc', { exact: true }).check();
    await page.getByLabel('rm', { exact: true }).uncheck();
    await page.getByLabel('Some, drawn by the seed:').check();
    await page.getByLabel('Number of questions').fill('2');
    await page.getByLabel('Samples of each question').fill('2');
    await page.getByText('2 questions × 2').waitFor();
    await page.getByLabel('Raters of each pair').fill('2');
    await page.getByText('the samples make 2 pairs at most', { exact: false }).waitFor();
    await page.getByLabel('Comparisons in all').fill('4');
    await page.getByText('2 pairs, each compared by 2 raters', { exact: false }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Open the round: 4 samples' }).click();
    await page.getByRole('heading', { name: 'Round 1', level: 1 }).waitFor();
    await page.getByRole('listitem').and(page.locator('[aria-current=step]')).getByText('Sampling').waitFor();
    await expectAccessible(page);
  });

  test('facts move it on before the lead’s eyes, to pairs that say why they are shown', async () => {
    model.release();
    await page.getByText('0 of 4 submitted', { exact: true }).waitFor();
    await page.getByText('2 pairs were chosen.').waitFor();
    const { total } = await admin.listPairs({ params: { projectId }, query: { rule: 'random' } });
    expect(total).toBe(2);
    await page.getByRole('link', { name: '2 pairs chosen' }).click();
    await page.getByRole('cell', { name: 'In a round' }).first().waitFor();
    await page
      .getByRole('link', { name: /^(How can I|Do crows|Why is there|كيف)/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Why was this pair shown?' }).waitFor();
    await page.getByText('In round 1 drawn at random', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Play its sample again' }).first().waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('0 of 4 comparisons submitted').waitFor();
    await page.getByRole('link', { name: 'Round 1 is open' }).click();
  });

  test('too few comparisons to train on are refused with what to do, and it is cancelled with what stays', async () => {
    await page.getByRole('button', { name: 'Train now…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Train', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Go on with it' }).click();
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await dialog.getByRole('button', { name: 'Cancel the round' }).click();
    await page.getByText('Comparing → Cancelled').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    await page.getByRole('link', { name: 'All rounds' }).click();
    await page.getByRole('link', { name: 'Open a round' }).waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
  });
});
