import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decodePage } from './decode.ts';

const bytes = (text: string, encoding: string) => iconv.encode(text, encoding);

describe('the encoding of a page', () => {
  test('is that of its byte order mark before anything else', () => {
    const marked = iconv.encode('<meta charset="windows-1252">Ä', 'utf-16', { addBOM: true });
    expect(decodePage(marked, 'text/html; charset=iso-8859-5')).toEqual({
      text: '<meta charset="windows-1252">Ä',
      encoding: 'utf-16le',
      isGuessed: false,
    });
  });

  test('is UTF-16 without a mark where markup begins with a zero beside its bracket', () => {
    expect(decodePage(iconv.encode('<p>Łódź', 'utf-16be'))).toMatchObject({
      text: '<p>Łódź',
      encoding: 'utf-16be',
    });
  });

  test('is that of its header before that of its meta element', () => {
    const text = '<meta charset="utf-8">Привет';
    expect(decodePage(bytes(text, 'koi8-r'), 'text/html; charset="KOI8-R"')).toEqual({
      text,
      encoding: 'koi8-r',
      isGuessed: false,
    });
  });

  test.each([
    ['<meta charset=shift_jis>日本', 'shift_jis'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Привет', 'windows-1251'],
    ['<?xml version="1.0" encoding="iso-8859-2"?>Łódź', 'iso-8859-2'],
  ])('is what the document declares: %s', (text, encoding) => {
    expect(decodePage(bytes(text, encoding)).text).toBe(text);
  });

  test('is windows-1252 where it says ISO 8859-1, as everywhere on the web', () => {
    expect(decodePage(Buffer.from([...Buffer.from('<meta charset="iso-8859-1">'), 0x93, 0x80])).text).toMatch(
      /“€$/,
    );
  });

  test('is UTF-8 without a declaration, and windows-1252 for what is no UTF-8', () => {
    expect(decodePage(Buffer.from('naïve')).encoding).toBe('utf-8');
    expect(decodePage(Buffer.from('naïve', 'latin1'))).toEqual({
      text: 'naïve',
      encoding: 'windows-1252',
      isGuessed: true,
    });
  });

  test('is guessed where the declared one does not exist', () => {
    expect(decodePage(Buffer.from('<meta charset="klingon">ä')).text).toBe('<meta charset="klingon">ä');
  });
});
