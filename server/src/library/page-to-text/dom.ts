/**
 * The part of the DOM that Readability and the renderer use, made to be fast on it: nodes are small, sibling lists are linked, an element's
 * children and text are kept until they change, and a copy of a tree is a copy, not a string that is parsed again.
 */
export abstract class PageNode {
  abstract get nodeType(): 1 | 3;
  abstract get textContent(): string;
  parentNode: PageElement | null = null;
  previousSibling: PageNode | null = null;
  nextSibling: PageNode | null = null;

  abstract clone(): PageNode;

  remove(): void {
    this.parentNode?.detach(this);
  }
}

const upperNames = new Map<string, string>();
const mostNames = 1000;

/** One string for all elements of a name. */
function upperCase(name: string): string {
  const known = upperNames.get(name);
  if (known !== undefined) return known;
  const upper = name.toUpperCase();
  if (upperNames.size < mostNames) upperNames.set(name, upper);
  return upper;
}

const noNodes: readonly PageNode[] = [];

export class PageText extends PageNode {
  #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  get textContent(): string {
    return this.#text;
  }

  /** Only while a tree is made, see `PageElement.add`. */
  append(text: string): void {
    this.#text += text;
  }

  get nodeType(): 3 {
    return 3;
  }

  get nodeName(): string {
    return '#text';
  }

  get childNodes(): readonly PageNode[] {
    return noNodes;
  }

  clone(): PageText {
    return new PageText(this.#text);
  }
}

class Attribute {
  readonly name: string;
  readonly value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
  }

  cloneNode(): Attribute {
    return this;
  }
}

/** A copy of what an element holds, which Readability takes for a string of HTML: it only keeps it, puts it back and looks for words in it. */
class InnerHtml {
  readonly #nodes: readonly PageNode[];

  constructor(parent: PageElement) {
    this.#nodes = parent.childNodes.map((child) => child.clone());
  }

  nodes(): PageNode[] {
    return this.#nodes.map((node) => node.clone());
  }

  /** Enough of the HTML for the words that are looked for: tags with their attributes, and text. */
  toString(): string {
    return this.#nodes.map(sketch).join('');
  }
}

function sketch(node: PageNode): string {
  if (!isElement(node)) return node.textContent;
  const attributes = node.attributes.map(({ name, value }) => ` ${name}="${value}"`).join('');
  return `<${node.localName}${attributes}>${node.childNodes.map(sketch).join('')}</${node.localName}>`;
}

/** Longer texts are put together anew each time: kept for every element they are in, they would take the depth times their room. */
const longestKept = 20_000;

type Names = '*' | ReadonlySet<string>;

export class PageElement extends PageNode {
  /** Lower case; it and `tagName` are set when an element becomes another. */
  localName: string;
  /** Upper case. */
  tagName: string;
  attributes: Attribute[];
  firstChild: PageNode | null = null;
  lastChild: PageNode | null = null;
  /** Notes that Readability makes on elements. */
  readability: unknown = undefined;
  _readabilityDataTable: unknown = undefined;
  #children: PageElement[] | null = null;
  #text: string | null = null;

  constructor(name: string, attributes: Attribute[] = []) {
    super();
    this.localName = name;
    this.tagName = upperCase(name);
    this.attributes = attributes;
  }

  get nodeType(): 1 {
    return 1;
  }

  get nodeName(): string {
    return this.tagName;
  }

  get childNodes(): PageNode[] {
    return [...childrenOf(this)];
  }

