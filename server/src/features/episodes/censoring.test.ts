import type { Episode } from '@rookery/shared/api';
import { makePage, type PageDraft } from '@rookery/shared/browser';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, startRecording } from '../../../test/demonstrations.ts';
import { commands, pages, questions } from '../../db/schema/index.ts';
import { searchVersion } from '../../library/index.ts';
import { createPageReader, rebuildEpisode } from './rebuild.ts';
import { readStoredRecording } from './stored.ts';

let test: TestApp;
let projectId: string;
let demonstrator: TestMember;
let lead: TestMember;

const secret = 'Crows bring gifts because generous neighbours have fed them for many years.';
const message = 'This page cannot be shown for this question. Go back, or look elsewhere.';
const library: PageDraft[] = [
  {
    url: 'https://birds.example/gifts',
    title: 'Gifts from crows',
    blocks: [
      'Crows bring gifts; see ',
      { link: { text: 'a thread', url: 'https://old.reddit.com/r/crows' } },
      ', ',
      { link: { text: 'the answer', url: 'https://answers.example/crows' } },
      ' and ',
      { link: { text: 'feeding', url: 'https://birds.example/feeding' } },
      '.',
    ],
  },
  { url: 'https://birds.example/feeding', title: 'Feeding crows', blocks: 'Crows like peanuts as gifts.' },
  { url: 'https://old.reddit.com/r/crows', title: 'Crows and gifts', blocks: 'A thread on gifts of crows.' },
  {
    url: 'https://answers.example/crows',
    title: 'Why crows bring gifts',
    blocks: `Crows bring gifts: ${secret.toUpperCase()}`,
  },
];

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  projectId = (await test.buildProject()).id;
  demonstrator = await test.buildMember({ projectId, roles: ['demonstrator'] });
  lead = await test.buildMember({ projectId, roles: ['lead'] });
  await buildLibrary(test, { projectId, pages: library });
});

async function ask(referenceAnswers: string[]) {
  const [questionId] = await buildQuestions(test, { projectId, count: 1 });
  await test.deps.db.update(questions).set({ referenceAnswers }).where(eq(questions.id, questionId!));
  const recorder = await startRecording(demonstrator.client, projectId);
  return { recorder, questionId: questionId! };
}

/** What is shown, links with their domains. */
const shownOf = ({ view }: Episode): string =>
  view.segments
    .map((segment) =>
      segment.type === 'link' ? `[${segment.id}|${segment.text}|${segment.domain}]` : segment.text,
    )
    .join('');

async function replayOf(episodeId: string) {
  return lead.client.replayEpisode({ params: { projectId, episodeId } });
}

describe('what must not be shown for a question', () => {
  it('is no result, with the reason in the log, and other questions see it', async () => {
    const { recorder } = await ask([secret]);
    const { episode } = await recorder.send('Search crows gifts');
    expect(shownOf(episode)).not.toMatch(/reddit|answers\.example/);
    expect(shownOf(episode)).toContain('birds.example');
    const [row] = await test.deps.db.select().from(commands).where(eq(commands.episodeId, episode.id));
    expect(row?.searchVersion).toBe(searchVersion);
    expect(row?.censored.map(({ rule, what, url, title }) => [rule, what, url, title]).toSorted()).toEqual([
      ['blocked-domain', 'result', 'https://old.reddit.com/r/crows', 'Crows and gifts'],
      ['ten-gram', 'result', 'https://answers.example/crows', 'Why crows bring gifts'],
    ]);
    expect(row?.censored.find(({ rule }) => rule === 'ten-gram')?.detail).toBe(
      'reference answer 1: crows bring gifts because generous neighbours have fed them for',
    );
    await recorder.send('End: Nonsense');
    const other = await ask([]);
    const shown = await other.recorder.send('Search crows gifts');
    expect(shownOf(shown.episode)).toContain('answers.example');
    expect(shownOf(shown.episode)).not.toContain('reddit');
  });

  it('is no link and no page: links to blocked domains are plain text, other pages say that they cannot be shown', async () => {
    const { recorder } = await ask([secret]);
    await recorder.send('Search crows gifts');
    const link = recorder.episode.view.segments.find(
      (segment) => segment.type === 'link' && segment.text === 'Gifts from crows',
    );
    await recorder.send(`Clicked on link ${link?.type === 'link' ? link.id : -1}`);
    expect(shownOf(recorder.episode)).toBe(
      'Crows bring gifts; see a thread, [0|the answer|answers.example] and [1|feeding|].',
    );
    const { episode } = await recorder.send('Clicked on link 0');
    expect(episode.view).toMatchObject({ kind: 'error', text: message });
    const { steps } = await replayOf(episode.id);
    expect(steps.map(({ censored }) => censored.map(({ rule, what, url }) => [rule, what, url]))).toEqual([
      [],
      expect.anything(),
      [['blocked-domain', 'link', 'https://old.reddit.com/r/crows']],
      [['ten-gram', 'page', 'https://answers.example/crows']],
    ]);
    expect(steps.map((step) => step.searchVersion)).toEqual([null, searchVersion, null, null]);
  });

  it('is told to the demonstrator by nothing that the server answers', async () => {
    const { recorder } = await ask([secret]);
    const answers = [
      await recorder.send('Search crows gifts'),
      await recorder.send('Search why crows bring gifts'),
    ];
    const params = { projectId, episodeId: recorder.episode.id };
    const said = JSON.stringify([answers, await demonstrator.client.getEpisode({ params })]);
    expect(said).not.toMatch(/generous|ten-gram|blocked|reddit/i);
  });

  it('is looked up again when the reference answers change', async () => {
    const { recorder, questionId } = await ask([]);
    expect(shownOf((await recorder.send('Search why crows bring gifts')).episode)).toContain(
      'answers.example',
    );
    await test.deps.db
      .update(questions)
      .set({ referenceAnswers: [secret] })
      .where(eq(questions.id, questionId));
    expect(shownOf((await recorder.send('Search why crows bring gifts')).episode)).not.toContain(
      'answers.example',
    );
  });

  it('follows the settings the task was begun under', async () => {
    const { defaultSettings } = await import('../projects/index.ts');
    const settings = { ...defaultSettings, blockedDomains: ['birds.example'] };
    await lead.client.updateProject({ params: { projectId }, body: { settings } });
    const { recorder } = await ask([]);
    const { episode } = await recorder.send('Search crows gifts');
    expect(shownOf(episode)).toContain('old.reddit.com');
    expect(shownOf(episode)).not.toContain('birds.example');
  });

  it('is replayed as it was shown, byte for byte', async () => {
    const { recorder } = await ask([secret]);
    for (const command of [
      'Search crows gifts',
      'Clicked on link 0',
      'Back',
      'Clicked on link 1',
      'End: Answer',
    ]) {
      await recorder.send(command);
    }
    const key = { projectId, episodeId: recorder.episode.id };
    const stored = await readStoredRecording(test.deps.db, key);
    const { differences, observations } = await rebuildEpisode(
      stored!,
      createPageReader(test.deps.db, projectId),
    );
    expect(observations).toBe(6);
    expect(differences).toEqual([]);
  });

  it('leaves the pages of the library as they are', async () => {
    const { recorder } = await ask([secret]);
    await recorder.send('Search crows gifts');
    const original = makePage(library[0]!);
    const found = await test.deps.db
      .select({ page: pages.page })
      .from(pages)
      .where(and(eq(pages.projectId, projectId)));
    expect(found.map(({ page }) => page)).toContainEqual(original);
  });
});
