import { createClient, type Client, type ProjectRole } from '@rookery/shared/api';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launch } from './browser.ts';
import { serve } from './serve.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
export const questionsFile = path.join(fixtures, 'questions.jsonl');
export const libraryFolder = path.join(fixtures, 'library');
export const libraryUrl = 'https://crows.example.org/notes/';

/** A running Rookery and a real browser in front of it. */
export interface World {
  url: string;
  signInLink: string;
  /** A new person's browser; whatever its pages report as an error is in `errors`. */
  open(options?: BrowserContextOptions): Promise<{ page: Page; context: BrowserContext; errors: string[] }>;
  /** Kills the server as `kill -9` does; it is started again by itself. */
  killServer(): void;
  close(): Promise<void>;
}

/** @param env of the server and its worker, beside the tests' own. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const [served, browser] = await Promise.all([serve(env), launch()]);
  return {
    url: served.url,
    signInLink: served.signInLink,
    open: (options) => openPage(browser, { baseURL: served.url, ...options }),
    killServer: () => served.killServer(),
    async close() {
      await browser.close();
      await served.stop();
    },
  };
}

async function openPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  // A refused style or script is told on the console.
  page.on('console', (message) => {
    if (message.type() === 'error' && message.text().includes('Content Security Policy'))
      errors.push(message.text());
  });
  return { page, context, errors };
}

/** The first admin's client, signed in by the printed link, and the default project. */
export async function signInAdmin(world: World): Promise<{ client: Client; projectId: string }> {
  const token = new URLSearchParams(new URL(world.signInLink).hash.slice(1)).get('link') ?? '';
  const client = await clientByLink(world, token);
  const [membership] = (await client.getSession()).memberships;
  if (!membership) throw new Error('The first admin leads no project.');
  return { client, projectId: membership.projectId };
}

/** A client that acts in the session that a personal link opens. */
export async function clientByLink(world: World, token: string): Promise<Client> {
  const response = await fetch(new URL('/api/session/link', world.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = response.headers.getSetCookie().map((one) => one.split(';', 1)[0]);
  return createClient({ baseUrl: world.url, headers: { cookie: cookie.join('; ') } });
}

/** Imports the fixtures' questions and pages over the API, and waits until they are in. */
export async function fillProject(client: Client, projectId: string): Promise<void> {
  const names = await readdir(libraryFolder);
  await runImport({
    client,
    projectId,
    body: { kind: 'import-library', baseUrl: libraryUrl },
    files: names.map((name) => path.join(libraryFolder, name)),
  });
  await runImport({ client, projectId, body: { kind: 'import-questions' }, files: [questionsFile] });
}

async function runImport(options: {
  client: Client;
  projectId: string;
  body: { kind: 'import-questions' } | { kind: 'import-library'; baseUrl: string };
  files: string[];
}): Promise<void> {
  const { client, projectId, body, files } = options;
  const job = await client.createImport({ params: { projectId }, body });
  const params = { projectId, jobId: job.id };
  for (const file of files) {
    const bytes = new Uint8Array(await readFile(file));
    await client.addImportFile({ params, query: { path: path.basename(file) }, body: bytes });
  }
  await client.startImport({ params });
  await finishJob(client, params);
}

/** Waits until a job is done. */
export async function finishJob(client: Client, params: { projectId: string; jobId: string }): Promise<void> {
  let job = await client.getJob({ params });
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 100));
    job = await client.getJob({ params });
  }
  if (job.state !== 'done') throw new Error(`The job ${job.kind} is ${job.state}.`);
}

/** Adds a worker, whose personal link it gives. */
export async function addWorker(options: {
  client: Client;
  projectId: string;
  name: string;
  roles?: ProjectRole[];
}): Promise<string> {
  const { client, projectId, name, roles = ['demonstrator'] } = options;
  return (await client.addMember({ params: { projectId }, body: { name, roles } })).link;
}

/** Records a whole demonstration over the API. */
export async function recordDemonstration(options: {
  world: World;
  link: string;
  projectId: string;
}): Promise<void> {
  const { world, link, projectId } = options;
  const client = await clientByLink(world, link.split('#link=')[1] ?? '');
  const { assignment } = await client.claimTask({ params: { projectId } });
  const leaseToken = assignment?.lease?.token;
  if (!assignment || leaseToken === undefined) throw new Error('There was no task to claim.');
  const { id: episodeId } = await client.startEpisode({
    params: { projectId },
    body: { assignmentId: assignment.id, leaseToken },
  });
  const commands = [
    'Search crows gifts',
    'Clicked on link 0',
    'Quote: Many animals give gifts to members of their own species',
    'Clicked on link 99',
    'Scrolled down 1',
    'End: Answer',
  ];
  for (const [index, command] of commands.entries()) {
    await client.sendCommand({
      params: { projectId, episodeId, sequence: index + 1 },
      body: { command, leaseToken },
    });
  }
  await client.submitAnswer({
    params: { projectId, episodeId },
    body: { text: 'Crows give gifts to one another, and sometimes to people [1].', leaseToken },
  });
}

/** Opens a personal link and waits for the home page. */
export async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
}

/** Starts a task from the home page and waits for its search box. */
export async function startTask(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start a task' }).click();
  await page.getByLabel('Search the library').waitFor();
}
