import type { Client } from '@rookery/shared/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientByLink, fillProject, openLink, signInAdmin, startWorld, type World } from './world.ts';

// One story in order: each part goes on where the one before it ended.
describe('a lead reviews three demonstrations', () => {
  let world: World;
  let admin: Client;
  let projectId = '';
  let lead: Awaited<ReturnType<World['open']>>;
  let worker: Awaited<ReturnType<World['open']>>;
  const questions = /^(To review|Accepted|Returned|Excluded|Not reviewed)$/;

  beforeAll(async () => {
    world = await startWorld();
    ({ client: admin, projectId } = await signInAdmin(world));
    await fillProject(admin, projectId);
    const params = { projectId };
    const { settings } = await admin.getProject({ params });
    await admin.updateProject({
      params,
      body: { settings: { ...settings, review: { mode: 'all', percent: 10 } } },
    });
    const links = await Promise.all(
      (['demonstrator', 'lead'] as const).map(async (role) => {
        const added = await admin.addMember({ params, body: { name: role, roles: [role] } });
        return added.link;
      }),
    );
    const token = new URLSearchParams(new URL(links[0]!).hash.slice(1)).get('link') ?? '';
    const demonstrator = await clientByLink(world, token);
    for (let index = 0; index < 3; index += 1) await record(demonstrator, projectId);
    worker = await world.open();
    await openLink(worker.page, links[0]!);
    lead = await world.open();
    await openLink(lead.page, links[1]!);
  });
  afterAll(() => world?.close());

  test('from the list into the queue, where a citation leads to its quote and that to its step', async () => {
    const { page } = lead;
    await page.goto(`/projects/${projectId}/demonstrations`);
    await page.getByRole('link', { name: 'Review next (3)' }).click();
    await page.getByText(/All \d+ observations are as stored/).waitFor();
    await page.getByRole('button', { name: 'Quote 1', exact: true }).click();
    await page.getByRole('button', { name: 'Show the step that took quote 1: step 3' }).click();
    await page.getByRole('slider', { name: 'Step' }).waitFor();
    expect(await page.getByRole('slider', { name: 'Step' }).inputValue()).toBe('3');
    expect(page.url()).toContain('step=3');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('[aria-valuetext^="Step 6 of 6"]').waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator('[aria-valuetext^="Step 5 of 6"]').waitFor();
  });

  test('by keys: one is accepted, one returned with a comment, one excluded with a reason', async () => {
    const { page } = lead;
    await page.keyboard.press('a');
    await page.getByText(/^Accepted: “/).waitFor();
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What should be different').fill('Say which page it is from.');
    await dialog.getByRole('button', { name: 'Return', exact: true }).click();
    await page.getByText(/^Returned: “/).waitFor();
    await page.keyboard.press('x');
    await dialog.getByLabel('Reason').fill('Beside the point.');
    await dialog.getByRole('button', { name: 'Exclude', exact: true }).click();
    await page.getByText('Nothing else is to be reviewed.').waitFor();
    await page.getByText('Beside the point.').waitFor();
    await page.goto(`/projects/${projectId}/demonstrations`);
    const table = page.getByRole('table', { name: 'Demonstrations' });
    await table.waitFor();
    const standings = await table.getByText(questions).allTextContents();
    expect(standings.map((words) => words.trim()).toSorted()).toEqual(['Accepted', 'Excluded', 'Returned']);
  });

  test('its demonstrator reads the comment, and submits another answer', async () => {
    const { page } = worker;
    await page.goto('/');
    await page.getByText('Say which page it is from.').first().waitFor();
    const client = await workerClient(worker);
    const params = { projectId };
    const { items } = await client.listOwnAssignments({ params, query: { state: 'returned' } });
    const [task] = items;
    const reopened = await client.reopenAnswer({ params: { projectId, assignmentId: task!.id } });
    await client.submitAnswer({
      params: { projectId, episodeId: task!.episodeId! },
      body: { text: 'Gifts From Crows says: they do [1].', leaseToken: reopened.lease!.token },
    });
    expect(worker.errors).toEqual([]);
  });

  test('the lead sees what changed, and accepts the new answer', async () => {
    const { page, errors } = lead;
    await page.goto(`/projects/${projectId}/demonstrations?standing=to-review`);
    await page.getByRole('listitem').filter({ hasText: 'Revised' }).waitFor();
    await page.getByRole('link', { name: 'Review next (1)' }).click();
    await page.getByLabel('Show what changed from answer 1').waitFor();
    await page.locator('ins').filter({ hasText: 'Gifts From' }).waitFor();
    await page.keyboard.press('a');
    await page.getByText('Nothing else is to be reviewed.').waitFor();
    await page.getByText('on answer 2').waitFor();
    expect(errors).toEqual([]);
  });

  test('decisions about many name how many they are, and are taken back together', async () => {
    const { page } = lead;
    await page.goto(`/projects/${projectId}/demonstrations?standing=accepted`);
    await page.getByText('1–2 of 2').waitFor();
    await page.getByRole('checkbox', { name: 'Choose all rows of this page' }).click();
    await page.getByRole('button', { name: 'Exclude…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Exclude 2 demonstrations?' });
    await dialog.getByLabel('Reason').fill('Tried out.');
    await dialog.getByRole('button', { name: 'Exclude', exact: true }).click();
    await page.getByText('2 demonstrations decided.').waitFor();
    await page.getByText('No demonstration matches these filters.').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('link', { name: 'Review next (2)' }).waitFor();
    expect(lead.errors).toEqual([]);
  });
});

async function workerClient({ context, page }: Awaited<ReturnType<World['open']>>): Promise<Client> {
  const { createClient } = await import('@rookery/shared/api');
  const cookies = await context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return createClient({ baseUrl: new URL(page.url()).origin, headers: { cookie } });
}

/** Records a demonstration as its screen would, over the API. */
async function record(client: Client, projectId: string): Promise<void> {
  const { assignment } = await client.claimTask({ params: { projectId } });
  const leaseToken = assignment!.lease!.token;
  const episode = await client.startEpisode({
    params: { projectId },
    body: { assignmentId: assignment!.id, leaseToken },
  });
  const params = { projectId, episodeId: episode.id };
  const commands = [
    'Search crows gifts',
    'Clicked on link 0',
    'Quote: Many animals give gifts',
    'Scrolled down 1',
    'Top',
    'End: Answer',
  ];
  for (const [index, command] of commands.entries()) {
    await client.sendCommand({ params: { ...params, sequence: index + 1 }, body: { command, leaseToken } });
  }
  await client.submitAnswer({ params, body: { text: 'Crows do give gifts [1].', leaseToken } });
}
