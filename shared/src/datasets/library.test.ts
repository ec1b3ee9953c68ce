import { describe, expect, test } from 'vitest';
import { readLibraryRow } from './library.ts';

describe('a row of pages', () => {
  test('has an address and HTML, or text', () => {
    expect(readLibraryRow({ url: ' https://x.example/a ', html: '<p>a', more: 1 }).row).toEqual({
      url: 'https://x.example/a',
      html: '<p>a',
    });
    expect(readLibraryRow({ url: 'http://x.example/', title: 'A', text: '' }).row).toEqual({
      url: 'http://x.example/',
      title: 'A',
      text: '',
    });
  });

  test('has Markdown instead, and nothing beside it', () => {
    expect(readLibraryRow({ url: 'https://x.example/', markdown: '# A' }).row).toMatchObject({
      markdown: '# A',
    });
    expect(readLibraryRow({ url: 'https://x.example/', markdown: '# A', text: 'A' }).problem).toMatch(
      /^needs one of/,
    );
  });

  test.each([
    [{ text: 'a' }, '"url" is missing'],
    [{ url: 'x.example/a', text: 'a' }, '"url" must be an address that begins with http:// or https://'],
    [
      { url: 'javascript:alert(1)', text: 'a' },
      '"url" must be an address that begins with http:// or https://',
    ],
    [{ url: 'https://x.example/' }, 'needs one of "html", "markdown" and "text"'],
    [{ url: 'https://x.example/', text: 5 }, '"text" must be a text'],
  ])('%j is refused with a reason', (value, problem) => {
    expect(readLibraryRow(value)).toEqual({ problem });
  });
});
