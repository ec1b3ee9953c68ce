import { formatCommand, selectionToQuote, type BrowserView } from '@rookery/shared/browser';
import type { Knowledge } from './knowledge.ts';
import { bestPassage, rarestWord, sentencesOf } from '../text/passages.ts';
import type { Random } from './random.ts';

/** How well somebody works. */
export interface Traits {
  /** 0 … 1: how often they see what is there: the right result, the best passage, when to stop. */
  skill: number;
  /** 0 … 1: how often they err: a poor query, a needless link, a passage beside the point, a claim without a source. */
  noise: number;
}

/** What a person remembers while browsing; the page they see is all else they have. */
export interface Memory {
  searches: number;
  /** Pages opened, by title and domain. */
  opened: Set<string>;
  /** Scrolls since the page came up. */
  scrolls: number;
  /** Finds since the page came up. */
  finds: number;
  /** Quotes taken since the page came up. */
  quotesHere: number;
  /** How many quotes they mean to take. */
  wantedQuotes: number;
  /** What the question is taken to be, when it is given up without an answer. */
  flag: 'nonsense' | 'controversial' | null;
}

/** Below this a passage is not worth its tokens. */
const worthQuoting = 0.9;
/** Tokens that a short quote takes with its title. */
const leastTokens = 60;
const mostSearches = 5;
const mostScrolls = 7;
const keptActions = 3;

/** A person before a question. */
export function createMemory(random: Random, { noise }: Traits): Memory {
  return {
    searches: 0,
    opened: new Set(),
    scrolls: 0,
    finds: 0,
    quotesHere: 0,
    wantedQuotes: random.pick([2, 3, 3, 4]),
    flag: random.chance(noise * 0.1) ? random.pick(['nonsense', 'controversial'] as const) : null,
  };
}

/**
 * What the person does next, as a command of the text browser: always one that the screen would offer them. `memory`
 * is brought up to date with it.
 */
export function nextCommand(options: {
  view: BrowserView;
  memory: Memory;
  knowledge: Knowledge;
  traits: Traits;
  random: Random;
}): string {
  const { view, memory } = options;
  if (memory.flag !== null) return formatCommand({ kind: 'end', ending: memory.flag });
  const isEnough = view.quotes.length >= memory.wantedQuotes || view.quoteTokensLeft < leastTokens;
  const isLast =
    view.actionsLeft <= keptActions || (view.quotes.length > 0 && memory.searches > mostSearches);
  if (isEnough || isLast) return formatCommand({ kind: 'end', ending: 'answer' });
  if (view.kind === 'page') return onPage(options);
  if (view.kind === 'results') return onResults(options);
  return view.kind === 'error' && view.available.back ? goBack(memory) : search(options);
}

type Choice = Parameters<typeof nextCommand>[0];

function search({ memory, knowledge, traits, random }: Choice): string {
  const attempt = memory.searches;
  memory.searches += 1;
  arrive(memory);
  const words = [...knowledge.words];
  if (random.chance(traits.noise)) {
    // A hurried query: a word or two, one of them mistyped.
    const few = words.slice(0, random.pick([1, 2]));
    return formatCommand({ kind: 'search', query: mistyped(few.join(' '), random) });
  }
  const known = knowledge.pages[attempt - 1];
  const query =
    attempt === 0
      ? words.slice(0, 8).join(' ')
      : (known?.title ?? words.slice(attempt, attempt + 4).join(' '));
  return formatCommand({ kind: 'search', query: query || words.join(' ') || 'introduction' });
}

function onResults(choice: Choice): string {
  const { view, memory, knowledge, traits, random } = choice;
  const offered = view.segments.flatMap((segment) =>
    segment.type === 'link' && view.available.click.includes(segment.id) ? [segment] : [],
  );
  const fresh = offered.filter((link) => !memory.opened.has(nameOf(link)));
  const known = fresh.filter((link) =>
    knowledge.pages.some(({ title, domain }) => title === link.text && domain === link.domain),
  );
  if (known.length > 0 && random.chance(traits.skill)) return click(known[0]!, memory);
  if (fresh.length > 0 && (random.chance(traits.noise) || knowledge.pages.length === 0)) {
    return click(random.pick(fresh.slice(0, 4)), memory);
  }
  if (view.available.scrollDown && memory.scrolls < 3 && random.chance(0.7)) return scrollDown(memory);
  if (memory.searches <= mostSearches) return search(choice);
  if (fresh.length > 0) return click(fresh[0]!, memory);
  return formatCommand({ kind: 'end', ending: view.quotes.length > 0 ? 'answer' : 'nonsense' });
}

function onPage(choice: Choice): string {
  const { view, memory, knowledge, traits, random } = choice;
  const isNew = (text: string): boolean => !view.quotes.some(({ extract }) => extract.includes(text));
  const affordable = view.text.slice(0, view.quoteTokensLeft * 40);
  if (memory.quotesHere < 2) {
    const passage = bestPassage(affordable, knowledge.sought);
    const astray = random.chance(traits.noise * 0.3) ? sentencesOf(affordable) : [];
    const chosen =
      astray.length > 0
        ? random.pick(astray)
        : passage && passage.score >= worthQuoting && random.chance(traits.skill)
          ? passage
          : null;
    const quote = chosen && selectionToQuote({ text: view.text, start: chosen.start, end: chosen.end });
    if (quote && isNew(view.text.slice(chosen.start, chosen.end))) {
      memory.quotesHere += 1;
      return formatCommand(quote);
    }
  }
  if (view.available.find && memory.finds === 0 && memory.quotesHere === 0 && random.chance(0.3)) {
    const text = rarestWord(knowledge.words, view.text);
    if (text !== null) {
      memory.finds += 1;
      return formatCommand({ kind: 'find', text });
    }
  }
  const isPatient = memory.quotesHere === 0 || random.chance(0.3);
  if (view.available.scrollDown && memory.scrolls < mostScrolls && isPatient) return scrollDown(memory);
  if (view.available.top && random.chance(0.1)) return formatCommand({ kind: 'top' });
  const links = view.segments.flatMap((segment) =>
    segment.type === 'link' &&
    view.available.click.includes(segment.id) &&
    !memory.opened.has(nameOf(segment))
      ? [segment]
      : [],
  );
  if (links.length > 0 && random.chance(traits.noise * 0.5)) return click(random.pick(links), memory);
  return view.available.back ? goBack(memory) : search(choice);
}

function click(link: { id: number; text: string; domain: string }, memory: Memory): string {
  memory.opened.add(nameOf(link));
  arrive(memory);
  return formatCommand({ kind: 'click', linkId: link.id });
}

function scrollDown(memory: Memory): string {
  memory.scrolls += 1;
  return formatCommand({ kind: 'scroll', direction: 'down', steps: 1 });
}

function goBack(memory: Memory): string {
  arrive(memory);
  return formatCommand({ kind: 'back' });
}

function arrive(memory: Memory): void {
  Object.assign(memory, { scrolls: 0, finds: 0, quotesHere: 0 });
}

const nameOf = (link: { text: string; domain: string }): string => `${link.text} ${link.domain}`;

/** Two neighbouring letters of the longest word change places. */
function mistyped(query: string, random: Random): string {
  const word = query.split(' ').toSorted((a, b) => b.length - a.length)[0] ?? '';
  if (word.length < 4) return query;
  const place = 1 + Math.floor(random.next() * (word.length - 3));
  const swapped = word.slice(0, place) + word[place + 1] + word[place] + word.slice(place + 2);
  return query.replace(word, swapped);
}
