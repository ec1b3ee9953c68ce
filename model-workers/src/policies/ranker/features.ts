import { stemsOf } from '../../text/words.ts';
import { candidateKinds, type Candidate } from './candidates.ts';
import type { PastAction } from './past-actions.ts';
import type { Situation } from './situation.ts';

/** A model is run with the features it was trained with; a change of any is another version. */
export const FEATURES_VERSION = '1';

/**
 * What a network is told of a situation and one of its candidates. The first group says where the episode stands and is
 * the same for all candidates; the others are 0 for candidates of other kinds.
 */
const documented = {
  // Where the episode stands.
  actionsLeft: 'log(1 + actions left) / log(101)',
  actions: 'Actions so far / 30',
  tokensLeft: 'Quote tokens left, of 512',
  quotes: 'Quotes taken / 4',
  searches: 'Searches so far / 6',
  sinceArrival: 'Actions since the page came up / 5',
  sinceSearch: 'Links opened since the last search / 4',
  scrollsSinceSearch: 'Windows scrolled since the last search / 10',
  sinceQuote: 'Actions since the last quote, or so far / 15',
  scrollsHere: 'Windows scrolled since the page came up / 5',
  quotesHere: 'Quotes since the page came up / 2',
  shownTo: 'Where the window ends, as a share of the page',
  isResults: 'A list of results is shown',
  isPage: 'A page of the library is shown',
  isError: 'A message about what went wrong is shown',
  isQuotedPage: 'Something was quoted from a page of this title',
  lastSearch: 'The last action was a search',
  lastClick: 'The last action was a click',
  lastQuote: 'The last action was a quote',
  lastScroll: 'The last action was a scroll',
  lastFind: 'The last action was a find',
  lastBack: 'The last action was Back',
  bestQuoteLexical: 'Highest relevance in words of a passage that is not quoted',
  bestQuoteCosine: 'Highest cosine of the question and a passage that is not quoted',
  bestLinkLexical: 'Highest relevance in words of a link that was not opened',
  bestLinkCosine: 'Highest cosine of the question and a link that was not opened',
  unopened: 'Links of a list of results that were not opened / 10',
  // Every candidate.
  ...(Object.fromEntries(candidateKinds.map((kind) => [kind, `It is of the kind ${kind}`])) as Record<
    (typeof candidateKinds)[number],
    string
  >),
  share: 'Share of the question, by the weights of its stems, that its text has',
  relevance: 'Stems of the question in its text, over the square root of how many it has',
  cosine: 'Cosine of the question and its text',
  lexicalRank: '1 / (1 + how many of its kind are more relevant in words)',
  cosineRank: '1 / (1 + how many of its kind have a higher cosine)',
  lexicalGap: 'Relevance in words, less the highest of its kind',
  cosineGap: 'Cosine, less the highest of its kind',
  place: 'Place among those of its kind / 10, at most 3',
  isFirst: 'It is the first of its kind',
  length: 'log(1 + UTF-16 units of its text) / 6',
  isTried: 'The same was searched for, opened or looked for before',
  // Searches.
  searchWords: 'Words of the query / 8',
  searchFirst: 'All of the question, and nothing was searched for yet',
  searchWordsRun: 'The query is words in a row of the question',
  searchName: 'The query is a name in the question',
  searchTitle: 'The query is the title of a page that was quoted',
  searchStart: 'Where in the question the query begins, in content words / 8',
  searchTurn: 'The query begins as many words into the question as searches were made',
  // Links.
  clickResult: 'The link is a result',
  clickOwnDomain: 'The link stays on the domain of the page',
  clickQuoted: 'The link has the title of a page that was quoted',
  clickSnippet: 'Relevance in words of the text below the result',
  clickFresh: '1 / (1 + how many links before it were not opened); 0 if it was',
  clickSearched: 'Share of the last query that the link has',
  // Passages.
  quotePair: 'Two sentences',
  quoteCost: 'Estimated tokens, of those that are left',
  quoteKnown: 'Highest share of its stems that one quote has',
  quoteTaken: 'A quote has all of its text, or it all of the quote’s',
  quoteCloseness: 'Highest cosine of the passage and a quote',
  // Scrolls.
  steps: 'Windows / 3',
} as const;

export type FeatureName = keyof typeof documented;
export const featureNames = Object.keys(documented) as FeatureName[];
export const featureCount = featureNames.length;
const places = Object.fromEntries(featureNames.map((name, place) => [name, place])) as Record<
  FeatureName,
  number
>;

/** Vectors by text, each of length 1. */
export type Vectors = (text: string) => Float32Array;

/** The texts whose vectors the features of these candidates need. */
export function textsOf(situation: Situation, candidates: readonly Candidate[]): string[] {
  const { view } = situation;
  return [
    view.question,
    ...view.quotes.map(({ extract }) => extract),
    ...candidates.flatMap(({ parts }) => parts),
  ].filter((text) => text !== '');
}

