import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('gives vectors of length 1, the same whatever stands beside a text', async () => {
    const texts = ['A crow.', 'A crow brought a bead, and left it where the bread had been.', words];
    const alone = await Promise.all(texts.map((text) => encoder.encode([`${text}!`])));
    const together = await openEncoder({ cacheFolder: `${cacheFolder}/other`, device: 'cpu', threads: 1 });
    const vectors = await together.encode(texts.map((text) => `${text}!`));
    await together.close();
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
});
