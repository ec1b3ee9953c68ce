import { Tensor } from 'onnxruntime-node';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { FinalFailure } from '../final-failure.ts';
import { encoderIdentity, openEncoder } from './index.ts';

/** A device that gives no numbers. */
vi.mock('../onnx/index.ts', async (original) => ({
  ...(await original<object>()),
  openSession: async () => ({
    session: {
      run: async ({ ids }: { ids: Tensor }) => {
        const rows = ids.dims[0]!;
        const vectors = new Float32Array(rows * encoderIdentity.dimensions).fill(Number.NaN);
        return { vectors: new Tensor('float32', vectors, [rows, encoderIdentity.dimensions]) };
      },
      release: async () => {},
    },
    device: 'cuda',
    fallback: null,
  }),
}));

const cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-encoder-'));
afterAll(() => rm(cacheFolder, { recursive: true }));

test('an encoder that gives no numbers is not tried again, and what it gave is not kept', async () => {
  const encoder = await openEncoder({ cacheFolder, device: 'cuda', threads: 1 });
  const encoding = encoder.encode(['Why do crows bring gifts?']);
  await expect(encoding).rejects.toBeInstanceOf(FinalFailure);
  await expect(encoding).rejects.toThrow(
    /universal-sentence-encoder-lite, run on the device cuda, gives numbers that are not finite.*ROOKERY_DEVICE=cpu/,
  );
  await encoder.close();
  const kept = `${encoderIdentity.sha256.slice(0, 16)}-cuda.bin`;
  expect(await readFile(path.join(cacheFolder, 'vectors', kept))).toHaveLength(0);
});
