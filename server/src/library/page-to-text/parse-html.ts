import { decodeHTML, decodeHTMLAttribute } from 'entities';
import { isElement, isText, makeElement, PageElement, PageText } from './dom.ts';
import { TagReader, type StartTag } from './tags.ts';

/** Elements nested deeper lose their tags and keep their text: the time that Readability takes grows with depth squared. */
export const MAX_DEPTH = 100;
/** Beyond so many elements only text is kept: a hundred times what a long page has, and as much as there is memory for. */
const mostElements = 300_000;
const mostNames = 1000;
/** Characters that a document's own entities may come to. */
const mostEntityText = 1_000_000;
/** How far up an element is looked for that a tag ends: no page that means what it says has more in between. */
const farthestEnd = 1000;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const voidElements = words(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
);
/** Elements whose content is no markup. */
const rawTextElements = words('script style textarea title xmp iframe noembed noframes plaintext');
/** The page's frame is made anew, since many pages leave parts of it out. */
const frameElements = words('html head body');
const lineElements = words(
  'address article aside blockquote caption center details dialog dir div dl dt dd fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li listing main menu nav ol p pre section summary table tr ul xmp',
);
/** Elements without a meaning of their own: what their end tags would end that stands on lines of its own is not ended. */
const bareElements = words('b big em font i small span strong tt u');
const cells = words('td th caption');
const linesAndCells = new Set([...lineElements, ...cells]);
const tableParts = words('table thead tbody tfoot tr td th caption colgroup');
const tables = words('table');
/** In these, buttons that open what follows are the words of the title. */
const titles = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'summary', 'dt'];
const lists = words('ul ol menu dir td th caption');
const links = { ends: words('a'), within: cells };

interface Ends {
  ends: ReadonlySet<string>;
  /** Elements that are not looked beyond. */
  within: ReadonlySet<string>;
}

const paragraph: Ends = {
  ends: words('p'),
  within: words('a button caption object table td template th math svg'),
};
const rowEnd: Ends = { ends: words('td th tr caption colgroup'), within: tables };
const groupEnd: Ends = { ends: words('td th tr caption colgroup thead tbody tfoot'), within: tables };
const definition: Ends = {
  ends: words('dt dd'),
  within: words('dl table td th blockquote section article'),
};
const heading: Ends = {
  ends: words('h1 h2 h3 h4 h5 h6'),
  within: new Set([...lineElements, ...cells].filter((name) => !/^h\d$/.test(name))),
};
const headingEnd: Ends = { ends: heading.ends, within: cells };
/** Start tags that end an open element, and all within it: what the HTML parser does where end tags are left out. */
const impliedEnds: Record<string, Ends> = {
  li: { ends: words('li'), within: words('ul ol menu dir table td th blockquote section article') },
  dt: definition,
  dd: definition,
  tr: rowEnd,
  td: { ends: words('td th'), within: words('tr table') },
  th: { ends: words('td th'), within: words('tr table') },
  tbody: groupEnd,
  thead: groupEnd,
  tfoot: groupEnd,
  option: { ends: words('option'), within: words('select datalist optgroup') },
  rt: { ends: words('rt rp'), within: words('ruby') },
  rp: { ends: words('rt rp'), within: words('ruby') },
  ...Object.fromEntries([...heading.ends].map((name) => [name, heading])),
};

/**
 * The body of a document, in which all there is stands, what belongs to the head too; without comments, scripts and styles, and nested no
 * deeper than `MAX_DEPTH`. XHTML is recognised by its declaration or name space. Takes time linear in the length.
 */
export function parseHtml(source: string): PageElement {
  return new Parser(source).run();
}

interface Open {
  name: string;
  /** Null: nested too deep. */
  element: PageElement | null;
}

class Parser {
  readonly #source: string;
  readonly #isXml: boolean;
  readonly #tags: TagReader;
  readonly #entities = new Map<string, string>();
  #entityRoom = mostEntityText;
  readonly #names = new Map<string, string>();
  readonly #body = new PageElement('body');
  readonly #open: Open[] = [];
  /** How many elements of each name are open: most that is looked for is not. */
  readonly #counts = new Map<string, number>();
  #kept = 0;
  #elements = 0;
  #current = this.#body;

  constructor(source: string) {
    this.#source = source;
    this.#isXml = /^\s*<\?xml|<(?:[\w.-]+:)?html[^>]*\sxmlns(?::[\w.-]+)?\s*=/i.test(source.slice(0, 2000));
    this.#tags = new TagReader(source);
  }

