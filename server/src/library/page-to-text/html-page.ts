import { Readability } from '@mozilla/readability';
import { makePage, type Page } from '@rookery/shared/browser';
import { resolveLink } from '../address.ts';
import { descendantsOf, isElement, type PageElement } from './dom.ts';
import { PageDocument } from './page-document.ts';
import { parseHtml } from './parse-html.ts';
import { renderContent } from './render.ts';

/** What Readability itself takes for too little to be a page's content. */
const leastCharacters = 500;
/** A main element with less is filled by a script, or holds something else. */
const leastMainCharacters = 25;
/** Of a page of more elements all is shown: Readability would take seconds for it, and such a page is a list or a table anyway. */
const mostElements = 50_000;

/**
 * The page that a piece of HTML is shown as: what Readability takes for its content, under the title of its `<title>`. Where the page
 * says which element holds its main content, Readability looks in there alone. Where it finds nothing, or next to nothing of what there
 * is (a list of links, say, which it takes for navigation), all of it is shown. Scripts are not run and nothing is fetched.
 */
export function htmlToPage(input: { html: string; url: string; title?: string }): Page {
  const { html, url } = input;
  const opened = open(html, url);
  const { title = opened.title } = input;
  const render = (content: PageElement): Page =>
    makePage({ url, title, blocks: renderContent(content, { pageUrl: url, base: opened.base }) });
  if (opened.elements > mostElements) return render(opened.content);
  const allCharacters = opened.content.textContent.length;
  const document = new PageDocument({ body: opened.body, title, url, base: opened.base });
  const content = readableContent(document);
  const page = content && render(content);
  if (page && (page.text.length >= leastCharacters || page.text.length >= allCharacters / 2)) return page;
  // Readability has taken the document apart.
  return render(open(html, url).content);
}

/** The body of the document, and the part of it that has the content. */
function open(html: string, url: string) {
  const body = parseHtml(html);
  const { marked, base: href, title, elements } = lookThrough(body);
  const base = (href && resolveLink(href, url)) || url;
  return { body, base, title, elements, content: keepMain(body, marked) };
}

/** Leaves nothing in the body but the element that the page marks as its main content, if it marks one; gives what is left. */
function keepMain(body: PageElement, marked: readonly PageElement[]): PageElement {
  const [main] = marked;
  if (!main || marked.length > 1 || main.textContent.trim().length < leastMainCharacters) return body;
  body.replaceChildren(main);
  return main;
}

function readableContent(document: PageDocument): PageElement | null {
  const reader = new Readability<PageElement>(document, {
    serializer: (node) => node,
    disableJSONLD: true,
    // Some say what is no text: numbers of lines, formulas as pictures.
    keepClasses: true,
  });
  return reader.parse()?.content ?? null;
}

/** What is looked up in a document before Readability takes it apart. */
interface Found {
  marked: PageElement[];
  base: string | undefined;
  title: string;
  elements: number;
}

function lookThrough(body: PageElement): Found {
  const found: Found = { marked: [], base: undefined, title: '', elements: 0 };
  let heading = '';
  let graphTitle = '';
  for (const element of descendantsOf(body)) {
    const name = element.localName;
    found.elements += 1;
    if (name === 'base') found.base ??= element.getAttribute('href') ?? undefined;
    else if (name === 'title' && found.title === '' && !isWithinSvg(element))
      found.title = element.textContent.trim();
    else if (name === 'meta' && element.getAttribute('property') === 'og:title')
      graphTitle ||= element.getAttribute('content') ?? '';
    else if (name === 'h1') heading ||= element.textContent.trim();
    const isMain = name === 'main' || element.getAttribute('role') === 'main';
    if (isMain && !element.hasAttribute('hidden')) found.marked.push(element);
  }
  return { ...found, title: found.title || graphTitle || heading };
}

function isWithinSvg(element: PageElement): boolean {
  for (let at = element.parentNode; at; at = at.parentNode)
    if (isElement(at) && at.localName === 'svg') return true;
  return false;
}
