import type { Client } from '@rookery/shared/api';
import type { Choice, Judgement } from '@rookery/shared/comparisons';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { clientByLink, openLink, signInAdmin, startWorld, type World } from './world.ts';

const questions = ['Why do crows bring gifts?', 'Do rooks use tools?', 'How long do ravens live?'];

/** Lines of openai/webgpt_comparisons: two answers with their scores. */
const comparisonsFile = questions
  .map((fullText, index) => {
    const option = (answer: string, score: number) => ({
      question: { dataset: 'crows', id: `q${index}`, full_text: fullText },
      quotes: { title: ['Notes on crows (crows.example.org)'], extract: ['They remember faces.'] },
      answer,
      score,
    });
    return JSON.stringify([
      option(`They remember faces [1]. First ${index}.`, 0.5),
      option(`Nobody knows. Second ${index}.`, -0.5),
    ]);
  })
  .join('\n');
const answersFile = questions
  .map((fullText, index) =>
    JSON.stringify({
      question: { dataset: 'crows', id: `q${index}`, full_text: fullText },
      answer: `Another view. Third ${index}.`,
      source: 'model-x',
    }),
  )
  .join('\n');
const fileOf = (name: string, content: string) => ({
  name,
  mimeType: 'application/x-ndjson',
  buffer: Buffer.from(content),
});

