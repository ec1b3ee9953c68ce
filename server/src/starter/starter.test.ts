import { censorPage, defaultBlockedDomains, makeGramSet, type Page } from '@rookery/shared/browser';
import type { QuestionRow } from '@rookery/shared/datasets';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { runImport } from '../../test/imports.ts';
import { measureSearch, readLibrary } from '../../test/starter.ts';
import { jobFiles, jobs, members, people, projects } from '../db/schema/index.ts';
import { firstAdminLink } from '../features/accounts/index.ts';
import { lookupAddress } from '../library/index.ts';
import { starterDomains, starterQuestionFiles, starterQuestions } from './content.ts';
import { insertStarterProject, loadStarter, starterProjectName } from './index.ts';

/** Links that lead to pages which are not there, as everywhere on the web. */
const deadLinks = new Set([
  'https://bitsandbytes-primer.example/operating-systems.html',
  'https://brightbulb-shop.example/track-order.html',
  'https://cellandgene.example/exam-papers-2019.html',
  'https://everyday-answers.example/banana-trick.html',
  'https://harbourtech-museum.example/visit/booking-form.html',
  'https://kitchenlab.example/cheese.html',
  'https://oldworldreader.example/letters/contact.html',
  'https://oldworldreader.example/old/timeline-short.html',
  'https://petowners-corner.example/threads/why-is-my-gecko-staring.html',
  'https://skywatch-almanac.example/members/loan-list.html',
  'https://townhall-ledger.example/archive/lock-gates.html',
  'https://vitalroots-supplements.example/studies.html',
]);

let app: TestApp;
let projectId: string;
let domains: string[];
let questions: QuestionRow[];
let pages: Map<string, Page>;

beforeAll(async () => {
  app = await createTestApp();
  domains = await starterDomains();
  questions = await starterQuestions();
});
afterAll(() => app.close());

const begin = () => firstAdminLink(app.deps, 'http://localhost', insertStarterProject);
const pageAt = (address: string): Page | undefined => pages.get(lookupAddress(address) ?? '');

test('an empty installation begins with one starter project, though servers start at once and are killed', async () => {
  const { deps } = app;
  const { db } = deps;
  await Promise.all([begin(), begin(), begin()]);
  const made = await db.select().from(projects);
  expect(made.map(({ name }) => name)).toEqual([starterProjectName]);
  projectId = made[0]!.id;

  // Killed before any file was given: both imports wait, and the next server gives them theirs.
  expect((await db.select().from(jobs)).map(({ state }) => state)).toEqual(['uploading', 'uploading']);
  await Promise.all([loadStarter(deps), loadStarter(deps)]);
  const waiting = await db.select().from(jobs);
  expect(waiting.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
    'import-library queued',
    'import-questions queued',
  ]);
  const files = (await db.select({ path: jobFiles.path }).from(jobFiles)).map(({ path }) => path).toSorted();
  const questionFiles = (await starterQuestionFiles()).map(({ name }) => name);
  expect(files).toEqual([...domains.map((domain) => `${domain}.jsonl`), ...questionFiles].toSorted());
  await Promise.all([begin(), loadStarter(deps)]);
  expect(await db.select().from(jobs)).toHaveLength(2);

  // What the first admin finds after signing in.
  const [admin] = await db.select().from(people).where(eq(people.isAdmin, true));
  const [membership] = await db
    .select()
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.personId, admin!.id)));
  expect(membership?.roles).toEqual(['lead', 'demonstrator', 'rater']);
  const client = app.clientOf(await app.buildToken({ personId: admin!.id, scopes: ['read', 'write'] }));
  expect(await client.getProject({ params: { projectId } })).toMatchObject({
    settings: { simulation: 'allowed' },
    settingsVersion: 1,
  });
  for (const { id: jobId } of waiting) {
    const { job, problems } = await runImport(deps, { client, projectId, jobId });
    expect(problems).toEqual([]);
    expect(job.state).toBe('done');
  }
  const overview = await client.getProjectOverview({ params: { projectId } });
  expect(overview.questions.total).toBe(120);
  expect(overview.libraryPages).toBeGreaterThanOrEqual(150);
  pages = await readLibrary(deps, projectId);
}, 120_000);

test('an admin makes another one by its name, with imports that have their files', async () => {
  const { personId } = await app.buildPerson({ isAdmin: true });
  const admin = app.clientOf(await app.buildToken({ personId, scopes: ['read', 'write'] }));
  const made = await admin.createStarterProject({ body: { name: 'Second' } });
  expect(made).toMatchObject({ name: 'Second', settings: { simulation: 'allowed' } });
  const { items } = await admin.listJobs({ params: { projectId: made.id } });
  expect(items.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
    'import-library queued',
    'import-questions queued',
  ]);
  await expect(admin.createStarterProject({ body: { name: 'second' } })).rejects.toMatchObject({
    code: 'already_exists',
  });
});

describe('the starter library', () => {
  test('has at least 150 pages on two dozen domains, short ones and very long ones, and none twice', () => {
    expect(domains.length).toBeGreaterThanOrEqual(24);
    const texts = [...pages.values()].map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => text.length < 150)).toEqual([]);
    expect(texts.filter((text) => text.length > 20_000).length).toBeGreaterThanOrEqual(2);
  });

  test('gives every page a title of its own', () => {
    expect([...pages.values()].filter(({ title, url }) => title === url)).toEqual([]);
  });

  test('links its pages with one another, and few links are dead', () => {
    const links = [...pages.values()].flatMap((page) =>
      page.links.map(({ url, domain }) => ({ from: page.url, url, domain })),
    );
    const inside = links.filter(({ domain }) => domain.endsWith('.example'));
    expect(inside.length).toBeGreaterThan(3 * pages.size);
    const dead = inside.filter(({ url }) => pageAt(url) === undefined && !deadLinks.has(url));
    expect(dead.map(({ from, url }) => `${from} -> ${url}`)).toEqual([]);
  });
});

describe('the starter questions', () => {
  test('are 120, each once, for cloning, the reward model and evaluation', () => {
    expect(questions).toHaveLength(120);
    expect(new Set(questions.map(({ dataset, id }) => `${dataset}/${id}`)).size).toBe(120);
    expect(new Set(questions.map(({ full_text: text }) => text)).size).toBe(120);
    expect(new Set(questions.map(({ use }) => use))).toEqual(new Set(['bc', 'rm', 'evaluation']));
  });

  test('have reference answers, and reference pages that are there and may be shown', () => {
    const faults = questions.flatMap((question) => {
      const { full_text: text, reference_answers: answers, reference_pages: references } = question;
      const grams = makeGramSet([text, ...answers].map((each) => ({ name: 'protected', text: each })));
      const rules = { blockedDomains: defaultBlockedDomains, grams };
      const wrong = references.flatMap((url) => {
        const page = pageAt(url);
        if (!page) return [`${url} is not there`];
        const shown = censorPage(page, { url, rules });
        return shown.page.kind === 'page' ? [] : [`${url} is censored: ${shown.censored[0]?.detail}`];
      });
      if (answers.length === 0) wrong.push('has no reference answer');
      if (references.length === 0) wrong.push('has no reference page');
      return wrong.map((fault) => `${question.id}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  test('are answered by a page among the first five results, of the question as typed and of its main words', async () => {
    const { asTyped, mainWords } = await measureSearch(app.deps, { projectId, questions });
    for (const { found, missed } of [asTyped, mainWords]) {
      expect(found < 0.9 * questions.length ? missed : []).toEqual([]);
    }
  }, 120_000);
});
