/** A stretch of text, or a link: what a page is made of (see `PageDraft` of the text browser). */
export type Block = string | { link: { text: string; url: string } };

/** Items within so many others are not indented further: lines would be all indentation, and pages longer than their sources. */
const deepest = 16;

/**
 * Collects the text and the links of a page in reading order: white space collapses, blocks are set apart by line breaks, and
 * everything within a list item or a quotation carries its marker or indentation at the start of each line.
 */
export class TextWriter {
  readonly #blocks: Block[] = [];
  /** Text since the last link. */
  #pieces: string[] = [];
  #isEmpty = true;
  #links = 0;
  /** What begins each line; `first`, where it is not used up, begins the next one instead of `rest`. */
  readonly #prefixes: { first: string | null; rest: string }[] = [];
  /** Line breaks owed before whatever comes next. */
  #breaks = 0;
  #space = false;
  #isLineOpen = false;
  /** Blank lines written so far: how an item knows whether it holds more than one paragraph. */
  #gaps = 0;
  #oneLine = 0;

  get blocks(): readonly Block[] {
    this.#join();
    return this.#blocks;
  }

  /** Running text: runs of white space are one space, none at the start of a line. */
  text(text: string): void {
    const words = text.replace(/[ \t\n\r\f]+/g, ' ');
    if (words === '') return;
    if (words === ' ') {
      this.space();
      return;
    }
    if (words.startsWith(' ')) this.space();
    this.#begin();
    this.#write(words.replace(/^ | $/g, ''));
    this.#space = words.endsWith(' ');
  }

  /** Text with its own spaces and line breaks. */
  preformatted(text: string): void {
    const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
    lines.forEach((line, index) => {
      if (index > 0) this.#endLine((this.#isLineOpen ? 0 : this.#breaks) + 1);
      if (line === '') return;
      this.#begin();
      this.#write(line);
    });
  }

  link(link: { text: string; url: string }): void {
    if (/^\s/.test(link.text)) this.space();
    this.#begin();
    this.#writeLink({ text: link.text.trim(), url: link.url });
    this.#space = /\s$/.test(link.text);
  }

  /** A space, if words stand on both of its sides. */
  space(): void {
    this.#space ||= this.#isLineOpen;
  }

  /** How many links were written. */
  get links(): number {
    return this.#links;
  }

  get isOnOneLine(): boolean {
    return this.#oneLine > 0;
  }

  /** Between items that stand on one line. */
  separator(): void {
    if (this.#oneLine > 0 && this.#isLineOpen) {
      this.#space = false;
      this.text('; ');
    }
  }

  /** A sign that clings to the last word. */
  close(sign: string): void {
    this.#write(sign);
  }

  /** What another writer collected, with its own spaces. */
  blocksAsTheyAre(blocks: readonly Block[]): void {
    for (const block of blocks) {
      if (typeof block === 'string' ? block === '' : block.link.text === '') continue;
      this.#begin();
      if (typeof block === 'string') this.#write(block);
      else this.#writeLink(block.link);
    }
  }

  /** A sign that clings to what follows it. */
  sign(sign: string): void {
    this.#begin();
    this.#write(sign);
    this.#isLineOpen = false;
  }

  /** What follows begins on a new line; with `gap`, after a blank one. */
  block(gap: 'line' | 'paragraph'): void {
    if (this.#oneLine > 0) {
      this.space();
      return;
    }
    // The first block of an item stands beside its marker.
    if (this.#prefixes.at(-1)?.first !== null && this.#prefixes.length > 0) return;
    this.#endLine(Math.max(this.#breaks, gap === 'paragraph' ? 2 : 1));
  }

  /** One more line break, as `<br>` makes it. */
  lineBreak(): void {
    if (this.#oneLine > 0) this.space();
    else this.#endLine(this.#breaks + 1);
  }

  /** Writes an item: its first line begins with `first`, the others with `rest`. */
  item(prefix: { first: string; rest: string }, write: () => void): void {
    if (this.#oneLine > 0) {
      write();
      return;
    }
    this.block('line');
    if (this.#prefixes.length >= deepest) {
      write();
      this.block('line');
      return;
    }
    const before = this.#gaps;
    this.#prefixes.push({ ...prefix });
    write();
    const isWritten = this.#prefixes.pop()?.first === null;
    // An item of one paragraph needs no blank line after it.
    if (isWritten && this.#gaps === before) this.#breaks = Math.min(this.#breaks, 1);
    this.#endLine(Math.max(this.#breaks, 1));
  }

  /** Writes everything on one line: blocks within are set apart by spaces. */
  oneLine(write: () => void): void {
    this.#oneLine += 1;
    write();
    this.#oneLine -= 1;
  }

  #write(piece: string): void {
    this.#pieces.push(piece);
  }

  #writeLink(link: { text: string; url: string }): void {
    this.#join();
    this.#blocks.push({ link });
    this.#links += 1;
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  #endLine(breaks: number): void {
    this.#breaks = breaks;
    this.#space = false;
    this.#isLineOpen = false;
  }

  /** Writes what is owed before the next word: line breaks and prefixes, or a space. */
  #begin(): void {
    const isFirst = this.#isEmpty;
    this.#isEmpty = false;
    if (isFirst || this.#breaks > 0) {
      if (!isFirst) this.#write('\n'.repeat(this.#breaks));
      // A gap before an item's marker is none within the item.
      if (this.#breaks > 1 && this.#prefixes.every((each) => each.first === null)) this.#gaps += 1;
      this.#breaks = 0;
      const prefix = this.#prefixes.map((each) => each.first ?? each.rest).join('');
      for (const each of this.#prefixes) each.first = null;
      if (prefix !== '') this.#write(prefix);
    } else if (this.#space) {
      this.#write(' ');
    }
    this.#space = false;
    this.#isLineOpen = true;
  }
}