  run(): PageElement {
    const source = this.#source;
    const markup = /<(?:\/?[a-z]|[!?])/gi;
    let at = 0;
    for (let match = markup.exec(source); match; match = markup.exec(source)) {
      this.#text(source.slice(at, match.index));
      at = this.#markup(match.index);
      markup.lastIndex = at;
    }
    this.#text(source.slice(at));
    return this.#body;
  }

  /** Reads what begins with the bracket at `at`; gives where it ends. */
  #markup(at: number): number {
    const source = this.#source;
    const next = source[at + 1] ?? '';
    if (next === '!' || next === '?') return this.#declaration(at);
    const isEnd = next === '/';
    const nameAt = at + (isEnd ? 2 : 1);
    const nameEnd = endOfTagName(source, nameAt);
    const name = this.#nameOf(source.slice(nameAt, nameEnd));
    if (isEnd) {
      this.#end(name);
      return after(source, '>', nameEnd);
    }
    const tag = this.#tags.read(nameEnd);
    if (tag === null) return source.length;
    return this.#start(name, tag);
  }

  /** Lower case, and one string for all tags of a name; in XML without the prefix of a name space. */
  #nameOf(raw: string): string {
    const known = this.#names.get(raw);
    if (known !== undefined) return known;
    const lower = raw.toLowerCase();
    const name = this.#isXml ? lower.slice(lower.lastIndexOf(':') + 1) : lower;
    if (this.#names.size < mostNames) this.#names.set(raw, name);
    return name;
  }

  #declaration(at: number): number {
    const source = this.#source;
    if (source.startsWith('<!--', at)) {
      if (source.startsWith('>', at + 4)) return at + 5;
      return after(source, '-->', at + 4);
    }
    if (source.startsWith('<![CDATA[', at) && (this.#isXml || this.#isOpen('svg') || this.#isOpen('math'))) {
      const end = source.indexOf(']]>', at);
      const text = source.slice(at + 9, end < 0 ? source.length : end);
      if (text !== '') this.#addText(text);
      return end < 0 ? source.length : end + 3;
    }
    const bracket = source.indexOf('>', at);
    const subset = source.slice(at, bracket < 0 ? at : bracket).indexOf('[');
    if (!this.#isXml || subset < 0 || !/^<!doctype/i.test(source.slice(at, at + 9)))
      return after(source, '>', at);
    const end = source.indexOf(']>', at);
    if (end < 0) return source.length;
    this.#declareEntities(source.slice(at, Math.min(end, at + 100_000)));
    return end + 2;
  }

  /** Entities that stand for a short text; what they hold is not looked into again, so none grows. */
  #declareEntities(subset: string): void {
    for (const [, name, double, single] of subset.matchAll(
      /<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')/g,
    )) {
      const value = double ?? single ?? '';
      if (value.length <= 500 && !this.#entities.has(name!)) this.#entities.set(name!, decodeHTML(value));
    }
  }

  #start(name: string, tag: StartTag): number {
    if (frameElements.has(name)) return tag.end;
    const isEmpty = voidElements.has(name) || (this.#isXml && tag.isSelfClosed);
    if (rawTextElements.has(name)) return isEmpty ? tag.end : this.#rawText(name, tag);
    const element = this.#element(this.#meantBy(name), tag);
    if (lineElements.has(name)) this.#endElements(paragraph);
    const implied = impliedEnds[name];
    if (implied) this.#endElements(implied);
    // A link within a link ends it.
    if (name === 'a') this.#endElements(links);
    const isFull = this.#elements >= mostElements;
    this.#elements += 1;
    if (isEmpty || element.localName === 'img') {
      if (!isFull) this.#current.add(element);
      return tag.end;
    }
    const isKept = this.#kept < MAX_DEPTH && !isFull;
    if (isKept) this.#current.add(element);
    else if (lineElements.has(name)) this.#break();
    this.#push({ name, element: isKept ? element : null });
    return tag.end;
  }

  /** An image by its oldest name; and text, where Readability would take it for a button that nobody reads. */
  #meantBy(name: string): string {
    if (name === 'image' && !this.#isOpen('svg')) return 'img';
    return name === 'button' && titles.some((each) => this.#isOpen(each)) ? 'span' : name;
  }

  /** A line break, where there is none: what is left of blocks nested too deep. */
  #break(): void {
    const last = this.#current.lastChild;
    if (!last || !isElement(last) || last.localName !== 'br') this.#current.add(new PageElement('br'));
  }

  #element(name: string, tag: StartTag): PageElement {
    return makeElement(
      name,
      tag.attributes.map(([key, value]) => [
        key,
        value.includes('&') ? this.#decode(value, decodeHTMLAttribute) : value,
      ]),
    );
  }

  /** Keeps the text of titles and of what is shown as it is, and formulas in TeX. */
  #rawText(name: string, tag: StartTag): number {
    const source = this.#source;
    const end = name === 'plaintext' ? source.length : this.#endOfRawText(name, tag.end);
    const text = source.slice(tag.end, end);
    const element = this.#element(name, tag);
    if (name === 'title') this.#addWith(element, this.#decode(text, decodeHTML));
    else if (name === 'xmp' || name === 'plaintext') this.#addWith(new PageElement('pre'), text);
    else if (name === 'script' && /^math\/tex/i.test(element.getAttribute('type') ?? ''))
      this.#addWith(new PageElement('math'), text.replace(/^\s*%?\s*<!\[CDATA\[|%?\s*\]\]>\s*$/g, ''));
    return end >= source.length ? end : after(source, '>', end);
  }

  #addWith(element: PageElement, text: string): void {
    if (text !== '') element.add(new PageText(text));
    this.#current.add(element);
  }

  #endOfRawText(name: string, from: number): number {
    const source = this.#source;
    const end = new RegExp(`</(?:[\\w.-]+:)?${name}(?=[\\s/>])`, 'gi');
    end.lastIndex = from;
    if (this.#isXml) {
      const start = source.indexOf('<![CDATA[', from);
      const first = end.exec(source)?.index ?? source.length;
      if (start < 0 || first < start) return first;
      end.lastIndex = after(source, ']]>', start);
    }
    return end.exec(source)?.index ?? source.length;
  }

  #end(name: string): void {
    if (name === 'br') this.#current.add(new PageElement('br'));
    // A heading's end tag ends any heading.
    if (headingEnd.ends.has(name)) this.#endElements(headingEnd);
    else this.#endElements({ ends: new Set([name]), within: limitOfEnd(name) });
  }

  #endElements({ ends, within }: Ends): void {
    for (const name of ends) {
      if (!this.#isOpen(name)) continue;
      const place = this.#find(ends, within);
      if (place === null) return;
      this.#popTo(place);
    }
  }

  /** The place of the innermost open element that is looked for, if nothing of `within` is within it. */
  #find(names: ReadonlySet<string>, within: ReadonlySet<string>): number | null {
    const lowest = Math.max(0, this.#open.length - farthestEnd);
    for (let place = this.#open.length - 1; place >= lowest; place -= 1) {
      const { name } = this.#open[place]!;
      if (names.has(name)) return place;
      if (within.has(name)) return null;
    }
    return null;
  }

  #push(open: Open): void {
    this.#open.push(open);
    this.#counts.set(open.name, (this.#counts.get(open.name) ?? 0) + 1);
    if (!open.element) return;
    this.#kept += 1;
    this.#current = open.element;
  }

  #popTo(place: number): void {
    while (this.#open.length > place) {
      const { name, element } = this.#open.pop()!;
      this.#counts.set(name, this.#counts.get(name)! - 1);
      if (!element) continue;
      this.#kept -= 1;
      this.#current = element.parentNode ?? this.#body;
    }
  }

  #isOpen(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  #text(raw: string): void {
    if (raw !== '') this.#addText(raw.includes('&') ? this.#decode(raw, decodeHTML) : raw);
  }

  #addText(text: string): void {
    const last = this.#current.lastChild;
    if (last && isText(last)) last.append(text);
    else this.#current.add(new PageText(text));
  }

  #decode(raw: string, decode: (text: string) => string): string {
    if (this.#entities.size === 0) return decode(raw);
    return raw
      .split(/&([\w.-]+;)/)
      .map((part, index) => {
        if (index % 2 === 0) return decode(part);
        const own = this.#entityRoom > 0 ? this.#entities.get(part.slice(0, -1)) : undefined;
        this.#entityRoom -= own?.length ?? 0;
        return own ?? decode(`&${part}`);
      })
      .join('');
  }
}

/** What an element's end tag does not reach beyond. */
function limitOfEnd(name: string): ReadonlySet<string> {
  if (tableParts.has(name)) return tables;
  if (name === 'li') return lists;
  return bareElements.has(name) || name.includes('-') ? linesAndCells : cells;
}

function endOfTagName(source: string, from: number): number {
  const end = /[\t\n\f\r />]/g;
  end.lastIndex = from;
  return end.exec(source)?.index ?? source.length;
}

/** The place behind the next `sign`, or the end. */
function after(source: string, sign: string, from: number): number {
  const place = source.indexOf(sign, from);
  return place < 0 ? source.length : place + sign.length;
}
