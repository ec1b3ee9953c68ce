import type { Client } from '@rookery/shared/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessible.ts';
import {
  addWorker,
  fillProject,
  openLink,
  questionsFile,
  recordDemonstration,
  signInAdmin,
  startTask,
  startWorld,
  type World,
} from './world.ts';

const looks = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
] as const;

// Every screen, light and dark, wide and on a phone: nothing that axe finds fault with, nothing wider than the screen.
describe('every screen is accessible', () => {
  let world: World;
  let admin: { client: Client; projectId: string };
  let leadLink = '';

  beforeAll(async () => {
    world = await startWorld();
    admin = await signInAdmin(world);
    const lead = await admin.client.addMember({
      params: { projectId: admin.projectId },
      body: { name: 'A lead', roles: ['lead', 'demonstrator'] },
    });
    leadLink = lead.link;
  });
  afterAll(() => world?.close());

  test.each(looks)('the public screens, $colorScheme at $viewport.width px', async (look) => {
    const { page, context, errors } = await world.open(look);
    const { link } = await admin.client.createInvitation({
      params: { projectId: admin.projectId },
      body: { roles: ['demonstrator'] },
    });
    await page.goto('/sign-in');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
    await page.goto('/sign-in#link=not-a-link-that-was-ever-given');
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
    await page.goto(link);
    await page.getByText('You are invited to').waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each(looks)('the screens of an empty project, $colorScheme at $viewport.width px', async (look) => {
    const { page, context, errors } = await world.open(look);
    await openLink(page, leadLink);
    for (const [name, heading] of [
      ['', 'Next step'],
      ['/questions', 'No questions yet'],
      ['/library', 'No pages yet'],
      ['/people', 'People'],
      ['/people/invitations', 'Invitations'],
      ['/demonstrations', 'No demonstrations yet'],
      ['/comparisons', 'No pairs yet'],
      ['/comparisons/list', 'No comparisons yet'],
      ['/comparisons/pairs', 'No pairs yet'],
      ['/comparisons/answers', 'No answers yet'],
      ['/comparisons/agreement', 'No pair has two ratings yet'],
      ['/reward-models', 'No reward model yet'],
      ['/rounds', 'No rounds yet'],
      ['/rounds/new', 'No version to sample from yet'],
      ['/exports', 'Nothing exported yet'],
    ] as const) {
      await page.goto(`/projects/${admin.projectId}${name}`);
      await page.getByRole('heading', { name: heading }).waitFor();
      await expectAccessible(page);
    }
    await page.goto('/there-is-no-such-page');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  describe('once a project is at work', () => {
    beforeAll(async () => {
      await fillProject(admin.client, admin.projectId);
      const link = await addWorker({ ...admin, name: 'A worker' });
      await recordDemonstration({ world, link, projectId: admin.projectId });
    });

    test.each(looks)('the lead’s screens, $colorScheme at $viewport.width px', async (look) => {
      const { page, context, errors } = await world.open(look);
      await openLink(page, leadLink);
      await page.getByRole('button', { name: 'Start a task' }).waitFor();
      await expectAccessible(page);
      const project = `/projects/${admin.projectId}`;
      await page.goto(project);
      await page.getByRole('heading', { name: 'Next step' }).waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/questions`);
      await page.getByRole('cell').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('checkbox', { name: 'Choose all rows of this page' }).check();
      await page.getByRole('group', { name: 'Chosen rows' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Import questions…' }).click();
      await page.getByLabel('Choose files').setInputFiles(questionsFile);
      await page.getByRole('heading', { name: 'What comes out' }).waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/questions`);
      await page.getByRole('cell').getByRole('link').first().click();
      await page.getByRole('heading', { name: 'Reference answers' }).waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/library`);
      await page.getByRole('cell').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Place names' }).click();
      await page.getByText('Page hash').waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/people`);
      await page.getByRole('cell').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Add people…' }).click();
      await expectAccessible(page);
      await page.goto(`${project}/people`);
      await page.getByRole('link', { name: 'A worker' }).click();
      await page.getByRole('heading', { name: 'A worker', level: 1 }).waitFor();
      await page.getByRole('heading', { name: 'Active time' }).waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/demonstrations`);
      await page.getByRole('cell').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('cell').getByRole('link').click();
      await page.getByRole('slider').waitFor();
      for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
      await page.getByText('Not carried out: that link is not on the screen.').waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/exports`);
      await page.getByText('Import of questions').first().waitFor();
      await expectAccessible(page);
      await page.goto(`${project}/settings`);
      await page.getByLabel('Actions of an episode').waitFor();
      await expectAccessible(page);
      await page.goto('/account');
      await page.getByText('You have no API token.').waitFor();
      await expectAccessible(page);
      expect(errors).toEqual([]);
      await context.close();
    });

    test.each(looks)(
      'the task, from its start to its end, $colorScheme at $viewport.width px',
      async (look) => {
        const { page, context, errors } = await world.open(look);
        await openLink(page, leadLink);
        await startTask(page);
        await expectAccessible(page);
        await page.getByLabel('Search the library').fill('crows gifts');
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Search results for: crows gifts' }).waitFor();
        await expectAccessible(page);
        await page.getByRole('link', { name: /^Gifts From Crows/ }).click();
        await page.getByRole('heading', { name: 'Gifts From Crows' }).waitFor();
        await page.keyboard.press('f');
        await page.getByRole('textbox', { name: 'Find in page' }).and(page.locator(':focus')).waitFor();
        await page.keyboard.type('patient');
        await page.keyboard.press('Enter');
        await page.locator('mark').first().waitFor();
        await page.keyboard.press('Escape');
        await page.keyboard.press('l');
        await page.getByText('Type the number of a link').waitFor();
        await expectAccessible(page);
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        await expectAccessible(page);
        await page.keyboard.press('Escape');
        await page.keyboard.press('v');
        await page.getByRole('button', { name: /^Quote ·/ }).waitFor();
        await expectAccessible(page);
        await page.keyboard.press('q');
        await page.getByText(/^Quoted/).waitFor();
        await expectAccessible(page);
        await page.keyboard.press('e');
        await page.getByRole('dialog').waitFor();
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Write the answer' }).click();
        await page.getByRole('textbox', { name: 'Your answer' }).fill('Be patient [1][7].');
        await page.getByText('[7] is a quote that you do not have.').first().waitFor();
        await expectAccessible(page);
        await page.getByRole('button', { name: /^Review and submit/ }).click();
        await expectAccessible(page);
        await page.getByRole('button', { name: /^Submit the answer/ }).click();
        await page.getByRole('heading', { name: 'Submitted. Thank you' }).waitFor();
        await expectAccessible(page);
        expect(errors).toEqual([]);
        await context.close();
      },
    );
  });
});
