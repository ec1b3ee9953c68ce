import {
  applyCommand,
  initialState,
  makePage,
  makeResultsPage,
  parseCommand,
  planCommand,
  startPage,
  view,
  type EpisodeState,
  type Page,
} from '@rookery/shared/browser';
import { describe, expect, it } from 'vitest';
import { knowledgeOfText, type Knowledge } from './knowledge.ts';
import { createRandom } from './random.ts';
import { createMemory, nextCommand, type Traits } from './reader.ts';
import { stemsOf } from '../text/words.ts';
import { writeAnswer } from './writer.ts';

const question = 'Why do crows remember the faces of people?';
const told =
  'Crows remember the face of a person who once caught them, and scold that person for years afterwards. ';
const page = (number: number, text: string): Page =>
  makePage({ url: `https://birds.example/${number}`, title: `Birds ${number}`, blocks: text });
const library = [
  page(1, 'Feathers grow in tracts, and are shed once a year in late summer by most birds. '.repeat(60)),
  page(2, `${'Nests are built of twigs that are found near by in early spring. '.repeat(40)}\n\n${told}`),
  page(3, 'Eggs are laid in spring, one a day, and are kept warm by turns for three weeks. '.repeat(30)),
];
const knowledge: Knowledge = {
  ...knowledgeOfText(question),
  sought: stemsOf(`${question} ${told}`),
  pages: [{ title: 'Birds 2', domain: 'birds.example' }],
};

/** Browses the library until it is over, as the server would, and tells what was done. */
function browse(options: { traits: Traits; seed: number; knowledge: Knowledge }) {
  const { traits } = options;
  const random = createRandom(options.seed);
  const pages = new Map<string, Page>();
  const keep = (shown: Page) => {
    const pageHash = JSON.stringify(shown);
    pages.set(pageHash, shown);
    return { page: shown, pageHash };
  };
  let shown = keep(startPage());
  let state: EpisodeState = initialState({ question, startPageHash: shown.pageHash });
  const memory = createMemory(random, traits);
  const steps: { text: string; isValid: boolean }[] = [];
  while (state.phase === 'browsing') {
    const text = nextCommand({
      view: view({ state, page: shown.page }),
      memory,
      knowledge: options.knowledge,
      traits,
      random,
    });
    const command = parseCommand(text);
    const plan = planCommand({ state, page: shown.page, command });
    const fetched =
      plan.fetch === 'search'
        ? keep(
            makeResultsPage({
              query: plan.query,
              results: library.map(({ url, title, text: body }) => ({
                url,
                title,
                snippet: body.slice(0, 90),
              })),
            }),
          )
        : plan.fetch === 'open'
          ? keep(library.find(({ url }) => url === plan.url)!)
          : plan.fetch === 'restore'
            ? { page: pages.get(plan.pageHash)!, pageHash: plan.pageHash }
            : undefined;
    const applied = applyCommand({
      state,
      page: shown.page,
      command,
      ...(fetched && { fetched }),
      countTokens: (quoted) => quoted.split(/\s+/).length,
    });
    steps.push({ text, isValid: applied.outcome.valid });
    state = applied.state;
    shown = { page: applied.page, pageHash: state.current.pageHash };
  }
  return { steps, state };
}

const runs = (traits: Traits, known = knowledge) =>
  Array.from({ length: 60 }, (_, seed) => browse({ traits, seed, knowledge: known }));

describe('a simulated reader', () => {
  it('never does what the screen would not offer', () => {
    for (const traits of [
      { skill: 1, noise: 0 },
      { skill: 0.5, noise: 0.5 },
      { skill: 0, noise: 1 },
    ]) {
      const invalid = runs(traits).flatMap(({ steps }) => steps.filter(({ isValid }) => !isValid));
      expect(invalid).toEqual([]);
    }
  });

  it('quotes what answers the question, the more surely the more skill and the less noise there is', () => {
    const share = (traits: Traits): number => {
      const all = runs(traits);
      return (
        all.filter(({ state }) => state.quotes.some(({ extract }) => extract.includes('scold'))).length /
        all.length
      );
    };
    const good = share({ skill: 1, noise: 0 });
    expect(good).toBeGreaterThan(0.9);
    expect(share({ skill: 0.4, noise: 0.9 })).toBeLessThan(good);
  });

  it('does the same again for the same seed', () => {
    const traits = { skill: 0.7, noise: 0.3 };
    expect(browse({ traits, seed: 7, knowledge })).toEqual(browse({ traits, seed: 7, knowledge }));
  });

  it('comes to an end without knowing any page', () => {
    for (const { state } of runs({ skill: 0.8, noise: 0.2 }, knowledgeOfText(question))) {
      expect(state.phase).not.toBe('browsing');
    }
  });
});

describe('a simulated writer', () => {
  const quotes = [
    told.trim(),
    'Young crows learn which people are dangerous from the scolding of their parents.',
  ].map((extract) => ({ title: 'Birds', domain: 'birds.example', extract, tokens: 20 }));
  const write = (noise: number, seed: number): string =>
    writeAnswer({ question, quotes, knowledge, traits: { skill: 1, noise }, random: createRandom(seed) });

  it('cites every quote without noise', () => {
    expect(write(0, 1)).toBe(
      'Crows remember the face of a person who once caught them, and scold that person for years afterwards [1]. ' +
        'Young crows learn which people are dangerous from the scolding of their parents [2].',
    );
  });

  it('with noise now and then forgets a citation, but cites no number that does not exist', () => {
    const answers = Array.from({ length: 50 }, (_, seed) => write(1, seed));
    expect(answers.some((text) => !text.includes('['))).toBe(true);
    for (const text of answers) expect(text.match(/\[(?![12]\])/)).toBeNull();
  });
});
