import {
  formatCommand,
  parseCommand,
  selectionToQuote,
  type Command,
  type ScrollSteps,
} from '@rookery/shared/browser';
import { sentencesOf } from '../../text/passages.ts';
import { contentWords, stemOf, stemsOf } from '../../text/words.ts';
import type { Situation } from './situation.ts';

/** Of which kinds candidates are; scrolls and ends are told apart, since they are for different things. */
export const candidateKinds = [
  'search',
  'click',
  'find',
  'quote',
  'scroll-down',
  'scroll-up',
  'top',
  'back',
  'end-answer',
  'end-nonsense',
  'end-controversial',
] as const;
export type CandidateKind = (typeof candidateKinds)[number];

/** A command that could be sent now, and what is known of it. */
export interface Candidate {
  kind: CandidateKind;
  /** As it is sent. */
  readonly command: string;
  /** What it is about: the query, the link's text, the passage; empty where it is about nothing. */
  text: string;
  /** Its sentences, where they are encoded one by one. */
  parts: readonly string[];
  /** Where it stands among those of its kind, from 0. */
  place: number;
  search?: { origin: SearchOrigin; start: number };
  click?: { target: string; domain: string; snippet: string };
  quote?: { start: number; end: number };
  steps?: number;
}

/** Where a query is from: all of the question, words in a row of it, a name in it, a title that was quoted. */
export type SearchOrigin = 'question' | 'words' | 'name' | 'title' | 'person';

/** Lengths in content words of the queries that are made of words in a row. */
const runLengths = [4, 3, 2];
const mostRuns = 8;
const longestQuery = 8;
const mostNames = 4;
const mostTitles = 3;
const mostFinds = 3;
const longestPair = 320;
/** A title and a short sentence; an estimate, since tokens are counted by the server alone. */
const charactersPerToken = 4;

/** Every candidate of a situation: each is a command that can be carried out, and none is there twice. */
export function candidatesOf(situation: Situation): Candidate[] {
  const { available } = situation.view;
  const all = [
    ...(available.search ? searches(situation) : []),
    ...clicks(situation),
    ...(available.quote && situation.view.kind === 'page' ? quotes(situation) : []),
    ...(available.find && situation.view.kind === 'page' ? finds(situation) : []),
    ...moves(situation),
  ];
  const known = new Set<string>();
  return all.filter((candidate) => {
    // Passages are told apart by what they say; their commands take long to make.
    const name = candidate.kind === 'quote' ? `Quote: ${candidate.text}` : candidate.command;
    if (known.has(name)) return false;
    known.add(name);
    return true;
  });
}

/** The candidate for a command that a person chose and the list does not have; undefined where it is no command. */
export function candidateOf(situation: Situation, line: string): Candidate | undefined {
  const command = parseCommand(line);
  if (command.kind === 'invalid') return undefined;
  switch (command.kind) {
    case 'search':
      return searchFor(command.query, { origin: 'person', start: 0, place: 0 });
    case 'click':
      return clicks(situation).find((candidate) => candidate.command === formatCommand(command));
    case 'find':
      return plain('find', command, { text: command.text });
    case 'quote': {
      const text = command.text.replace('━', ' ');
      return plain('quote', command, { text });
    }
    case 'scroll':
      return scroll(command.direction, command.steps);
    case 'end':
      return plain(`end-${command.ending}`, command);
    default:
      return plain(command.kind, command);
  }
}

const plain = (
  kind: CandidateKind,
  command: Command,
  { text = '', place = 0 }: { text?: string; place?: number } = {},
): Candidate => ({ kind, command: formatCommand(command), text, parts: text === '' ? [] : [text], place });

function searchFor(
  query: string,
  { origin, start, place }: { origin: SearchOrigin; start: number; place: number },
): Candidate {
  return { ...plain('search', { kind: 'search', query }, { text: query, place }), search: { origin, start } };
}