interface Measured {
  candidate: Candidate;
  vector: Float32Array | null;
  share: number;
  relevance: number;
  cosine: number;
  isTried: boolean;
  /** Of passages. */
  known: number;
  isTaken: boolean;
  closeness: number;
}

/** The features of each candidate, one row of `featureCount` numbers after the other. */
export function featuresOf(
  situation: Situation,
  { candidates, vectors }: { candidates: readonly Candidate[]; vectors: Vectors },
): Float32Array {
  const question = vectors(situation.view.question);
  const quoteVectors = situation.view.quotes.map(({ extract }) => vectors(extract));
  const measured = candidates.map((candidate) =>
    measure(situation, { candidate, question, vectors, quoteVectors }),
  );
  const rows = new Float32Array(candidates.length * featureCount);
  const shared = stateRow(situation, measured);
  const byKind = Map.groupBy(measured, ({ candidate }) => candidate.kind);
  for (const [index, one] of measured.entries()) {
    const row = rows.subarray(index * featureCount, (index + 1) * featureCount);
    row.set(shared);
    fillCandidate(row, { one, ofKind: byKind.get(one.candidate.kind)! });
    fillKind(row, { situation, one, measured });
  }
  return rows;
}

function measure(
  situation: Situation,
  options: {
    candidate: Candidate;
    question: Float32Array;
    vectors: Vectors;
    quoteVectors: readonly Float32Array[];
  },
): Measured {
  const { candidate, question, vectors, quoteVectors } = options;
  const { share, relevance, stems } = lexical(situation, candidate.text);
  const vector = meanVector(candidate.parts.map(vectors));
  const { view, quoteStems } = situation;
  const isQuote = candidate.kind === 'quote';
  const text = isQuote ? plainText(candidate.text) : '';
  return {
    candidate,
    vector,
    share,
    relevance,
    cosine: vector ? dot(question, vector) : 0,
    isTried: isTried(situation, candidate),
    known: isQuote ? Math.max(0, ...quoteStems.map((quoted) => sharedPart(stems, quoted))) : 0,
    isTaken:
      isQuote &&
      view.quotes.some(({ extract }) => {
        const quoted = plainText(extract);
        return quoted.includes(text) || text.includes(quoted);
      }),
    closeness: isQuote && vector ? Math.max(0, ...quoteVectors.map((quoted) => dot(quoted, vector))) : 0,
  };
}

function isTried({ searched, opened, sought }: Situation, candidate: Candidate): boolean {
  switch (candidate.kind) {
    case 'search':
      return searched.has(candidate.text);
    case 'click':
      return opened.has(candidate.click?.target ?? '');
    case 'find':
      return sought.has(candidate.text);
    default:
      return false;
  }
}

function stateRow(situation: Situation, measured: readonly Measured[]): Float32Array {
  const { view, past, sinceArrival } = situation;
  const row = new Float32Array(featureCount);
  const set = setterOf(row);
  const last = past.at(-1)?.kind;
  set('actionsLeft', Math.log1p(view.actionsLeft) / Math.log(101));
  set('actions', past.length / 30);
  set('tokensLeft', view.quoteTokensLeft / 512);
  set('quotes', view.quotes.length / 4);
  set('searches', situation.searches / 6);
  set('sinceArrival', sinceArrival.actions / 5);
  set('sinceSearch', since(past, 'search', 'click') / 4);
  set('scrollsSinceSearch', since(past, 'search', 'scroll') / 10);
  set('sinceQuote', since(past, 'quote') / 15);
  set('scrollsHere', sinceArrival.scrolls / 5);
  set('quotesHere', sinceArrival.quotes / 2);
  set('shownTo', view.scrollbar.end / 100);
  set('isResults', Number(view.kind === 'results'));
  set('isPage', Number(view.kind === 'page'));
  set('isError', Number(view.kind === 'error'));
  set('isQuotedPage', Number(view.quotes.some(({ title }) => title === view.title)));
  set('lastSearch', Number(last === 'search'));
  set('lastClick', Number(last === 'click'));
  set('lastQuote', Number(last === 'quote'));
  set('lastScroll', Number(last === 'scroll'));
  set('lastFind', Number(last === 'find'));
  set('lastBack', Number(last === 'back'));
  const passages = measured.filter(({ candidate, isTaken }) => candidate.kind === 'quote' && !isTaken);
  const links = measured.filter(({ candidate, isTried }) => candidate.kind === 'click' && !isTried);
  set('bestQuoteLexical', highest(passages, 'relevance'));
  set('bestQuoteCosine', highest(passages, 'cosine'));
  set('bestLinkLexical', highest(links, 'relevance'));
  set('bestLinkCosine', highest(links, 'cosine'));
  set('unopened', view.kind === 'results' ? links.length / 10 : 0);
  return row;
}

