import { SvelteSet } from 'svelte/reactivity';

/** As many rows as a request names. */
const mostNamed = 1000;

/**
 * Rows of a table that something is to be done with. They stay chosen from page to page; `isAll` stands for everything
 * that matches the filters, rows of other pages included.
 */
export class Selection {
  readonly ids = new SvelteSet<string>();
  isAll = $state(false);
  #last: string | null = null;

  has(id: string): boolean {
    return this.isAll || this.ids.has(id);
  }

  /** How many are chosen, of a list of `total`. */
  count(total: number): number {
    return this.isAll ? total : this.ids.size;
  }

  /** What is chosen, as the API is asked; `matching` are the filters of the list. */
  asked<F>(matching: F): ({ matching: F } | { ids: string[] })[] {
    if (this.isAll) return [{ matching }];
    const ids = [...this.ids];
    return Array.from({ length: Math.ceil(ids.length / mostNamed) }, (_, part) => ({
      ids: ids.slice(part * mostNamed, (part + 1) * mostNamed),
    }));
  }

  /**
   * Chooses a row, or takes it out. With `isRange`, all rows between the one chosen before and this one.
   * @param shown the rows of the page, in order.
   */
  toggle(id: string, options: { shown: readonly string[]; isRange: boolean }): void {
    const { shown, isRange } = options;
    const isOn = !this.has(id);
    if (this.isAll) {
      // What was everything is from now on the rows that can be seen, but for this one.
      this.isAll = false;
      for (const other of shown) this.ids.add(other);
    }
    const [from, to] = [this.#last === null ? -1 : shown.indexOf(this.#last), shown.indexOf(id)];
    const changed = isRange && from >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const one of changed) {
      if (isOn) this.ids.add(one);
      else this.ids.delete(one);
    }
    this.#last = id;
  }

  /** Chooses all rows of the page; if they all are, none of them. */
  togglePage(shown: readonly string[]): void {
    const areAllOn = shown.every((id) => this.has(id));
    this.isAll = false;
    for (const id of shown) {
      if (areAllOn) this.ids.delete(id);
      else this.ids.add(id);
    }
  }

  clear(): void {
    this.isAll = false;
    this.ids.clear();
    this.#last = null;
  }
}
