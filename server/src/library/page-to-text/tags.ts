/** A start tag that was read: its attributes, lower case, and where what follows it begins. */
export interface StartTag {
  attributes: [name: string, value: string][];
  isSelfClosed: boolean;
  end: number;
}

/** Longer values are left out: addresses are shorter, and nobody reads inline data. */
const longestValue = 8_000;
const mostAttributes = 100;

const space = /[\t\n\f\r ]/;
const endOfName = /[\t\n\f\r =>/]/g;
const endOfBareValue = /[\t\n\f\r >]/g;

/**
 * Reads start tags of one document, each from behind its name, as the HTML standard says; but a tag whose quotation mark never closes ends
 * at its first bracket. The time taken is linear in the length of the document, whatever it holds.
 */
export class TagReader {
  readonly #source: string;
  /** Quotation marks that are known not to come again. */
  readonly #gone = new Set<string>();

  constructor(source: string) {
    this.#source = source;
  }

  /** Null where the document ends within the tag. */
  read(from: number): StartTag | null {
    const source = this.#source;
    const attributes: StartTag['attributes'] = [];
    let at = from;
    while (at < source.length) {
      const sign = source[at]!;
      if (sign === '>') return { attributes, isSelfClosed: source[at - 1] === '/', end: at + 1 };
      if (sign === '/' || space.test(sign)) {
        at += 1;
        continue;
      }
      const nameEnd = this.#search(endOfName, at + 1);
      const name = source.slice(at, nameEnd);
      at = this.#skipSpace(nameEnd);
      let value = '';
      if (source[at] === '=') {
        const read = this.#value(this.#skipSpace(at + 1));
        if (read === null) return this.#cutTag(at, attributes);
        value = read.value;
        at = read.end;
      }
      keep(attributes, name, value);
    }
    return null;
  }

  /** A value and where it ends; null: its quotation mark never closes. */
  #value(at: number): { value: string; end: number } | null {
    const quote = this.#source[at];
    if (quote !== '"' && quote !== "'") {
      const end = this.#search(endOfBareValue, at);
      return { value: this.#source.slice(at, end), end };
    }
    const end = this.#gone.has(quote) ? -1 : this.#source.indexOf(quote, at + 1);
    if (end < 0) {
      this.#gone.add(quote);
      return null;
    }
    return { value: this.#source.slice(at + 1, end), end: end + 1 };
  }

  #cutTag(from: number, attributes: StartTag['attributes']): StartTag | null {
    const end = this.#source.indexOf('>', from);
    return end < 0 ? null : { attributes, isSelfClosed: false, end: end + 1 };
  }

  #skipSpace(from: number): number {
    let at = from;
    while (at < this.#source.length && space.test(this.#source[at]!)) at += 1;
    return at;
  }

  #search(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.exec(this.#source)?.index ?? this.#source.length;
  }
}

/** Of two attributes with one name the first counts. */
function keep(attributes: StartTag['attributes'], raw: string, value: string): void {
  const name = raw.toLowerCase();
  if (value.length > longestValue || attributes.length >= mostAttributes || name.startsWith('on')) return;
  if (attributes.some(([known]) => known === name)) return;
  attributes.push([name, value]);
}
