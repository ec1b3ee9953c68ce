import { ApiError } from '@rookery/shared/api';
import { isPassing } from '../errors.ts';
import { Retry } from './retry.ts';

export interface SavedDraft {
  text: string;
  version: number;
  savedAt: string | null;
}

export interface DraftOptions {
  /** Saves over HTTP; rejects like the client. */
  save: (draft: {
    text: string;
    baseVersion: number;
    kind?: 'chosen';
  }) => Promise<{ version: number; savedAt: string }>;
  /** What the server has, after a conflict. */
  readAgain: () => Promise<SavedDraft>;
  /** Keeps what is not saved in the browser; null when all is saved. */
  keep: (draft: { text: string; baseVersion: number } | null) => void;
  /** An error that trying again does not help. */
  onFailure: (error: unknown) => void;
  /** Whether the server keeps what was saved before, so that what is given up is saved first. */
  hasVersions?: boolean;
  waitMs?: number;
}

/**
 * The answer being written. Every change is kept in the browser at once and saved after a pause in typing, one save at a time; a
 * save that does not get through is tried again with what is there then.
 */
export class Draft {
  text = $state('');
  /** What the server has. */
  saved = $state.raw<SavedDraft>({ text: '', version: 0, savedAt: null });
  isSending = $state(false);
  isOffline = $state(false);
  /** What was saved elsewhere while this was being written. The person chooses. */
  conflict = $state.raw<SavedDraft | null>(null);
  readonly isSaved = $derived(this.text === this.saved.text);
  readonly #options: DraftOptions;
  readonly #retry = new Retry();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = false;
  /** Whether the text was chosen as a whole: the server keeps it apart from what was typed. */
  #isChosen = false;
  /** Texts that were given up for the one here: saved before it, so that they stay among the versions. */
  #before: string[] = [];
  #saving: Promise<void> = Promise.resolve();

  constructor(options: DraftOptions) {
    this.#options = options;
  }

  /** Begins with what the server has and what this browser had not sent. */
  open(saved: SavedDraft, unsent: { text: string; baseVersion: number } | null): void {
    this.saved = saved;
    this.text = unsent?.text ?? saved.text;
    this.conflict = null;
    this.#isPaused = false;
    if (this.isSaved) {
      this.#options.keep(null);
    } else if (unsent && unsent.baseVersion !== saved.version) {
      this.conflict = saved;
    } else {
      void this.#save();
    }
  }

  change(value: string): void {
    this.text = value;
    this.#isChosen = false;
    this.#keep();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), this.#options.waitMs ?? 800);
  }

  /** Puts another text in the place of the one here, which stays among the versions. */
  choose(value: string): void {
    if (!this.isSaved && this.#options.hasVersions !== false) this.#before.push(this.text);
    this.text = value;
    this.#isChosen = true;
    this.#keep();
    void this.#save();
  }

  /** Settles a conflict: what is here is saved over the other, or given up for it. Both stay among the versions. */
  settle(choice: 'here' | 'elsewhere'): void {
    const other = this.conflict;
    if (!other) return;
    this.conflict = null;
    this.saved = other;
    if (choice === 'elsewhere') return this.choose(other.text);
    this.#isChosen = true;
    this.#keep();
    void this.#save();
  }

  /** Takes over what was saved elsewhere, if nothing here would be lost by it; says whether it did. */
  follow(saved: SavedDraft): boolean {
    if (!this.isSaved || this.isSending || saved.version <= this.saved.version) return false;
    this.saved = saved;
    this.text = saved.text;
    return true;
  }

  /** Resolves when no save is under way. */
  settled(): Promise<void> {
    return this.#saving;
  }

  /** Tries at once what is waiting to be tried again. */
  hurry(): void {
    this.#retry.hurry();
    if (!this.isSending) void this.#save();
  }

  /** What is not saved, as it would be sent; null when all is. */
  get unsent(): { text: string; baseVersion: number } | null {
    return this.isSaved ? null : { text: this.text, baseVersion: this.saved.version };
  }

  /** Saves now what waits for a pause in typing. */
  flush(): void {
    void this.#save();
  }

  /** Saves nothing more until `resume`; what is typed meanwhile is kept in the browser. */
  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#timer);
    this.#retry.stop();
  }

  #keep(): void {
    this.#options.keep(this.unsent);
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.isSending || this.#isPaused || this.conflict) return;
    this.isSending = true;
    this.#saving = this.#saveAll();
    try {
      await this.#saving;
    } finally {
      this.isSending = false;
    }
  }

  async #saveAll(): Promise<void> {
    while (this.#isBehind && !this.#isPaused && !this.conflict) await this.#saveOnce();
  }

  get #isBehind(): boolean {
    return this.#before.length > 0 || !this.isSaved;
  }

  async #saveOnce(): Promise<void> {
    const before = this.#before[0];
    const isChosen = before === undefined && this.#isChosen;
    const text = before ?? this.text;
    const sent = { text, baseVersion: this.saved.version, ...(isChosen && { kind: 'chosen' as const }) };
    try {
      const answer = await this.#options.save(sent);
      if (before !== undefined) this.#before.shift();
      this.saved = { text, version: answer.version, savedAt: answer.savedAt };
      this.isOffline = false;
      this.#retry.reset();
      this.#keep();
    } catch (error) {
      if (isPassing(error)) {
        this.isOffline = true;
        await this.#retry.wait();
      } else if (error instanceof ApiError && error.code === 'conflict') {
        await this.#meetConflict();
      } else {
        this.pause();
        this.#options.onFailure(error);
      }
    }
  }

  async #meetConflict(): Promise<void> {
    try {
      const other = await this.#options.readAgain();
      // An answer that got lost on its way back: what is saved is what was sent.
      if (other.text === this.text) this.saved = other;
      else this.conflict = other;
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.isOffline = true;
      await this.#retry.wait();
    }
  }

  /** Goes on after what stopped it was put right, such as a lease taken up again. */
  resume(): void {
    this.#isPaused = false;
    void this.#save();
  }
}
