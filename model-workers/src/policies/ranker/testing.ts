import type { TrainingDemonstration } from '@rookery/shared/api';
import {
  applyCommand,
  initialState,
  makePage,
  makeResultsPage,
  observe,
  parseCommand,
  planCommand,
  startPage,
  view,
  type Outcome,
  type Page,
  type Plan,
  type Quote,
  type ShownPage,
} from '@rookery/shared/browser';
import { knowledgeOfText, type Knowledge } from '../../simulate/knowledge.ts';
import { createRandom } from '../../simulate/random.ts';
import { createMemory, nextCommand } from '../../simulate/reader.ts';
import { writeAnswer } from '../../simulate/writer.ts';
import { stemsOf } from '../../text/words.ts';
import type { Session } from '../policy.ts';

/** A small web of made-up pages about made-up questions, for tests and benchmarks: the same for the same seed. */
export interface World {
  questions: { id: string; text: string; knowledge: Knowledge }[];
  search(query: string): Page;
  open(url: string): Page;
}

const creatures = 'heron otter badger magpie lizard beetle salmon walrus falcon hedgehog'.split(' ');
const doings = 'collects buries guards follows ignores carries polishes counts'.split(' ');
const objects = 'pebbles feathers lanterns acorns ribbons shells buttons mirrors'.split(' ');
const places = 'harbour orchard quarry meadow lighthouse cellar'.split(' ');
const times = 'spring autumn winter midsummer'.split(' ');
const fillers = [
  'Nobody has written down when this was noticed first, and old books contradict each other.',
  'The weather of the year before is said to matter, but the records have gaps.',
  'Visitors are asked to stay on the path and to close the gate behind them.',
  'A longer account can be had from the museum in exchange for a stamped envelope.',
];

/** @param topics how many questions there are, each with a page that answers it and one that is near */
export function makeWorld({ topics, seed }: { topics: number; seed: number }): World {
  const random = createRandom(seed);
  const pages = new Map<string, Page>();
  const questions: World['questions'] = [];
  for (let topic = 0; topic < topics; topic += 1) {
    const creature = `${random.pick(['grey', 'spotted', 'tiny', 'royal', 'marsh', 'night'])} ${random.pick(creatures)}`;
    const [doing, object] = [random.pick(doings), random.pick(objects)];
    const [place, time] = [random.pick(places), random.pick(times)];
    const told = `The ${creature} ${doing} ${object} because the ${place} floods in ${time} of year ${topic}.`;
    const add = (name: string, title: string, sentences: string[]): Page => {
      const url = `https://${name}.example/${topic}`;
      const blocks: (string | { link: { text: string; url: string } })[] = sentences.map(
        (sentence, index) => `${sentence}${index % 3 === 2 ? '\n\n' : ' '}`,
      );
      for (const near of [...pages.values()].slice(-2))
        blocks.push('\n\nSee also ', { link: { text: near.title, url: near.url } }, '.');
      const page = makePage({ url, title, blocks });
      pages.set(url, page);
      return page;
    };
    const noise = (count: number): string[] =>
      Array.from({ length: count }, (_, index) =>
        index % 2 === 0
          ? random.pick(fillers)
          : `In ${1800 + Math.floor(random.next() * 200)} a ${random.pick(creatures)} was seen near the ${random.pick(places)} with ${random.pick(objects)}.`,
      );
    const answering = add('field-notes', `The ${creature} and its ${object}`, [
      ...noise(topic % 2 === 0 ? 4 : 24),
      told,
      ...noise(8),
    ]);
    add('village-talk', `Talk of the ${creature}`, noise(20));
    const text = `Why does the ${creature} collect or guard ${object} near the ${place}?`;
    const own = knowledgeOfText(text);
    questions.push({
      id: `question-${topic}`,
      text,
      knowledge: {
        ...own,
        sought: new Set([...own.sought, ...stemsOf(told)]),
        pages: [{ title: answering.title, domain: answering.domain }],
      },
    });
  }
  return {
    questions,
    search(query) {
      const wanted = stemsOf(query);
      const results = [...pages.values()]
        .map((page) => ({ page, hits: [...stemsOf(page.title)].filter((stem) => wanted.has(stem)).length }))
        .toSorted((one, other) => other.hits - one.hits)
        .slice(0, 10)
        .map(({ page }) => ({ title: page.title, url: page.url, snippet: page.text.slice(0, 120) }));
      return makeResultsPage({ query, results });
    },
    open: (url) => pages.get(url)!,
  };
}

export interface Episode {
  steps: (Session & { command: string; outcome: Outcome })[];
  quotes: Quote[];
  /** Whether it is to be answered. */
  isAnswering: boolean;
}

/** Plays an episode as the server would, with commands from `next`. */
export async function playEpisode(
  world: World,
  { question, next }: { question: string; next: (session: Session) => Promise<string> | string },
): Promise<Episode> {
  const pages = new Map<string, Page>();
  const keep = (page: Page): ShownPage => {
    const pageHash = JSON.stringify(page);
    pages.set(pageHash, page);
    return { page, pageHash };
  };
  const fetched = (plan: Plan): ShownPage | undefined => {
    if (plan.fetch === 'search') return keep(world.search(plan.query));
    if (plan.fetch === 'open') return keep(world.open(plan.url));
    if (plan.fetch === 'restore') return { page: pages.get(plan.pageHash)!, pageHash: plan.pageHash };
    return undefined;
  };
  let { page, pageHash } = keep(startPage());
  let state = initialState({ question, startPageHash: pageHash });
  const steps: Episode['steps'] = [];
  while (state.phase === 'browsing') {
    const session = { view: view({ state, page }), observation: observe({ state, page }) };
    const line = await next(session);
    const command = parseCommand(line);
    const applied = applyCommand({
      state,
      page,
      command,
      fetched: fetched(planCommand({ state, page, command })),
      countTokens: (text) => Math.ceil(text.length / 4),
    });
    steps.push({ ...session, command: line, outcome: applied.outcome });
    ({ state, page } = applied);
  }
  return { steps, quotes: state.quotes, isAnswering: state.phase === 'answering' };
}

/** Demonstrations of simulated people, one question after the other. */
export async function simulateDemonstrations(
  world: World,
  { count, seed }: { count: number; seed: number },
): Promise<TrainingDemonstration[]> {
  const traits = { skill: 0.95, noise: 0.05 };
  const demonstrations: TrainingDemonstration[] = [];
  for (let number = 0; number < count; number += 1) {
    const { id, text, knowledge } = world.questions[number % world.questions.length]!;
    const random = createRandom(seed).fork(`${number}`);
    const memory = createMemory(random, traits);
    const { steps, quotes } = await playEpisode(world, {
      question: text,
      next: (session) => nextCommand({ view: session.view, memory, knowledge, traits, random }),
    });
    demonstrations.push({
      episodeId: `episode-${number}`,
      questionId: id,
      revision: 1,
      question: text,
      steps: steps.map(({ view, observation, command, outcome }) => ({
        view,
        observation,
        command,
        isValid: outcome.valid,
      })),
      answer: writeAnswer({ question: text, quotes, knowledge, traits, random }),
    });
  }
  return demonstrations;
}
