import { existsSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encoderIdentity, openEncoder, type Encoder } from './index.ts';
import { createTokenizer, type EncoderTokenizer } from './tokenizer.ts';
import { openVectorCache } from './vector-cache.ts';
import { readVocabulary } from './weights.ts';

const words = Array.from({ length: 300 }, (_, index) => `word${index}`).join(' ');

describe('the encoder', () => {
  let cacheFolder: string;
  let encoder: Encoder;
  beforeAll(async () => {
    cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-encoder-'));
    encoder = await openEncoder({ cacheFolder, device: 'cpu', threads: 1 });
  });
  afterAll(async () => {
    await encoder.close();
    await rm(cacheFolder, { recursive: true });
  });

  // From the original, run by TensorFlow.js; the greatest difference of a number was 5e-7.
  it.each([
    ['Why do crows bring gifts?', [0.0005772, 0.01573702, -0.02208507, 0.04733901, -0.00100962]],
    ['The tides are caused by the Moon.', [0.01589982, -0.04593674, 0.05856819, 0.05751493, 0.03804198]],
  ])('gives %j the vector that the original gives it', async (text, expected) => {
    const [vector] = await encoder.encode([text]);
    expect(vector).toHaveLength(encoderIdentity.dimensions);
    for (const [index, value] of expected.entries()) expect(vector![index]).toBeCloseTo(value, 5);
  });

  it('gives vectors of length 1, the same whatever stands beside a text and whether or not they can be kept', async () => {
    const texts = ['A crow.', 'A crow brought a bead, and left it where the bread had been.', words];
    const alone = await Promise.all(texts.map((text) => encoder.encode([`${text}!`])));
    const noFolder = path.join(cacheFolder, 'no-folder');
    await writeFile(noFolder, '');
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const together = await openEncoder({ cacheFolder: noFolder, device: 'cpu', threads: 1 });
    const vectors = await together.encode(texts.map((text) => `${text}!`));
    await together.close();
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
    for (const [index, vector] of vectors.entries()) {
      expect(vector).toEqual(alone[index]![0]);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
  });

  it('puts texts that mean the same nearer than others', async () => {
    const [one, same, other] = await encoder.encode([
      'How old can a parrot get?',
      'What age do parrots reach?',
      'The loan is paid back in instalments.',
    ]);
    const cosine = (vector: Float32Array): number =>
      vector.reduce((sum, value, index) => sum + value * one![index]!, 0);
    expect(cosine(same!)).toBeGreaterThan(cosine(other!) + 0.3);
  });
});

describe('the tokenizer', () => {
  let tokenizer: EncoderTokenizer;
  beforeAll(async () => {
    tokenizer = createTokenizer(await readVocabulary());
  });

  // Ids of the original's tokenizer.
  it.each([
    ['Why do crows bring gifts?', [967, 64, 598, 1385, 7, 907, 2615, 7, 54]],
    ['ﬁne ½ ＡＢＣ', [839, 207, 7935, 288, 74, 2512]],
    ['烏鴉 x', [30, 0, 649]],
    ['  two \n\t words ', [174, 883]],
    ['', [0]],
  ])('cuts %j as the original does', (text, ids) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  it('reads no marks out of a text, and at most 128 tokens', () => {
    expect(tokenizer.encode('<s> \uffff1')).not.toContain(1);
    expect(tokenizer.encode(words)).toHaveLength(128);
  });
});

describe('the cache of vectors', () => {
  let cacheFolder: string;
  const open = () => openVectorCache({ cacheFolder, name: 'test', dimensions: 3, mostInMemory: 2 });
  const file = () => path.join(cacheFolder, 'vectors', 'test.bin');
  const vectorOf = (text: string): Float32Array => Float32Array.of(text.length, 1, 0);
  const write = async (texts: string[]): Promise<void> => {
    const cache = await open();
    await cache.write(new Map(texts.map((text) => [text, vectorOf(text)])));
    await cache.close();
  };
  const read = async (texts: string[]): Promise<Map<string, Float32Array>> => {
    const cache = await open();
    const found = await cache.read(texts);
    await cache.close();
    return found;
  };

  beforeAll(async () => {
    cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-vectors-'));
  });
  afterAll(() => rm(cacheFolder, { recursive: true }));

  it('keeps vectors for later processes, beyond what memory holds', async () => {
    await write(['a', 'bb', 'ccc', 'dddd']);
    const found = await read(['a', 'bb', 'ccc', 'dddd', 'none']);
    expect([...found]).toEqual(['a', 'bb', 'ccc', 'dddd'].map((text) => [text, vectorOf(text)]));
  });

  it('passes over records that a crash or a disk damaged, wherever they are', async () => {
    const { size } = await stat(file());
    await truncate(file(), size - 5);
    await write(['after a torn one']);
    await appendFile(file(), Buffer.from('rubbish \u0000vector1 rubbish'));
    await write(['after rubbish']);
    const found = await read(['a', 'ccc', 'dddd', 'after a torn one', 'after rubbish']);
    expect([...found.keys()]).toEqual(['a', 'ccc', 'after a torn one', 'after rubbish']);
  });

  it('shows what other processes add meanwhile', async () => {
    const cache = await open();
    await write(['from elsewhere']);
    expect((await cache.read(['from elsewhere'])).size).toBe(1);
    await cache.close();
  });

  it('begins anew beside a file that is none', async () => {
    await writeFile(file(), Buffer.alloc(1000, 7));
    await write(['new']);
    expect((await read(['new'])).get('new')).toEqual(vectorOf('new'));
    expect(await readdir(path.join(cacheFolder, 'vectors'))).toEqual(['test.bin']);
  });

  it('is read by several at once', async () => {
    const cache = await openVectorCache({ cacheFolder, name: 'at-once', dimensions: 3, mostInMemory: 1 });
    const other = await openVectorCache({ cacheFolder, name: 'at-once', dimensions: 3 });
    // More than one append holds.
    const texts = Array.from({ length: 3000 }, (_, index) => `text ${'x'.repeat(index)}`);
    await other.write(new Map(texts.map((text) => [text, vectorOf(text)])));
    await other.close();
    const asked = [texts.slice(0, 20), texts.slice(-20)];
    const found = await Promise.all(asked.map((some) => cache.read(some)));
    await cache.close();
    for (const [place, some] of asked.entries())
      expect([...found[place]!]).toEqual(some.map((text) => [text, vectorOf(text)]));
  });

  it('never gives one text the vector of another', async () => {
    await rm(file());
    await write(['a', 'bb']);
    const cache = await open();
    await cache.read(['none']);
    const bytes = await readFile(file());
    await writeFile(
      file(),
      Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]),
    );
    expect((await cache.read(['a', 'bb'])).size).toBe(0);
    await cache.close();
  });

  describe('where nothing can be kept', () => {
    /** The texts found again, and the warnings. */
    const keep = async (folder: string): Promise<{ found: string[]; told: unknown[] }> => {
      const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      try {
        const cache = await openVectorCache({ cacheFolder: folder, name: 'test', dimensions: 3 });
        for (const text of ['a', 'bb']) await cache.write(new Map([[text, vectorOf(text)]]));
        const found = await cache.read(['a', 'bb', 'none']);
        await cache.close();
        return { found: [...found.keys()], told: warnings.mock.calls.map(([warning]) => warning) };
      } finally {
        warnings.mockRestore();
      }
    };

    const inMemory = { found: ['a', 'bb'], told: [expect.stringContaining('ROOKERY_CACHE_DIR')] };

    it('goes on in memory if the folder cannot be made', async () => {
      const folder = path.join(cacheFolder, 'a-file');
      await writeFile(folder, '');
      expect(await keep(folder)).toEqual(inMemory);
    });

    it.skipIf(!existsSync('/dev/full'))('goes on in memory if the disk is full', async () => {
      const folder = path.join(cacheFolder, 'full');
      await mkdir(path.join(folder, 'vectors'), { recursive: true });
      await symlink('/dev/full', path.join(folder, 'vectors', 'test.bin'));
      expect(await keep(folder)).toEqual(inMemory);
    });
  });
});
