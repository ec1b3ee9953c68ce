import { actionIn } from '../keys.ts';

/**
 * Every key of the task screen, by where it acts: the handler and the help are made from this one table. A key is an event's `key`,
 * after `Shift+` for keys without a character of their own, and after `Ctrl+` (or the Mac's command key). What they mean is said in `text.keys.meanings`.
 */
export const taskKeys = {
  browsing: {
    search: ['/'],
    find: ['f'],
    findNext: ['n'],
    scrollDown: ['ArrowDown', 'j'],
    scrollUp: ['ArrowUp', 'k'],
    top: ['t'],
    back: ['b'],
    link: ['l'],
    select: ['v'],
    quote: ['q'],
    quotes: ['u'],
    observation: ['o'],
    end: ['e'],
    nonsense: ['m'],
    controversial: ['c'],
  },
  selecting: {
    nextSentence: ['ArrowDown'],
    previousSentence: ['ArrowUp'],
    moreSentences: ['Shift+ArrowDown'],
    fewerSentences: ['Shift+ArrowUp'],
    moreWords: ['Shift+ArrowRight'],
    fewerWords: ['Shift+ArrowLeft'],
    laterStart: ['ArrowRight'],
    earlierStart: ['ArrowLeft'],
  },
  writing: {
    cite: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    write: ['w'],
    versions: ['h'],
    submit: ['Ctrl+Enter'],
  },
  everywhere: {
    pause: ['p'],
    extend: ['x'],
    release: ['r'],
    guidelines: ['g'],
    help: ['?'],
  },
  done: {
    next: ['n'],
    reopen: ['r'],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

export type KeyPlace = keyof typeof taskKeys;
export type KeyAction<P extends KeyPlace = KeyPlace> = P extends KeyPlace
  ? keyof (typeof taskKeys)[P]
  : never;

/** What a key does at a place; null if nothing. */
export function actionOf<P extends KeyPlace>(
  place: P,
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>,
): KeyAction<P> | null {
  return actionIn(taskKeys[place], event) as KeyAction<P> | null;
}
