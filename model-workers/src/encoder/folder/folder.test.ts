import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoderFolderOf, readEncoderFolders } from '../../encoder-folders.ts';
import { FinalFailure } from '../../final-failure.ts';
import { openEncoder, type Encoder } from '../index.ts';
import { dimensions, makeEncoderFolder, type FolderOptions } from './testing.ts';

let cacheFolder: string;
const folders: string[] = [];
beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-cache-'));
});
afterAll(async () => {
  for (const folder of [cacheFolder, ...folders]) await rm(folder, { recursive: true });
});

async function open(options: FolderOptions = {}, signal?: AbortSignal): Promise<Encoder> {
  const made = await makeEncoderFolder(options);
  folders.push(made);
  const folder = { name: 'TINY', path: made };
  return openEncoder({ cacheFolder, device: 'cpu', threads: 1, folder, ...(signal && { signal }) });
}

/** The vector of a row of tokens, by hand. */
function expectedOf(ids: number[]): number[] {
  const sum = Array.from({ length: dimensions }, (_, place) =>
    ids.reduce((total, id) => total + (place === 0 ? 1 : Math.sin(3 * id + place)), 0),
  );
  return sum.map((value) => value / Math.hypot(...sum));
}

describe('the encoder of a folder', () => {
  it.each([
    { what: 'the mean of its tokens', files: {}, ids: [2, 4, 5, 6, 3] },
    {
      what: 'its first token',
      files: { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } },
      ids: [2],
    },
  ])('gives a text $what, of length 1', async ({ files, ids }) => {
    const encoder = await open({ files, hasTokenTypes: true });
    const [vector] = await encoder.encode(['Crow brings GIFTS']);
    for (const [at, value] of expectedOf(ids).entries()) expect(vector![at]).toBeCloseTo(value, 5);
    await encoder.close();
  });

  it('gives the same vector whatever stands beside a text, and cuts what is too long', async () => {
    const encoder = await open();
    const long = 'crow '.repeat(100);
    const texts = ['', 'moon', 'tides moon gifts', long, 'unknown'];
    const vectors = await encoder.encode(texts);
    const others = await open({ files: { 'tokenizer_config.json': null } });
    for (const [index, text] of texts.entries()) {
      await others.encode([`${text} `]);
      expect((await others.encode([`${text} `]))[0]).toEqual(vectors[index]);
    }
    for (const [at, value] of expectedOf([2, ...Array.from({ length: 18 }, () => 4), 3]).entries())
      expect(vectors[3]![at]).toBeCloseTo(value, 5);
    expect(others.identity).toEqual(encoder.identity);
    expect(encoder.identity).toMatchObject({ name: 'TINY', version: '1', dimensions });
    await encoder.close();
    await others.close();
  });

  it('stops between two batches when it is told to', async () => {
    const stop = new AbortController();
    const encoder = await open({}, stop.signal);
    const encoding = encoder.encode(Array.from({ length: 1000 }, (_, index) => `stopped ${index}`));
    await setImmediate();
    stop.abort(new Error('enough'));
    await expect(encoding).rejects.toThrow('enough');
    await encoder.close();
  });

  it('is another encoder with another model, tokenizer or pooling', async () => {
    const pooling = { '1_Pooling/config.json': { pooling_mode: 'cls' } };
    const encoders = [await open(), await open({ first: 2 }), await open({ files: pooling })];
    expect(new Set(encoders.map(({ identity }) => identity.sha256)).size).toBe(3);
    for (const encoder of encoders) await encoder.close();
  });

  it.each<[string, FolderOptions, string]>([
    ['lacks its model', { files: { 'onnx/model.onnx': null } }, 'lacks onnx/model.onnx'],
    ['lacks its tokenizer', { files: { 'tokenizer.json': null } }, 'lacks tokenizer.json'],
    ['lacks its configuration', { files: { 'config.json': null } }, 'lacks config.json'],
    ['has a damaged file', { files: { 'config.json': '{' } }, 'config.json is damaged'],
    ['has no ONNX file', { files: { 'onnx/model.onnx': 'version https://git-lfs' } }, 'no ONNX file'],
    ['is quantised', { isQuantised: true }, 'is quantised (DynamicQuantizeLinear)'],
    ['gives what is no number', { first: Number.NaN }, 'numbers that are not finite'],
    [
      'has other dimensions',
      { files: { 'config.json': { hidden_size: 5 } } },
      'config.json is of another model',
    ],
    [
      'has another pooling',
      { files: { '1_Pooling/config.json': { pooling_mode_max_tokens: true } } },
      'pooling that is not known',
    ],
    [
      'has a further layer',
      { files: { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] } },
      'a further layer (Dense',
    ],
  ])('is refused where it %s', async (_, options, reason) => {
    const opening = open(options);
    await expect(opening).rejects.toThrow(reason);
    await expect(opening).rejects.toBeInstanceOf(FinalFailure);
  });
});

describe('encoder folders', () => {
  it('are named by the environment', async () => {
    const found = readEncoderFolders({ ROOKERY_ENCODER_MINILM: '/models/minilm', ROOKERY_DEVICE: 'cpu' });
    expect([...found.values()]).toEqual([{ name: 'MINILM', path: '/models/minilm' }]);
    expect(encoderFolderOf('MINILM', found)).toEqual({ name: 'MINILM', path: '/models/minilm' });
    expect(encoderFolderOf('universal-sentence-encoder-lite', found)).toBeNull();
    expect(() => encoderFolderOf('OTHER', found)).toThrow('set ROOKERY_ENCODER_OTHER to its folder');
    expect(() => readEncoderFolders({ ROOKERY_ENCODER_minilm: '/models' })).toThrow('capital letters');
    await writeFile(path.join(cacheFolder, 'file'), '');
    const file = { name: 'FILE', path: path.join(cacheFolder, 'file') };
    await expect(openEncoder({ cacheFolder, device: 'cpu', threads: 1, folder: file })).rejects.toThrow(
      'lacks config.json',
    );
  });
});