// One story in order: each part goes on where the one before it ended.
describe('a lead brings comparisons, has more of them made, and watches over them', () => {
  let world: World;
  let admin: Client;
  let projectId = '';
  let page: Page;
  let errors: string[];

  const go = (path: string) => page.goto(`/projects/${projectId}/comparisons${path}`);
  const dialog = () => page.getByRole('dialog');

  beforeAll(async () => {
    world = await startWorld();
    ({ client: admin, projectId } = await signInAdmin(world));
    const { link } = await admin.addMember({
      params: { projectId },
      body: { name: 'Lead', roles: ['lead'] },
    });
    const opened = await world.open({ acceptDownloads: true });
    ({ page, errors } = opened);
    await openLink(page, link);
  });
  afterAll(() => world?.close());

  test('what is empty says what belongs there, and leads to it', async () => {
    await go('');
    await page.getByRole('heading', { name: 'No pairs yet' }).waitFor();
    await expectAccessible(page);
    await go('/agreement');
    await page
      .getByText('Agreement is about pairs that two raters or more have compared.', { exact: false })
      .waitFor();
    await go('');
    await page.getByRole('main').getByRole('link', { name: 'Answers', exact: true }).last().click();
    await page.getByRole('heading', { name: 'No answers yet' }).waitFor();
    expect(errors).toEqual([]);
  });

  test('comparisons are imported under a name, answers from a file, and both say what they brought', async () => {
    await page.getByRole('button', { name: 'Import comparisons…' }).first().click();
    await page.getByLabel('Choose files').setInputFiles(fileOf('crow-scores.jsonl', comparisonsFile));
    expect(await page.getByLabel('Name of the import').inputValue()).toBe('crow-scores');
    await dialog().getByRole('button', { name: 'Import', exact: true }).click();
    await dialog().getByText('3 new pairs', { exact: false }).waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Import answers…' }).first().click();
    await page.getByLabel('Choose files').setInputFiles(fileOf('answers.jsonl', answersFile));
    await dialog().getByRole('button', { name: 'Import', exact: true }).click();
    await dialog().getByText('3 new', { exact: false }).waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('link', { name: 'model-x' }).click();
    await page.getByText('3 of 3', { exact: true }).waitFor();
    await expectAccessible(page);
  });

  test('an imported comparison is found by filters, excluded with a reason, and taken back', async () => {
    await go('/list');
    await page.getByLabel('Question contains').fill('rooks');
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('Imports');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('1 of 1', { exact: true }).waitFor();
    expect(page.url()).toContain('by=imports');
    await page.getByRole('link', { name: 'Do rooks use tools?' }).click();
    await page.getByText('An import has no sides', { exact: false }).waitFor();
    await page.getByText('A better', { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Exclude…' }).click();
    await dialog().getByLabel('Reason').fill('The answers were swapped.');
    await dialog().getByRole('button', { name: 'Exclude', exact: true }).click();
    await page.getByText('Excluded: The answers were swapped.').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('button', { name: 'Exclude…' }).waitFor();
  });

  test('a dialog counts the pairs before it makes them, and many pairs are changed at once', async () => {
    await go('/pairs');
    await page.getByRole('button', { name: 'Make pairs…' }).click();
    await dialog().getByLabel('Only answers from different sources').check();
    await dialog().getByLabel('Raters of each pair').fill('2');
    await dialog().getByLabel('Percent re-rated').fill('0');
    await dialog().getByRole('status').getByText('about 12 comparisons wanted', { exact: false }).waitFor();
    await expectAccessible(page);
    await dialog().getByRole('button', { name: 'Make 6 pairs' }).click();
    await dialog().getByText('6 pairs made.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('1–9 of 9').waitFor();
    await page.getByRole('combobox', { name: 'How made' }).selectOption('Import');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('1–3 of 3').waitFor();
    await page.getByRole('checkbox', { name: 'Choose all rows of this page' }).first().check();
    await page.getByRole('button', { name: 'Priority…' }).click();
    await page.getByRole('spinbutton', { name: 'Priority' }).fill('3');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('3 pairs changed.').waitFor();
    const changed = await admin.listPairs({ params: { projectId }, query: { method: 'import' } });
    expect(changed.items.map(({ priority }) => priority)).toEqual([3, 3, 3]);
    await page.getByRole('link', { name: 'Runs of pairing' }).click();
    await page.getByText('across sources · 2 raters each · 0 % by one more', { exact: false }).waitFor();
    await page.getByRole('link', { name: '6 pairs' }).click();
    await page.getByText('1–6 of 6').waitFor();
    await expectAccessible(page);
  });

  test('progress is live, and agreement has its numbers and a file', async () => {
    await go('');
    await page.getByText('0 of 12 comparisons').first().waitFor();
    await rate('Ada', () => 'a-better');
    await page.getByText('6 of 12 comparisons').first().waitFor();
    await rate('Bo', (judged) => (judged === 0 ? 'equal' : 'a-better'));
    await page.getByText('12 of 12 comparisons').first().waitFor();
    await page.getByText('All that are wanted are done.').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Agreement' }).click();
    await page.getByRole('row', { name: /^Overall usefulness \d+\s%\s/ }).waitFor();
    const shown = await admin.getAgreement({ params: { projectId }, query: {} });
    const overall = shown.criteria.find(({ criterion }) => criterion === 'overall');
    expect(overall?.ratingPairs).toBe(6);
    const percent = Math.round((overall?.agreement ?? 0) * 100);
    await page.getByRole('row', { name: new RegExp(`^Overall usefulness ${percent}\\s%\\s`) }).waitFor();
    await expectAccessible(page);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const csv = await readFile(await (await downloading).path(), 'utf8');
    expect(csv.split('\r\n')[1]).toMatch(/^overall,6,6,/);
  });

  test('a rater’s number leads to their comparisons, and one shows what was said of both answers', async () => {
    await go('/raters');
    await page.getByText('Leans to A').first().waitFor();
    await expectAccessible(page);
    await page
      .getByRole('row', { name: /Leans to A/ })
      .getByRole('link', { name: '6', exact: true })
      .first()
      .click();
    await page.getByText('1–6 of 6').waitFor();
    await page.locator('tbody').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Answer B' }).waitFor();
    await page.locator('mark').first().waitFor();
    await page.getByText('Says where it is from.').waitFor();
    await page.getByText('Given to the rater').waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(errors).toEqual([]);
  });

  test('comparisons are exported, and the form of a rater is changed', async () => {
    await page.goto(`/projects/${projectId}/exports`);
    await page.getByRole('button', { name: 'Export comparisons' }).click();
    await page.getByRole('heading', { name: 'Export of comparisons' }).waitFor();
    await page.getByText('12 rows').waitFor();
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.goto(`/projects/${projectId}/people`);
    await page.getByRole('link', { name: 'Bo', exact: true }).click();
    await page.getByRole('button', { name: 'Form…' }).click();
    await dialog().getByLabel('Minimal').check();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Rater: Minimal').waitFor();
    expect(errors).toEqual([]);
  });

  /** A new rater compares everything that they can get, over the API. */
  async function rate(name: string, choose: (judged: number) => Choice): Promise<void> {
    const params = { projectId };
    const { link } = await admin.addMember({ params, body: { name, roles: ['rater'] } });
    const client = await clientByLink(world, link.split('#link=')[1] ?? '');
    for (let judged = 0; ; judged += 1) {
      const { comparison } = await client.claimComparison({ params });
      if (!comparison) return;
      const choice = choose(judged);
      const judgement: Judgement = {
        questionFlag: null,
        options: {
          a: {
            spans: [{ start: 0, end: 12, support: 'strong', relevance: 'core', quote: null }],
            trust: Object.fromEntries(
              comparison.options.a.quotes.map((_, index) => [String(index + 1), 'neutral']),
            ),
            notes: 'Says where it is from.',
          },
          b: {
            spans: [{ start: 0, end: 12, support: 'none', relevance: null, quote: null }],
            trust: Object.fromEntries(
              comparison.options.b.quotes.map((_, index) => [String(index + 1), 'neutral']),
            ),
            notes: '',
          },
        },
        ratings: {
          unsupported: choice,
          core: choice,
          additional: choice,
          coherence: choice,
          irrelevant: choice,
          overall: choice,
        },
      };
      await client.submitComparison({
        params: { projectId, comparisonId: comparison.id, revision: 1 },
        body: { leaseToken: comparison.lease?.token ?? '', judgement },
      });
    }
  }
});
