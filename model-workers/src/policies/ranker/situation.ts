import type { BrowserView } from '@rookery/shared/browser';
import { contentWords, stemOf, stemsOf } from '../../text/words.ts';
import type { Session } from '../policy.ts';
import { readPastActions, type PastAction } from './past-actions.ts';

/** What a session comes to before one chooses: all that candidates and features are made from. */
export interface Situation {
  view: BrowserView;
  past: PastAction[];
  /** Of the question, each once, in order. */
  words: string[];
  stems: ReadonlySet<string>;
  /** What a stem of the question is worth: the rarer it is in what is shown, the more; they add up to 1. */
  weights: ReadonlyMap<string, number>;
  /** Queries that were searched for. */
  searched: ReadonlySet<string>;
  /** Links that were clicked, as past actions have them. */
  opened: ReadonlySet<string>;
  /** Texts that were looked for on a page. */
  sought: ReadonlySet<string>;
  searches: number;
  /** Since the page came up: by a search, a link, or Back. */
  sinceArrival: { actions: number; scrolls: number; finds: number; quotes: number };
  /** Words of extracts, by quote. */
  quoteStems: ReadonlySet<string>[];
}

export function situationOf({ view, observation }: Session): Situation {
  const past = readPastActions(observation);
  const words = contentWords(view.question);
  const stems = new Set(words.map(stemOf));
  return {
    view,
    past,
    words,
    stems,
    weights: weightsOf(stems, view.text),
    searched: new Set(past.flatMap((action) => (action.kind === 'search' ? [action.query] : []))),
    opened: new Set(past.flatMap((action) => (action.kind === 'click' ? [action.target] : []))),
    sought: new Set(past.flatMap((action) => (action.kind === 'find' ? [action.text] : []))),
    searches: past.filter(({ kind }) => kind === 'search').length,
    sinceArrival: sinceArrival(past),
    quoteStems: view.quotes.map(({ extract }) => stemsOf(extract)),
  };
}

function weightsOf(stems: ReadonlySet<string>, shown: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of shown.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const stem = stemOf(word);
    if (stems.has(stem)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  const raw = [...stems].map((stem) => [stem, 1 / (1 + Math.log1p(counts.get(stem) ?? 0))] as const);
  const total = raw.reduce((sum, [, weight]) => sum + weight, 0);
  return new Map(raw.map(([stem, weight]) => [stem, weight / total]));
}

function sinceArrival(past: readonly PastAction[]): Situation['sinceArrival'] {
  const last = past.findLastIndex(({ kind }) => kind === 'search' || kind === 'click' || kind === 'back');
  const since = past.slice(last + 1);
  const count = (kind: PastAction['kind']): number => since.filter((action) => action.kind === kind).length;
  return { actions: since.length, scrolls: scrolled(since), finds: count('find'), quotes: count('quote') };
}

const scrolled = (actions: readonly PastAction[]): number =>
  actions.reduce((sum, action) => sum + (action.kind === 'scroll' ? action.steps : 0), 0);
