import type { Client } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { finishJob, openLink, signInAdmin, startWorld, type World } from './world.ts';

const birds = ['crows', 'rooks', 'ravens', 'jays', 'magpies', 'jackdaws'];
const doings = ['bring gifts', 'use tools', 'remember faces', 'hide food', 'play in the snow'];

/** Lines of openai/webgpt_comparisons: the answer that its quote supports against one that says little. */
const comparisons = birds
  .flatMap((bird) =>
    doings.map((doing) => {
      const question = { dataset: 'crows', id: `${bird}-${doing}`, full_text: `Why do ${bird} ${doing}?` };
      const option = (answer: string, score: number) => ({
        question,
        quotes: {
          title: ['Notes on birds (birds.example.org)'],
          extract: [`Many ${bird} ${doing} since it helps their family through the winter.`],
        },
        answer,
        score,
      });
      return JSON.stringify([
        option(`Many ${bird} ${doing} since it helps their family through the winter [1].`, 0.5),
        option(`Nobody knows anything about that, and it may be of no use to ask at all.`, -0.5),
      ]);
    }),
  )
  .join('\n');

// One story in order: each part goes on where the one before it ended.
describe('a lead trains a reward model and looks at what it says', () => {
  let world: World;
  let admin: Client;
  let projectId = '';
  let page: Page;
  let errors: string[];

  const dialog = () => page.getByRole('dialog');

  beforeAll(async () => {
    world = await startWorld();
    ({ client: admin, projectId } = await signInAdmin(world));
    const { link } = await admin.addMember({
      params: { projectId },
      body: { name: 'Lead', roles: ['lead'] },
    });
    ({ page, errors } = await world.open());
    await openLink(page, link);
    const job = await admin.createImport({
      params: { projectId },
      body: { kind: 'import-comparisons', options: { name: 'webgpt' } },
    });
    const params = { projectId, jobId: job.id };
    await admin.addImportFile({
      params,
      query: { path: 'comparisons.jsonl' },
      body: new TextEncoder().encode(comparisons),
    });
    await admin.startImport({ params });
    await finishJob(admin, params);
  });
  afterAll(() => world?.close());

  test('training says what it would learn from, and becomes a version with its figures', async () => {
    await page.goto(`/projects/${projectId}/reward-models`);
    await page.getByRole('heading', { name: 'No reward model yet' }).waitFor();
    await page.getByRole('button', { name: 'Train…' }).click();
    await dialog().getByText('30 comparisons of 30 questions').waitFor();
    await dialog().getByLabel('imported comparisons').uncheck();
    await dialog().getByRole('heading', { name: 'It cannot be trained yet' }).waitFor();
    const start = dialog().getByRole('button', { name: 'Train', exact: true });
    expect(await start.isDisabled()).toBe(true);
    await expectAccessible(page);
    await dialog().getByLabel('imported comparisons').check();
    await dialog().getByText('30 comparisons of 30 questions').waitFor();
    await start.click();
    await dialog().getByRole('progressbar').waitFor();
    await dialog().getByRole('link', { name: 'See the version' }).click({ timeout: 60_000 });
    await page.getByRole('heading', { name: 'Reward model 1', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Where it comes from' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Its training job' }).click();
    await page.getByRole('heading', { name: 'Training of the reward model', level: 1 }).waitFor();
    await page.getByText('Done', { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'See the reward model' }).click();
    await page.getByRole('link', { name: 'All versions' }).click();
    await page.getByText('In use', { exact: true }).waitFor();
    await expectAccessible(page);
  });

  test('answers are scored, and listed from the best or from the worst', async () => {
    await page.getByRole('link', { name: 'Version 1' }).click();
    await page.getByRole('link', { name: 'Answers by score' }).click();
    await page.getByText('60 answers of the project have no score by this version yet.').waitFor();
    await page.getByRole('button', { name: 'Score them' }).click();
    await page.getByText('Every answer of the project has a score by this version.').waitFor();
    const rows = page.getByRole('row').filter({ hasText: 'Why do' });
    await rows.first().getByText('helps their family').waitFor();
    await page.getByLabel('Order').selectOption('worst');
    await page.getByRole('button', { name: 'Filter' }).click();
    await rows.first().getByText('Nobody knows').waitFor();
    await page.getByText('Zero of the scale: The mean score of').waitFor();
    await expectAccessible(page);
    expect(page.url()).toContain('order=worst');
  });

  test('disagreements lead to their pair; best of n says what it needs', async () => {
    await page.getByRole('link', { name: 'Disagreements' }).click();
    await page
      .getByRole('link', { name: /^Why do/ })
      .first()
      .waitFor();
    // What it was tested on comes first.
    await page.waitForURL(/held=yes/);
    expect(await page.getByLabel('Pairs').inputValue()).toBe('yes');
    await page.getByLabel('Pairs').selectOption('no');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/held=no/);
    await expectAccessible(page);
    const link = page.getByRole('link', { name: /^Why do/ }).first();
    expect(await link.getAttribute('href')).toContain('/comparisons/pairs/');
    await page.getByRole('link', { name: 'Best of n' }).click();
    await page.getByRole('heading', { name: 'No question has two scored samples yet' }).waitFor();
    await expectAccessible(page);
  });

  test('answers that are typed in wait for a worker, and are ranked, best first', async () => {
    await page.getByRole('link', { name: 'Try it' }).click();
    await page.getByLabel('Question').fill('Why do rooks hide food?');
    const answers = page.getByLabel('Answer', { exact: true });
    await answers.nth(0).fill('Nobody knows anything about that.');
    await answers.nth(1).fill('Rooks hide food for the winter [1].');
    await page.getByRole('button', { name: 'Add a quote' }).nth(1).click();
    await page.getByLabel('Text', { exact: true }).fill('Rooks hide food for the winter.');
    const error = { code: 'unavailable', message: 'No model worker was done in time.', requestId: 'r' };
    await page.route('**/ranking', (route) => route.fulfill({ status: 503, json: { error } }), { times: 1 });
    const start = page.getByRole('button', { name: 'Rank' });
    await start.click();
    await page.getByText('Nothing is lost: try again', { exact: false }).waitFor();
    expect(await page.getByLabel('Question').inputValue()).toBe('Why do rooks hide food?');
    await start.click();
    await page.getByRole('heading', { name: 'Ranked by version 1' }).waitFor();
    const places = page.getByRole('listitem').filter({ hasText: 'Score: ' });
    await places.first().getByText('Answer 2').waitFor();
    await expectAccessible(page);
  });

  test('each place is accessible in the dark on a phone too', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const place of ['Figures', 'Answers by score', 'Disagreements', 'Best of n']) {
      await page.getByRole('link', { name: place }).click();
      await page.getByRole('link', { name: place }).and(page.locator('[aria-current]')).waitFor();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await expectAccessible(page);
    }
    expect(errors).toEqual([]);
  });

  test('an admin sees that the file is what was trained', async () => {
    const account = { email: 'admin@example.org', password: 'a long and plain password' };
    await admin.updateAccount({ body: account });
    const opened = await world.open();
    await opened.page.goto('/sign-in?next=/artifacts');
    await opened.page.getByLabel('E-mail').fill(account.email);
    await opened.page.getByLabel('Password').fill(account.password);
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.getByText('Intact', { exact: true }).waitFor();
    await opened.page.getByRole('button', { name: /^Manifest/ }).click();
    await opened.page.getByText('"kind": "reward"').waitFor();
    await expectAccessible(opened.page);
    expect(opened.errors).toEqual([]);
  });
});