function searches({ view, words }: Situation): Candidate[] {
  const made: { query: string; origin: SearchOrigin; start: number }[] = [];
  const firstLine = view.question.split('\n')[0] ?? '';
  made.push({ query: words.slice(0, longestQuery).join(' '), origin: 'question', start: 0 });
  made.push({ query: contentWords(firstLine).join(' '), origin: 'question', start: 0 });
  for (const length of runLengths) {
    for (let start = 0; start + length <= words.length && start < mostRuns; start += 1)
      made.push({ query: words.slice(start, start + length).join(' '), origin: 'words', start });
  }
  for (const query of namesOf(view.question).slice(0, mostNames))
    made.push({ query, origin: 'name', start: 0 });
  const titles = [...new Set(view.quotes.map(({ title }) => title))].slice(-mostTitles);
  for (const query of titles) made.push({ query, origin: 'title', start: 0 });
  if (view.question.trim() !== '')
    made.push({ query: firstLine.slice(0, 200), origin: 'question', start: 0 });
  const fit = made.filter(({ query }) => parseCommand(`Search ${query}`).kind === 'search');
  return fit.map((one, place) => searchFor(one.query, { ...one, place }));
}

/** What stands in quotation marks, and capitalised words in a row that do not begin a sentence. */
function namesOf(question: string): string[] {
  const quoted = [...question.matchAll(/[“"«]([^”"»\n]{2,80})[”"»]/g)].map(([, name = '']) => name);
  const names = [
    ...question.matchAll(/(?<=[\p{Ll},;] )\p{Lu}[\p{L}\p{N}'-]+(?: \p{Lu}[\p{L}\p{N}'-]+)*/gu),
  ].map(([name]) => name);
  return [...new Set([...quoted, ...names])];
}

function clicks({ view }: Situation): Candidate[] {
  const offered = new Set(view.available.click);
  return view.segments
    .flatMap((segment, index) => {
      if (segment.type !== 'link' || !offered.has(segment.id)) return [];
      const next = view.segments[index + 1];
      const snippet = view.kind === 'results' && next?.type === 'text' ? next.text.trim() : '';
      const domain = segment.domain === '' ? view.domain : segment.domain;
      const target = [segment.text, domain].filter(Boolean).join(' ');
      return [{ segment, click: { target, domain, snippet } }];
    })
    .map(({ segment, click }, place) => {
      const command = { kind: 'click', linkId: segment.id } as const;
      return Object.assign(plain('click', command, { text: segment.text, place }), { click });
    });
}

function quotes({ view }: Situation): Candidate[] {
  const { text } = view;
  const most = (view.quoteTokensLeft - view.title.length / charactersPerToken) * charactersPerToken;
  const sentences = sentencesOf(text);
  return sentences
    .flatMap(({ start, end }, index) => {
      const next = sentences[index + 1];
      const first = text.slice(start, end);
      const own = { start, end, parts: [first] };
      if (!next || next.start - end > 2 || next.end - start > longestPair) return [own];
      return [own, { start, end: next.end, parts: [first, text.slice(next.start, next.end)] }];
    })
    .filter(({ start, end }) => end - start <= most)
    .map(({ start, end, parts }, place) => ({
      kind: 'quote',
      get command() {
        return formatCommand(selectionToQuote({ text, start, end })!);
      },
      text: text.slice(start, end),
      parts,
      place,
      quote: { start, end },
    }));
}

function finds({ view, words }: Situation): Candidate[] {
  const shown = stemsOf(view.text);
  return words
    .filter((word) => word.length > 4 && !shown.has(stemOf(word)))
    .slice(0, mostFinds)
    .map((text, place) => plain('find', { kind: 'find', text }, { text, place }));
}

const allSteps: readonly ScrollSteps[] = [1, 2, 3];

const scroll = (direction: 'down' | 'up', steps: ScrollSteps): Candidate => ({
  ...plain(`scroll-${direction}`, { kind: 'scroll', direction, steps }),
  steps,
});

function moves({ view: { available } }: Situation): Candidate[] {
  return [
    ...(available.scrollDown ? allSteps.map((steps) => scroll('down', steps)) : []),
    ...(available.scrollUp ? allSteps.map((steps) => scroll('up', steps)) : []),
    ...(available.top ? [plain('top', { kind: 'top' })] : []),
    ...(available.back ? [plain('back', { kind: 'back' })] : []),
    ...(available.end
      ? (['answer', 'nonsense', 'controversial'] as const).map((ending) =>
          plain(`end-${ending}`, { kind: 'end', ending }),
        )
      : []),
  ];
}