  /** The list as it is now; it is kept until it changes. */
  get children(): PageElement[] {
    return (this.#children ??= elementsOf(this));
  }

  get firstElementChild(): PageElement | null {
    return elementFrom(this.firstChild);
  }

  get nextElementSibling(): PageElement | null {
    return elementFrom(this.nextSibling);
  }

  get previousElementSibling(): PageElement | null {
    let at = this.previousSibling;
    while (at && !isElement(at)) at = at.previousSibling;
    return at;
  }

  get textContent(): string {
    if (this.#text !== null) return this.#text;
    let text = '';
    for (let child = this.firstChild; child; child = child.nextSibling) text += child.textContent;
    if (text.length <= longestKept) this.#text = text;
    return text;
  }

  set textContent(text: string) {
    while (this.firstChild) this.detach(this.firstChild);
    if (text !== '') this.appendChild(new PageText(text));
  }

  get id(): string {
    return this.getAttribute('id') ?? '';
  }

  set id(value: string) {
    this.setAttribute('id', value);
  }

  get className(): string {
    return this.getAttribute('class') ?? '';
  }

  set className(value: string) {
    this.setAttribute('class', value);
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }

  get srcset(): string {
    return this.getAttribute('srcset') ?? '';
  }

  get style(): { display: string; visibility: string } {
    const style = this.getAttribute('style') ?? '';
    return {
      display: /display\s*:\s*none/i.test(style) ? 'none' : '',
      visibility: /visibility\s*:\s*hidden/i.test(style) ? 'hidden' : '',
    };
  }

  get innerHTML(): InnerHtml {
    return new InnerHtml(this);
  }

  set innerHTML(html: InnerHtml) {
    this.textContent = '';
    for (const node of html.nodes()) this.appendChild(node);
  }

  getAttribute(name: string): string | null {
    for (const attribute of this.attributes) if (attribute.name === name) return attribute.value;
    return null;
  }

  hasAttribute(name: string): boolean {
    return this.getAttribute(name) !== null;
  }

  setAttribute(name: string, value: string): void {
    this.setAttributeNode(new Attribute(name, value));
  }

  setAttributeNode(attribute: Attribute): void {
    const place = this.attributes.findIndex((each) => each.name === attribute.name);
    if (place < 0) this.attributes.push(attribute);
    else this.attributes[place] = attribute;
  }

  removeAttribute(name: string): void {
    if (this.hasAttribute(name)) this.attributes = this.attributes.filter((each) => each.name !== name);
  }

  /** Adds a new node to an element that nobody has looked into yet: what a tree is made with. */
  add(node: PageNode): void {
    node.parentNode = this;
    node.previousSibling = this.lastChild;
    if (this.lastChild) this.lastChild.nextSibling = node;
    else this.firstChild = node;
    this.lastChild = node;
  }

  appendChild<N extends PageNode>(node: N): N {
    return this.insertBefore(node, null);
  }

  insertBefore<N extends PageNode>(node: N, before: PageNode | null): N {
    node.remove();
    const after = before ? before.previousSibling : this.lastChild;
    node.parentNode = this;
    node.previousSibling = after;
    node.nextSibling = before;
    if (after) after.nextSibling = node;
    else this.firstChild = node;
    if (before) before.previousSibling = node;
    else this.lastChild = node;
    if (isElement(node)) this.#children = null;
    this.#forgetText();
    return node;
  }

  removeChild<N extends PageNode>(node: N): N {
    this.detach(node);
    return node;
  }

  replaceChild<N extends PageNode>(node: PageNode, replaced: N): N {
    if (node !== replaced) {
      this.insertBefore(node, replaced);
      this.detach(replaced);
    }
    return replaced;
  }

  replaceChildren(...nodes: PageNode[]): void {
    this.textContent = '';
    for (const node of nodes) this.appendChild(node);
  }

  detach(node: PageNode): void {
    if (node.previousSibling) node.previousSibling.nextSibling = node.nextSibling;
    else this.firstChild = node.nextSibling;
    if (node.nextSibling) node.nextSibling.previousSibling = node.previousSibling;
    else this.lastChild = node.previousSibling;
    node.parentNode = null;
    node.previousSibling = null;
    node.nextSibling = null;
    if (isElement(node)) this.#children = null;
    this.#forgetText();
  }

  clone(): PageElement {
    const copy = new PageElement(this.localName, [...this.attributes]);
    for (let child = this.firstChild; child; child = child.nextSibling) copy.add(child.clone());
    return copy;
  }

  getElementsByTagName(name: string): PageElement[] {
    return this.#find(name === '*' ? '*' : new Set([name.toLowerCase()]));
  }

  /** Takes names of elements alone, with commas between them. */
  querySelectorAll(selector: string): PageElement[] {
    return this.#find(selector === '*' ? '*' : new Set(selector.toLowerCase().split(',')));
  }

  #find(names: Names): PageElement[] {
    const found: PageElement[] = [];
    for (const element of descendantsOf(this))
      if (names === '*' || names.has(element.localName)) found.push(element);
    return found;
  }

  #forgetText(): void {
    // Whoever keeps its text has it from children that mostly keep theirs, but long texts are not kept: go all the way up.
    this.#text = null;
    for (let at = this.parentNode; at; at = at.parentNode) at.#text = null;
  }
}

/** An element with these attributes, in that order; of two with one name the first counts, as in HTML. */
export function makeElement(
  name: string,
  attributes: readonly (readonly [name: string, value: string])[],
): PageElement {
  return new PageElement(
    name,
    attributes.map(([attributeName, value]) => new Attribute(attributeName, value)),
  );
}

export const isElement = (node: PageNode): node is PageElement => node.nodeType === 1;
export const isText = (node: PageNode): node is PageText => node.nodeType === 3;

function elementFrom(node: PageNode | null): PageElement | null {
  let at = node;
  while (at && !isElement(at)) at = at.nextSibling;
  return at;
}

export function* childrenOf(node: PageElement): Generator<PageNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

export function elementsOf(node: PageElement): PageElement[] {
  const elements: PageElement[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (isElement(child)) elements.push(child);
  return elements;
}

/** All elements within one, in document order. */
export function* descendantsOf(root: PageElement): Generator<PageElement> {
  let next: PageNode | null = root.firstChild;
  while (next) {
    const current: PageNode = next;
    if (isElement(current)) yield current;
    next = (isElement(current) ? current.firstChild : null) ?? following(current, root);
  }
}

/** The node that comes after all within `node`, as long as it is within `root`. */
function following(node: PageNode, root: PageElement): PageNode | null {
  for (let at: PageNode | null = node; at && at !== root; at = at.parentNode)
    if (at.nextSibling) return at.nextSibling;
  return null;
}

/** Whether there is text within that is more than white space. */
export function hasText(node: PageNode): boolean {
  if (!isElement(node)) return /\S/.test(node.textContent);
  for (let child = node.firstChild; child; child = child.nextSibling) if (hasText(child)) return true;
  return false;
}

/** Whether an element of one of these names is within. */
export function holds(element: PageElement, names: ReadonlySet<string>): boolean {
  for (const each of descendantsOf(element)) if (names.has(each.localName)) return true;
  return false;
}
