import { PageElement, PageText } from './dom.ts';

/** A document of `<html>` with a `<body>`, in which everything is. */
export class PageDocument {
  readonly documentElement = new PageElement('html');
  readonly body: PageElement;
  /** Tells Readability that elements can be given another name. */
  readonly firstChild = { __JSDOMParser__: true };
  /** That the page is shown under: Readability leaves out headings that say the same. */
  readonly title: string;
  readonly baseURI: string;
  readonly documentURI: string;

  constructor(options: { body: PageElement; title: string; url: string; base: string }) {
    this.title = options.title;
    this.baseURI = options.base;
    this.documentURI = options.url;
    this.body = options.body;
    this.documentElement.add(this.body);
  }

  createElement(name: string): PageElement {
    return new PageElement(name.toLowerCase());
  }

  createTextNode(text: string): PageText {
    return new PageText(text);
  }

  /** Without what Readability would take another title from, which it would leave out and nobody would see. */
  getElementsByTagName(name: string): PageElement[] {
    return name === 'h1' || name === 'meta' ? [] : this.documentElement.getElementsByTagName(name);
  }

  querySelectorAll(selector: string): PageElement[] {
    return this.documentElement.querySelectorAll(selector);
  }
}
