import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { startModel, type ScriptedModel } from './scripted-model.ts';
import { fillProject, openLink, signInAdmin, startWorld, type World } from './world.ts';

// One story in order: each part goes on where the one before it ended.
describe('a lead samples from a policy and watches it', () => {
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
    const opened = await world.open();
    ({ page, errors } = opened);
    await openLink(page, link);
  });
  afterAll(async () => {
    model?.close();
    await world?.close();
  });

  test('an endpoint that a worker has becomes a version of a policy', async () => {
    await page.goto(`/projects/${projectId}/sampling`);
    await page.getByText('There is no policy to sample from yet', { exact: false }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Policies' }).click();
    await page.getByRole('heading', { name: 'No policies yet' }).waitFor();
    await page.getByRole('button', { name: 'Add an endpoint…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Online workers have: SCRIPT').waitFor();
    await dialog.getByLabel('Name of the endpoint').fill('SCRIPT');
    await dialog.getByLabel('Model, as the server calls it').fill('script');
    await dialog.getByLabel('Name of the policy').fill('script');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('heading', { name: 'script 1', level: 1 }).waitFor();
    await expectAccessible(page);
    expect(page.url()).toContain('/policies/');
  });

  test('a plan says what it comes to before it starts, is paused and resumed, and ends in pairs', async () => {
    await page.getByRole('link', { name: 'Sample from this version' }).click();
    await page.getByLabel('bc', { exact: true }).check();
    await page.getByLabel('rm', { exact: true }).uncheck();
    await page.getByLabel('Some, drawn by the seed:').check();
    await page.getByLabel('Number of questions').fill('2');
    await page.getByLabel('Samples of each question').fill('2');
    await page.getByText('2 questions × 2').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start: 4 samples' }).click();

    const underWay = page.getByText('Under way 2', { exact: true });
    await underWay.waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Nothing is drawn.', { exact: false }).waitFor();
    await underWay.waitFor({ state: 'detached' });
    await expectAccessible(page);
    model.release();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('4 of 4 done', { exact: true }).first().waitFor();
    await page.getByText('2 pairs made').waitFor();
    const { total } = await admin.listPairs({ params: { projectId }, query: {} });
    expect(total).toBe(2);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a sample is played again like a demonstration', async () => {
    await page
      .getByRole('link', { name: /^(How can I|Do crows|Why is there|كيف)/ })
      .first()
      .click();
    await page.getByText(/All 5 observations are as stored/).waitFor();
    await page.getByText('Crows give gifts to one another', { exact: false }).first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Search crows gifts').first().waitFor();
    await page.getByText('SHA-256 as stored').waitFor();
    expect(page.url()).toContain('step=1');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Next sample' }).click();
    await page.getByText('Sample 2', { exact: false }).first().waitFor();
  });

  test('jobs and workers are on one page, which shows a ping come back', async () => {
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByText('Online', { exact: true }).waitFor();
    await page.getByText('2 answered').first().waitFor();
    await page.getByRole('button', { name: 'Ping a worker' }).click();
    await page.getByRole('row').filter({ hasText: 'Ping' }).filter({ hasText: 'Done' }).first().waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
  });
});
