import { canonicalPage } from '@rookery/shared/browser';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NotAPage } from './convert.ts';
import { createPageConverter, type PageConverter } from './converter.ts';
import { difficultDocuments } from '../../../test/difficult-documents.ts';

let converter: PageConverter;

const page = (name: string) => ({
  url: `https://example.org/${name}`,
  type: 'html' as const,
  content: Buffer.from(`<title>${name}</title><p>The page ${name} has some words.</p>`),
});

describe('the page converter', () => {
  afterEach(() => converter.close());

  test('converts many documents in few threads, each to its own page', async () => {
    converter = createPageConverter({ threads: 2 });
    const names = Array.from({ length: 20 }, (_, index) => `page-${index}`);
    const converted = await Promise.all(names.map((name) => converter.convert(page(name))));
    expect(converted.map((each) => each.page.title)).toEqual(names);
    for (const { page, hash } of converted) {
      expect(hash).toBe(createHash('sha256').update(canonicalPage(page)).digest('hex'));
    }
  });

  test('gives up a document that takes too long, and says so', async () => {
    converter = createPageConverter({ timeoutMs: 1 });
    const deep = { ...page('slow'), content: '<table><tr><td>x'.repeat(1_000_000) };
    await expect(converter.convert(deep)).rejects.toThrow('took longer than 0.001 s to be read');
  });

  test('says of binary data that it is no page', async () => {
    converter = createPageConverter({ threads: 1 });
    const binary = {
      ...page('binary'),
      content: Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 9)),
    };
    await expect(converter.convert(binary)).rejects.toThrow(NotAPage);
    await expect(converter.convert(page('next'))).resolves.toMatchObject({ page: { title: 'next' } });
  });

  test('rejects what is under way when it is closed', async () => {
    converter = createPageConverter({ threads: 1 });
    const underWay = [converter.convert(page('a')), converter.convert(page('b'))];
    const settled = Promise.allSettled(underWay);
    await converter.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

// How long each takes is a matter of the benchmark `pages`.
describe('a document that is hard on a converter', { timeout: 70_000 }, () => {
  beforeAll(() => {
    converter = createPageConverter({ threads: 1, timeoutMs: 60_000 });
  });
  afterAll(() => converter.close());

  test.each(difficultDocuments)('$name: $becomes', async ({ type, becomes, content }) => {
    const source = { url: 'https://example.org/difficult', type, content: content() };
    const outcome = await converter.convert(source).then(
      ({ page }) => page.kind,
      (error: unknown) => (error instanceof NotAPage ? 'problem' : String(error)),
    );
    expect(becomes === 'either' ? ['page', 'problem'] : [becomes]).toContain(outcome);
  });
});
