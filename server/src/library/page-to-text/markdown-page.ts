import { makePage, type Page } from '@rookery/shared/browser';
import { Marked } from 'marked';
import { resolveLink } from '../address.ts';
import type { PageElement } from './dom.ts';
import { parseHtml } from './parse-html.ts';
import { renderContent } from './render.ts';
import { fileName } from './text-page.ts';

const marked = new Marked({ gfm: true, async: false });
/** Lines are indented no further: reading lists within lists takes time by the cube of their depth. */
const deepestIndentation = 64;
const tooDeep = new RegExp(`^[ \\t]{${deepestIndentation}}[ \\t]+`, 'gm');

/**
 * The page that a Markdown file is shown as: all of it, with the HTML in it, as the same content in HTML would be. Its title is that of its
 * front matter, else its first heading, else its file's name; front matter is not shown.
 */
export function markdownToPage(input: { text: string; url: string; title?: string }): Page {
  const { url } = input;
  const { body, title } = splitFrontMatter(input.text.replace(/^\uFEFF/, ''));
  const content = parseHtml(
    marked.parse(body.replace(tooDeep, ' '.repeat(deepestIndentation)), { async: false }),
  );
  const base = content.getElementsByTagName('base')[0]?.getAttribute('href');
  const blocks = renderContent(content, { pageUrl: url, base: (base && resolveLink(base, url)) || url });
  return makePage({ url, title: input.title ?? title ?? firstHeading(content) ?? fileName(url), blocks });
}

function firstHeading(content: PageElement): string | undefined {
  const headings = content.querySelectorAll('h1,h2,h3');
  return headings
    .map((heading) => heading.textContent.replace(/\s+/g, ' ').trim())
    .find((text) => text !== '');
}

/** Takes front matter off: YAML between lines of `---`, or TOML between lines of `+++`, at the very start. */
function splitFrontMatter(text: string): { body: string; title?: string | undefined } {
  const match = /^(---|\+\+\+)[ \t]*\r?\n(.*?)(?:^\1|^\.\.\.)[ \t]*(?:\r?\n|$)/ms.exec(
    text.slice(0, 100_000),
  );
  // A rule at the start of a text is none; front matter has names in it.
  if (!match || !/^[\w"'-]+\s*[:=]/m.test(match[2]!)) return { body: text };
  return { body: text.slice(match[0].length), title: titleOf(match[2]!) };
}

/** The title of front matter: on its line, or folded onto the lines after it. */
function titleOf(matter: string): string | undefined {
  const match = /^title[ \t]*[:=][ \t]*(.*(?:\r?\n[ \t]+\S.*)*)/m.exec(matter);
  const raw = (match?.[1] ?? '')
    .replace(/^[>|][+-]?[ \t]*(?=\r?\n)/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(raw)?.[1]?.replace(/\\(["\\])/g, '$1');
  const single = /^'((?:[^']|'')*)'/.exec(raw)?.[1]?.replaceAll("''", "'");
  return (double ?? single ?? raw.replace(/ #.*$/, '')).trim() || undefined;
}