/** Actions since the last of a kind, all or those of another; scrolls count by their windows. */
function since(past: Situation['past'], last: PastAction['kind'], kind?: PastAction['kind']): number {
  const after = past.slice(past.findLastIndex((action) => action.kind === last) + 1);
  if (kind === undefined) return after.length;
  return after.reduce((sum, action) => {
    if (action.kind !== kind) return sum;
    return sum + (action.kind === 'scroll' ? action.steps : 1);
  }, 0);
}

function fillCandidate(
  row: Float32Array,
  { one, ofKind }: { one: Measured; ofKind: readonly Measured[] },
): void {
  const set = setterOf(row);
  const { candidate, share, relevance, cosine } = one;
  set(candidate.kind, 1);
  if (candidate.text !== '') {
    set('share', share);
    set('relevance', relevance);
    set('cosine', cosine);
    set('lexicalRank', 1 / (1 + ofKind.filter((other) => other.relevance > relevance).length));
    set('cosineRank', 1 / (1 + ofKind.filter((other) => other.cosine > cosine).length));
    set('lexicalGap', relevance - highest(ofKind, 'relevance'));
    set('cosineGap', cosine - highest(ofKind, 'cosine'));
    set('place', Math.min(3, candidate.place / 10));
    set('isFirst', Number(candidate.place === 0));
    set('length', Math.log1p(candidate.text.length) / 6);
    set('isTried', Number(one.isTried));
  }
}

function fillKind(
  row: Float32Array,
  options: { situation: Situation; one: Measured; measured: readonly Measured[] },
): void {
  const { situation, one, measured } = options;
  const { view, searches, past } = situation;
  const { candidate } = one;
  const set = setterOf(row);
  if (candidate.search) {
    const { origin, start } = candidate.search;
    set('searchWords', candidate.text.split(' ').length / 8);
    set('searchFirst', Number(candidate.place === 0 && searches === 0));
    set('searchWordsRun', Number(origin === 'words'));
    set('searchName', Number(origin === 'name'));
    set('searchTitle', Number(origin === 'title'));
    set('searchStart', start / 8);
    set('searchTurn', Number(origin === 'words' && start === searches));
  }
  if (candidate.click) {
    const { domain, snippet } = candidate.click;
    const before = measured.filter(
      (other) =>
        other.candidate.kind === 'click' && !other.isTried && other.candidate.place < candidate.place,
    );
    const query = past.findLast((action) => action.kind === 'search')?.query ?? '';
    set('clickResult', Number(view.kind === 'results'));
    set('clickOwnDomain', Number(domain === view.domain));
    set('clickQuoted', Number(view.quotes.some(({ title }) => title === candidate.text)));
    set('clickSnippet', snippet === '' ? 0 : lexical(situation, snippet).relevance);
    set('clickFresh', one.isTried ? 0 : 1 / (1 + before.length));
    set('clickSearched', sharedPart(stemsOf(query), stemsOf(candidate.text)));
  }
  if (candidate.kind === 'quote') {
    set('quotePair', Number(candidate.parts.length > 1));
    set('quoteCost', Math.min(1, candidate.text.length / 4 / Math.max(1, view.quoteTokensLeft)));
    set('quoteKnown', one.known);
    set('quoteTaken', Number(one.isTaken));
    set('quoteCloseness', one.closeness);
  }
  set('steps', (candidate.steps ?? 0) / 3);
}

const setterOf =
  (row: Float32Array) =>
  (name: FeatureName, value: number): void => {
    row[places[name]] = value;
  };

/** How much of the question a text has. */
export function lexical(
  { stems: sought, weights }: Pick<Situation, 'stems' | 'weights'>,
  text: string,
): { share: number; relevance: number; stems: ReadonlySet<string> } {
  const stems = stemsOf(text);
  let share = 0;
  let count = 0;
  for (const stem of stems) {
    if (!sought.has(stem)) continue;
    count += 1;
    share += weights.get(stem) ?? 0;
  }
  return { share, relevance: stems.size === 0 ? 0 : count / Math.sqrt(stems.size), stems };
}

const highest = (measured: readonly Measured[], name: 'relevance' | 'cosine'): number =>
  measured.reduce((most, one) => Math.max(most, one[name]), 0);

/** The part of the first that the second has too. */
function sharedPart(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0;
  for (const stem of one) if (other.has(stem)) count += 1;
  return one.size === 0 ? 0 : count / one.size;
}

const plainText = (text: string): string => text.replaceAll(/\s+/g, ' ').toLowerCase();

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index]! * other[index]!;
  return sum;
}

/** The direction of the sum; null for none. */
function meanVector(vectors: readonly Float32Array[]): Float32Array | null {
  const [first, ...rest] = vectors;
  if (!first || rest.length === 0) return first ?? null;
  const sum = Float32Array.from(first);
  for (const vector of rest)
    for (let index = 0; index < sum.length; index += 1) sum[index]! += vector[index]!;
  const length = Math.sqrt(dot(sum, sum)) || 1;
  return sum.map((value) => value / length);
}
