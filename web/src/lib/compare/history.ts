/** Most steps that can be taken back. */
const longest = 500;

interface Entry<T> {
  value: T;
  /** What led to it; a change of the same kind goes on with it. */
  kind: string | null;
}

/**
 * What a value was, step by step, for undo and redo. Values are never changed in place. Changes of the same `kind` in a row, such as
 * typing in one field, are one step; a change without a kind is always a step of its own.
 */
export class History<T> {
  #entries: Entry<T>[];
  #place = 0;

  constructor(value: T) {
    this.#entries = [{ value, kind: null }];
  }

  get value(): T {
    return this.#entries[this.#place]!.value;
  }

  get canUndo(): boolean {
    return this.#place > 0;
  }

  get canRedo(): boolean {
    return this.#place < this.#entries.length - 1;
  }

  change(value: T, kind: string | null = null): void {
    const goesOn = kind !== null && this.canUndo && this.#entries[this.#place]!.kind === kind;
    this.#entries.length = goesOn ? this.#place : this.#place + 1;
    this.#entries.push({ value, kind });
    if (this.#entries.length > longest) this.#entries.shift();
    this.#place = this.#entries.length - 1;
  }

  /** Goes a step back; what was undone can be redone until the next change. */
  undo(): T {
    if (this.canUndo) {
      this.#place -= 1;
      // Typing after an undo is a step of its own.
      this.#entries[this.#place]!.kind = null;
    }
    return this.value;
  }

  redo(): T {
    if (this.canRedo) this.#place += 1;
    return this.value;
  }
}
