import { isKeyTaken, readKeysSetting, storeKeysSetting } from '../../keys.ts';

/** Every key of the replay, by what it does: the handler and the help are made from this one table. Meanings are in `text.replay.keys`. */
export const replayKeys = {
  previous: ['ArrowLeft', 'j'],
  next: ['ArrowRight', 'k'],
  first: ['Home'],
  last: ['End'],
  play: [' ', 'p'],
  quote: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  accept: ['a'],
  return: ['r'],
  exclude: ['x'],
  takeBack: ['u'],
  nextToReview: ['n'],
  help: ['?'],
} as const satisfies Record<string, readonly string[]>;

export type ReplayAction = keyof typeof replayKeys;

/** What only a demonstration has: its review. */
export const reviewActions = ['accept', 'return', 'exclude', 'takeBack', 'nextToReview'] as const;
export type ReviewAction = (typeof reviewActions)[number];

/** What a key does; null if nothing. */
export function replayActionOf(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): ReplayAction | null {
  if (event.shiftKey && event.key.length > 1) return null;
  for (const [action, keys] of Object.entries<readonly string[]>(replayKeys)) {
    if (keys.includes(event.key)) return action as ReplayAction;
  }
  return null;
}

/** Keys as they are printed, ends of a row of them alone. */
export function shownKeys(action: ReplayAction): string[] {
  if (action === 'quote') return ['1', '…', '9'];
  const printed: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ' ': 'Space' };
  return replayKeys[action].map((key) => printed[key] ?? key);
}

/** The keys as the person has set them: single letters and digits can be turned off, arrows stay. */
export class ReplayKeys {
  #areOn = $state(readKeysSetting());

  get areOn(): boolean {
    return this.#areOn;
  }

  set areOn(areOn: boolean) {
    this.#areOn = areOn;
    storeKeysSetting(areOn);
  }

  /** What a press does here; null if it is none of ours, or belongs to what has the focus. */
  actionOf(event: KeyboardEvent): ReplayAction | null {
    if (isKeyTaken(event)) return null;
    const isSpace = event.key === ' ';
    const { target } = event;
    if (target instanceof HTMLElement && target.closest('input')) return null;
    if (isSpace && target instanceof HTMLElement && target.closest('a, button, summary, label')) return null;
    if (!this.#areOn && event.key.length === 1) return null;
    return replayActionOf(event);
  }
}
