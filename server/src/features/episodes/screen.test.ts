import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  crowCommands,
  startRecording,
  type Recorder,
} from '../../../test/demonstrations.ts';
import { defaultSettings } from '../projects/index.ts';

let test: TestApp;
let projectId: string;
let member: TestMember;
let lead: TestMember;
let recorder: Recorder;
let params: { projectId: string; episodeId: string };

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 1 });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  lead = await test.buildMember({ projectId, roles: ['lead'] });
});

async function record(commands: readonly string[] = []): Promise<void> {
  recorder = await startRecording(member.client, projectId);
  params = { projectId, episodeId: recorder.episode.id };
  for (const command of commands) await recorder.send(command);
}

const preview = (text: string) => member.client.previewQuote({ params, body: { text } });
const marks = (find?: string) =>
  member.client.getScreenMarks({ params, query: find === undefined ? {} : { find } });

describe('the preview of a quote', () => {
  it('is what the quote then costs, and changes nothing', async () => {
    await record(['Search crows gifts', 'Clicked on link 0']);
    const text = 'crows are the only ones known━gifts to humans.';
    const shown = await preview(text);
    expect(shown).toMatchObject({ sequence: 2, reason: null, endsBrowsing: false });
    expect((await member.client.getEpisode({ params })).view.quotes).toEqual([]);
    const { view } = (await recorder.send(`Quote: ${text}`)).episode;
    expect(shown.tokens).toBe(view.quotes[0]?.tokens);
    expect(shown.tokensLeft).toBe(view.quoteTokensLeft);
  });

  it('says of a quote that uses up the budget, or the last action, that browsing ends', async () => {
    const settings = { ...defaultSettings, browser: { ...defaultSettings.browser, quoteTokenBudget: 40 } };
    await lead.client.updateProject({ params: { projectId }, body: { settings } });
    await record(['Search crows gifts', 'Clicked on link 0']);
    const [little, much] = [
      await preview('Many animals give gifts'),
      await preview('Many━faces. Sentence 3'),
    ];
    expect(little.endsBrowsing).toBe(false);
    expect(much).toMatchObject({ endsBrowsing: true, tokensLeft: 0 });
    expect((await recorder.send('Quote: Many━faces. Sentence 3')).episode.state).toBe('answering');
  });

  it('says why a text cannot be quoted', async () => {
    await record(['Search crows gifts']);
    expect(await preview('There are no owls here')).toMatchObject({ reason: 'not-on-page', tokens: 0 });
    await recorder.send('End: Answer');
    expect(await preview('crows')).toMatchObject({ reason: 'not-browsing' });
  });
});

describe('the observation', () => {
  it('is at every step what replay rebuilds, byte for byte', async () => {
    await record();
    const seen = [await member.client.getObservation({ params })];
    for (const command of crowCommands) {
      await recorder.send(command);
      seen.push(await member.client.getObservation({ params }));
    }
    const { steps } = await lead.client.replayEpisode({ params });
    expect(seen).toEqual(
      steps.map(({ sequence, observation, storedSha256 }) => ({
        sequence,
        observation,
        observationSha256: storedSha256,
      })),
    );
  });
});

describe('the marks of a screen', () => {
  it('are the links whose pages were opened in this episode, and no others', async () => {
    await record(['Search crows gifts']);
    const first = recorder.episode.view.available.click;
    expect(first.length).toBeGreaterThan(1);
    expect((await marks()).openedLinks).toEqual([]);
    await recorder.send('Clicked on link 0');
    await recorder.send('Back');
    expect(await marks()).toEqual({ sequence: 3, openedLinks: [0], hits: null });
  });

  it('count how often the page has a text, as find goes from hit to hit', async () => {
    await record(['Search crows gifts', 'Clicked on link 0']);
    expect((await marks('REMEMBER  faces')).hits).toEqual({ total: 150, current: null, isCapped: false });
    await recorder.send('Find in page: remember faces');
    await recorder.send('Find in page: remember faces');
    expect((await marks('remember faces')).hits).toMatchObject({ total: 150, current: 2 });
    expect((await marks('training crows')).hits).toMatchObject({ total: 1 });
    expect((await marks('owls')).hits).toEqual({ total: 0, current: null, isCapped: false });
    await recorder.send('Scrolled down 1');
    expect((await marks('remember faces')).hits).toMatchObject({ total: 150, current: null });
    expect((await marks('e')).hits).toMatchObject({ total: 999, isCapped: true });
  });
});
