import { describe, expect, test } from 'vitest';
import { changesBetween, shownChanges } from './changes.ts';
import { parseMarkdown, type Block } from './markdown.ts';

const text = (content: string) => ({ kind: 'text', text: content });
const paragraph = (...content: object[]) => ({ kind: 'paragraph', content });

describe('Markdown', () => {
  test.each<[string, unknown[]]>([
    [
      '# How to\n\nCite **all** of it, *always*.',
      [
        { kind: 'heading', depth: 1, content: [text('How to')] },
        paragraph(
          text('Cite '),
          { kind: 'strong', content: [text('all')] },
          text(' of it, '),
          { kind: 'emphasis', content: [text('always')] },
          text('.'),
        ),
      ],
    ],
    [
      '- one\n- two `[1]`',
      [
        {
          kind: 'list',
          isOrdered: false,
          start: 1,
          items: [
            { isChecked: null, content: [paragraph(text('one'))] },
            { isChecked: null, content: [paragraph(text('two '), { kind: 'code', text: '[1]' })] },
          ],
        },
      ],
    ],
    ['> said', [{ kind: 'quote', content: [paragraph(text('said'))] }]],
    ['A&amp;T &#8212; x', [paragraph(text('A&T — x'))]],
  ])('%j is read', (markdown, blocks) => {
    expect(parseMarkdown(markdown)).toEqual(blocks);
  });

  test('links lead to the web or to e-mail, and to nothing else', () => {
    const linksOf = (blocks: Block[]) => JSON.stringify(blocks).match(/"href":"[^"]*"/g) ?? [];
    const markdown =
      '[a](https://a.example) [b](javascript:alert(1)) [c](/projects) [d](data:text/html,x) <e@example.org> [f](JaVaScRiPt:x)';
    expect(linksOf(parseMarkdown(markdown))).toEqual([
      '"href":"https://a.example"',
      '"href":"mailto:e@example.org"',
    ]);
  });

  test('HTML and images are text', () => {
    const shown = JSON.stringify(
      parseMarkdown(
        '<script>alert(1)</script>\n\nx <img src=x onerror=y> ![a crow](https://a.example/c.png)',
      ),
    );
    expect(shown).toContain('<script>alert(1)</script>');
    expect(shown).toContain('[a crow]');
    expect(shown).not.toContain('c.png');
    expect(shown).not.toMatch(/"kind":"html"|"src"/);
  });
});

describe('what changed between two versions', () => {
  const before = '# Title\n\nFirst, wrapped\nin two lines.\n\n- one\n- two\n\nLast.';

  test('is what was added and removed, however it is wrapped', () => {
    const after = '# Title\n\nFirst, wrapped in two lines.\n\n- one\n- three\n\nLast.';
    expect(changesBetween(before, after).filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: '- two' },
      { kind: 'added', text: '- three' },
    ]);
    expect(changesBetween(before, before).every(({ kind }) => kind === 'same')).toBe(true);
  });

  test('is shown with what stands beside it, the rest left out', () => {
    const after = `${before}\n\nNew.`;
    expect(shownChanges(changesBetween(before, after))).toEqual([
      null,
      { kind: 'same', text: 'Last.' },
      { kind: 'added', text: 'New.' },
    ]);
  });
});
