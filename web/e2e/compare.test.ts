import type { Client, ComparisonTask } from '@rookery/shared/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { crowAnswers, pairAnswers } from './pairs.ts';
import { addWorker, clientByLink, openLink, signInAdmin, startWorld, type World } from './world.ts';

describe('comparing answers', () => {
  let world: World;
  let admin: { client: Client; projectId: string };

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    const params = { projectId: admin.projectId };
    const { settings } = await admin.client.getProject({ params });
    const comparisons = { ...settings.comparisons, overlap: 20, everythingPercent: 100, questionFlags: true };
    await admin.client.updateProject({ params, body: { settings: { ...settings, comparisons } } });
    const answers = ['Why do crows bring gifts?', 'What do crows give?'].flatMap(crowAnswers);
    await pairAnswers({ ...admin, answers });
  });
  afterAll(() => world?.close());

  /** A rater's browser at home, and their client. */
  async function openRater(name: string, options: Parameters<World['open']>[0] = {}) {
    const link = await addWorker({ ...admin, name, roles: ['rater'] });
    const opened = await world.open(options);
    await openLink(opened.page, link);
    const own = await clientByLink(world, link.split('#link=')[1] ?? '');
    const read = (page: Page): Promise<ComparisonTask> => {
      const comparisonId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      return own.getOwnComparison({ params: { projectId: admin.projectId, comparisonId } });
    };
    return { ...opened, own, read };
  }

  async function start(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Start a comparison' }).click();
    await page.getByRole('heading', { name: 'Answer A', exact: true }).waitFor();
  }

  /** Also where the server has to start again first. */
  const saved = (page: Page) => page.getByText(/^Saved \d/).waitFor({ timeout: 30_000 });
  const sentences = (page: Page, side: 'a' | 'b') => page.locator(`#panel-${side} [data-sentence]`);
  const rate = (page: Page, label: string, choice: string) =>
    page.getByRole('group', { name: label }).getByText(choice, { exact: true }).click();
  const press = async (page: Page, keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const labels = [
    'Unsupported information',
    'Core question answered',
    'Additional helpful information',
    'Coherence and citation errors',
    'Irrelevant information',
    'Overall usefulness',
  ];

  test('a whole comparison is done by keys alone at 1280 × 800, and the next one by one more', async () => {
    const { page, context, errors, read } = await openRater('Keys', {
      viewport: { width: 1280, height: 800 },
    });
    await page.getByRole('button', { name: 'No, thanks' }).click();
    await page.getByRole('button', { name: 'Start a comparison' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Needed here: everything', { exact: false }).waitFor();
    await expectAccessible(page);
    // Claims: the first sentence, then two at once, changed and taken away again.
    await press(page, ['a', '1', 'c', ']', 'ArrowDown', 'Shift+ArrowDown', '3', 'i']);
    await press(page, ['b', '4', 's', 'ArrowDown', '2', '0', 'u']);
    // What is missing is told, and its place has the focus.
    await page.keyboard.press('Control+Enter');
    await page.getByText('Not submitted yet. What is missing:').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toMatch(/^trust-a-/);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    for (const side of ['a', 'b']) await press(page, [side, 't', '1', 'ArrowDown', '2']);
    await press(page, [
      'r',
      '1',
      'ArrowDown',
      '2',
      'ArrowDown',
      '3',
      'ArrowDown',
      '2',
      'ArrowDown',
      '4',
      'ArrowDown',
      '2',
    ]);
    await saved(page);
    const { draft } = await read(page);
    const [first, second] = draft?.judgement.options.a.spans ?? [];
    expect(first).toMatchObject({ start: 0, support: 'strong', relevance: 'core', quote: 1 });
    expect(second).toMatchObject({ support: 'none', relevance: 'irrelevant', quote: null });
    expect(draft?.judgement.options.b.spans.map(({ support }) => support)).toEqual([
      'citation-error',
      'weak',
    ]);
    await page.keyboard.press('Control+Enter');
    // Nobody reads that fast: it is asked, and not refused.
    const prompt = page.getByRole('button', { name: 'Submit all the same' });
    await prompt.or(page.getByRole('heading', { name: 'Submitted. Thank you' })).waitFor();
    if (await prompt.isVisible()) await prompt.press('Enter');
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    const { submitted, state } = await read(page);
    expect(state).toBe('submitted');
    expect(submitted?.judgement.ratings).toEqual({
      unsupported: 'a-much-better',
      core: 'a-better',
      additional: 'equal',
      coherence: 'a-better',
      irrelevant: 'b-better',
      overall: 'a-better',
    });
    await expectAccessible(page);
    const before = page.url();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Answer A', exact: true }).waitFor();
    expect(page.url()).not.toBe(before);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('by mouse: words are selected and marked, a citation leads to its quote, and what was submitted is revised', async () => {
    const { page, context, errors, read } = await openRater('Mouse');
    await start(page);
    const marks = page.getByRole('toolbar', { name: 'Mark a claim of answer A' });
    await sentences(page, 'a')
      .nth(0)
      .dblclick({ position: { x: 12, y: 10 } });
    await marks.getByRole('button', { name: 'Weak' }).click();
    await marks.getByRole('button', { name: 'Side' }).click();
    await sentences(page, 'a').nth(2).click();
    await marks.getByRole('button', { name: 'None' }).click();
    await page.locator('#panel-a .citation').first().hover();
    await page.getByRole('tooltip').locator('mark').waitFor();
    await page.locator('#panel-a .citation').first().click();
    await page.locator('#panel-a .sought').waitFor();
    await page.locator('#reference-a-1').hover();
    await page.locator('#panel-a .sentence.lit').first().waitFor();
    // A mark that covers part of another takes its place; undo brings it back.
    const claims = page.locator('#panel-a ol > li');
    await sentences(page, 'a').nth(0).click();
    await press(page, ['Shift+ArrowDown', 'Shift+ArrowDown']);
    await marks.getByRole('button', { name: 'Strong' }).click();
    await expect.poll(() => claims.count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await claims.count()).toBe(2);
    await page.getByRole('button', { name: 'Differences' }).click();
    await page.locator('#panel-b .only').first().waitFor();
    await sentences(page, 'b').nth(0).click();
    await page
      .getByRole('toolbar', { name: 'Mark a claim of answer B' })
      .getByRole('button', { name: 'Strong' })
      .click();
    for (const group of await page.getByRole('group', { name: 'Trust in reference' }).all())
      await group.getByText('Neutral').click();
    for (const label of labels) await rate(page, label, 'B better');
    await rate(page, 'Overall usefulness', 'A much better');
    await page.getByRole('button', { name: 'Submit', exact: false }).click();
    await page.getByText('every criterion you rated prefers the other', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Look again' }).click();
    await rate(page, 'Overall usefulness', 'B better');
    await page.getByRole('button', { name: 'Submit', exact: false }).click();
    const prompt = page.getByRole('button', { name: 'Submit all the same' });
    const done = page.getByRole('heading', { name: 'Submitted. Thank you' });
    await prompt.or(done).waitFor();
    if (await prompt.isVisible()) await prompt.click();
    await done.waitFor();
    await page.getByRole('link', { name: 'To the start' }).click();
    await page.getByText('1 comparison · ', { exact: false }).first().waitFor();
    await page.getByRole('link', { name: 'Revise' }).click();
    await page.getByText('You are revising what you submitted', { exact: false }).waitFor();
    await rate(page, 'Overall usefulness', 'Equally good');
    await page.getByRole('button', { name: 'Submit the revision' }).click();
    await prompt.or(done).waitFor();
    if (await prompt.isVisible()) await prompt.click();
    await done.waitFor();
    const { submitted } = await read(page);
    expect(submitted).toMatchObject({
      revision: 2,
      judgement: { ratings: { overall: 'equal', core: 'b-better' } },
    });
    expect(submitted?.judgement.options.a.spans).toHaveLength(2);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('on a phone the tabs share one state, and a question is flagged instead, or a comparison skipped', async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, context, errors, read } = await openRater('Phone', phone);
    await page.getByRole('button', { name: 'Start a comparison' }).tap();
    await page.getByRole('tab', { name: 'Answer A' }).waitFor();
    await expectAccessible(page);
    await sentences(page, 'a').nth(0).tap();
    await page
      .getByRole('toolbar', { name: 'Mark a claim of answer A' })
      .getByRole('button', { name: 'Strong' })
      .tap();
    await page.getByRole('tab', { name: 'Ratings' }).tap();
    await page
      .getByRole('group', { name: 'Overall usefulness' })
      .getByText('A better', { exact: true })
      .tap();
    await page.getByRole('tab', { name: 'Answer B' }).tap();
    await page.getByRole('button', { name: 'This question does not make sense' }).tap();
    await page.getByText('Nothing else is needed', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Take it back' }).tap();
    await page.getByRole('tab', { name: 'Answer A' }).tap();
    await page.locator('#panel-a .claim').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'This question does not make sense' }).tap();
    await page.locator('.strip').getByRole('button', { name: 'Submit' }).tap();
    await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
    expect((await read(page)).submitted?.judgement.questionFlag).toBe('makes-no-sense');
    await page.getByRole('button', { name: 'Next comparison' }).tap();
    await page.getByRole('tab', { name: 'Ratings' }).tap();
    await page.getByRole('button', { name: 'Skip…' }).tap();
    await page.getByLabel('Reason (optional)').fill('I know nothing about crows.');
    await page.getByRole('button', { name: 'Skip it' }).tap();
    await page.getByRole('heading', { name: 'Skipped' }).waitFor();
    expect(await read(page)).toMatchObject({
      state: 'released',
      releaseReason: 'I know nothing about crows.',
    });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('what is filled in survives a killed server and a closed page, and where two devices have changed it, one is chosen', async () => {
    const { page, context, own, read } = await openRater('Steady');
    await start(page);
    await press(page, ['a', '1']);
    await saved(page);
    world.killServer();
    await press(page, ['c', 'r', '5']);
    await saved(page);
    const params = { projectId: admin.projectId, comparisonId: (await read(page)).id };
    expect((await read(page)).draft?.judgement).toMatchObject({
      options: { a: { spans: [{ support: 'strong', relevance: 'core' }] } },
      ratings: { unsupported: 'b-much-better' },
    });
    await context.setOffline(true);
    await page.getByLabel('Notes on answer B').fill('Written without a network.');
    await page.getByText('Offline: kept here, will be sent').first().waitFor();
    const address = page.url();
    await page.close();
    await context.setOffline(false);
    const again = await context.newPage();
    await again.goto(address);
    await again
      .getByText('Written without a network.')
      .or(again.getByLabel('Notes on answer B'))
      .first()
      .waitFor();
    await saved(again);
    const kept = await read(again);
    expect(kept.draft?.judgement.options.b.notes).toBe('Written without a network.');
    // Another device saves while this page is away from the network and goes on.
    await context.setOffline(true);
    await press(again, ['r', '1']);
    await again.getByText('Offline: kept here, will be sent').first().waitFor();
    const elsewhere = { ...kept.draft!.judgement, ratings: { overall: 'equal' } } as const;
    const leaseToken = kept.lease!.token;
    const { version } = await own.saveComparisonDraft({
      params,
      body: { leaseToken, baseVersion: kept.draftVersion, judgement: elsewhere },
    });
    await context.setOffline(false);
    await again.getByRole('heading', { name: 'This comparison was changed in another window' }).waitFor();
    await again.getByRole('button', { name: 'Take the other one' }).click();
    const overall = again.getByRole('group', { name: 'Overall usefulness' });
    await expect.poll(() => overall.getByRole('radio', { name: 'Equally good' }).isChecked()).toBe(true);
    expect((await read(again)).draft?.judgement.ratings).toEqual({ overall: 'equal' });
    // With nothing unsaved here, what another device saves is followed without asking.
    await own.saveComparisonDraft({
      params,
      body: {
        leaseToken,
        baseVersion: version,
        judgement: { ...elsewhere, ratings: { overall: 'a-better' } },
      },
    });
    await expect.poll(() => overall.getByRole('radio', { name: 'A better' }).isChecked()).toBe(true);
    await context.close();
  });

  test('practice explains every rating and claim, counts nowhere, and is not offered again', async () => {
    const { page, context, errors, own } = await openRater('Beginner');
    await page.getByRole('link', { name: 'Practise first' }).click();
    await page.getByText('Why do onions make you cry', { exact: false }).waitFor();
    await press(page, [
      'a',
      '1',
      'b',
      '3',
      'a',
      't',
      '1',
      'ArrowDown',
      '1',
      'b',
      't',
      '2',
      'ArrowDown',
      '1',
      'r',
    ]);
    await press(
      page,
      labels.flatMap(() => ['1', 'ArrowDown']),
    );
    await page.keyboard.press('Control+Enter');
    const prompt = page.getByRole('button', { name: 'Submit all the same' });
    await prompt.click();
    await page.getByRole('heading', { name: 'How we would have judged it' }).waitFor();
    await page.getByText('the same side as we did in 6 of 6 ratings', { exact: false }).waitFor();
    await page.getByText('is a citation error', { exact: false }).first().waitFor();
    await expectAccessible(page);
    const { total } = await own.listOwnComparisons({ params: { projectId: admin.projectId } });
    expect(total).toBe(0);
    await page.getByRole('button', { name: 'Start your first real comparison' }).click();
    await page.getByText('0 done today').waitFor();
    await page.keyboard.press('g');
    await page.getByRole('heading', { name: 'How to compare two answers' }).waitFor();
    await expectAccessible(page);
    await page.goto('/');
    await page.getByRole('link', { name: 'Go on' }).waitFor();
    expect(await page.getByRole('link', { name: 'Practise first' }).count()).toBe(0);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });
});
