import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descendantsOf, elementsOf, type PageElement } from './dom.ts';
import { htmlToPage } from './html-page.ts';
import { MAX_DEPTH, parseHtml } from './parse-html.ts';

const url = 'https://example.org/deep.html';

function depthOf(element: PageElement): number {
  return 1 + elementsOf(element).reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}
const countOf = (element: PageElement, name: string): number => element.getElementsByTagName(name).length;

describe('HTML is parsed', () => {
  test.each([5_000, 200_000])('elements nested %i deep lose their tags and keep their text', (depth) => {
    const body = parseHtml(`${'<div><b>'.repeat(depth)}the core${'</b></div>'.repeat(depth)}<p>after it</p>`);
    // The body comes on top, and below it line breaks take the place of what is too deep.
    expect(depthOf(body)).toBeLessThanOrEqual(MAX_DEPTH + 2);
    expect(body.textContent).toBe('the coreafter it');
  });

  test('a deeply nested page is shown with its text', () => {
    const html = `<title>Deep</title>${'<div>'.repeat(20_000)}<p>the core of it all</p>`;
    expect(htmlToPage({ html, url }).text).toContain('the core of it all');
  });

  test('paragraphs, items and cells without end tags are side by side, however many there are', () => {
    const body = parseHtml(
      `<ul>${'<li>item<p>para <b>graph'.repeat(1000)}</ul><table>${'<tr><td>1<th>2'.repeat(9)}`,
    );
    expect(countOf(body, 'li')).toBe(1000);
    expect(elementsOf(body).map(({ localName }) => localName)).toEqual(['ul', 'table']);
    expect(depthOf(body)).toBeLessThan(10);
    expect(
      [...descendantsOf(body)]
        .filter(({ localName }) => localName === 'tr')
        .map((row) => row.children.length),
    ).toEqual(Array.from({ length: 9 }, () => 2));
  });

  test('an end tag ends nothing outside of its cell or list, and a mark of emphasis no block', () => {
    const html =
      '<div><table><tr><td>a</div>b</td><td>c</td></tr></table>d</div><ul><li>e<ul></li><li>f</ul>g</ul><i><p>h</i> i</p>';
    const names = [...descendantsOf(parseHtml(html))].map(({ localName }) => localName);
    expect(names.join(' ')).toBe('div table tr td td ul li ul li i p');
    expect(parseHtml(html).getElementsByTagName('p')[0]?.textContent).toBe('h i');
  });

  test.each([
    ['an unclosed quotation mark', '<p>before <a href="x>link</a> after', 'before link after'],
    ['an unclosed comment', '<p>before <!-- never closed <p>after', 'before '],
    ['an unclosed script', '<p>before <script>never closed <p>after', 'before '],
    ['an unclosed tag', '<p>before <a href=x', 'before '],
    ['a lone bracket at the end', '<p>before <', 'before <'],
    ['an attribute without value', '<p hidden class = x id>before', 'before'],
  ])('%s spoils no more than it must', (_name, html, text) => {
    expect(parseHtml(html).textContent).toBe(text);
  });

  test('attributes are read by name, the first of each; values too long for an address are left out', () => {
    const [link] = parseHtml(
      `<a HREF='/a?b&amp;c=1&copy=2' href=no title=">" data-x=${'y'.repeat(9000)} onclick=z>x`,
    ).children;
    expect(link?.attributes.map(({ name, value }) => [name, value])).toEqual([
      ['href', '/a?b&c=1&copy=2'],
      ['title', '>'],
    ]);
  });

  test('XHTML may close any element in its tag, and has sections, prefixes and entities of its own', () => {
    const xml = `<?xml version="1.0"?><!DOCTYPE html [<!ENTITY rook "Corvus frugilegus"><!ENTITY x '&lt;'>]>
      <h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title/><h:script><![CDATA[ "</h:script>" ]]></h:script></h:head>
      <h:body><h:p/><h:p title="&rook;">&rook; &x; &amp;&nbsp;<![CDATA[<b>&amp;</b>]]></h:p></h:body></h:html>`;
    const body = parseHtml(xml);
    expect(body.children.map(({ localName }) => localName)).toEqual(['p', 'p']);
    expect(body.children[1]?.getAttribute('title')).toBe('Corvus frugilegus');
    expect(body.children[1]?.textContent).toBe('Corvus frugilegus < &\u00a0<b>&amp;</b>');
  });

  test('a bracket that begins no tag is text', () => {
    expect(htmlToPage({ html: '<p>1 < 2 and 3 > 2 <3</p>', url }).text).toBe('1 < 2 and 3 > 2 <3');
  });

  test('whatever it is given, words that stand outside of markup stay, in their order', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const tag = fc.constantFrom(
      '<p>',
      '</p>',
      '<div>',
      '</div>',
      '<b>',
      '</i>',
      '<li>',
      '<td>',
      '<br/>',
      '<!-- c -->',
      '</div',
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            word,
            tag.map((each) => `${each} `),
          ),
          { maxLength: 40 },
        ),
        (parts) => {
          const html = `<p>start ${parts.filter((part) => part !== '</div ').join(' ')}`;
          const text = parseHtml(html).textContent;
          const words = parts.filter((part) => /^[a-z]/.test(part));
          expect(text.replace(/[^a-z]+/g, ' ').trim()).toBe(['start', ...words].join(' ').trim());
        },
      ),
      { numRuns: 300 },
    );
  });
});
