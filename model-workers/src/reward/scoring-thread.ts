import { openEncoder, type Encoder } from '../encoder/index.ts';
import type { Device } from '../onnx/index.ts';
import { serveThread } from '../thread/index.ts';
import type { ScoringAnswers, ScoringRequest } from './messages.ts';
import { loadScorer, scoreInputs, type RewardScorer } from './score-inputs.ts';

/** The thread of the reward models that are open: one after the other, since they share a processor. */

/** By their SHA-256. */
const encoders = new Map<string, Encoder>();
/** By the SHA-256 of their models. */
const scorers = new Map<string, RewardScorer>();
let last: Promise<unknown> = Promise.resolve();

const { signal } = serveThread<ScoringRequest, ScoringAnswers>({
  carryOut(request) {
    const answered = last.then(() => {
      signal.throwIfAborted();
      return carryOut(request);
    });
    last = answered.catch(() => {});
    return answered;
  },
  async close() {
    for (const scorer of scorers.values()) await scorer.head.session.release();
    for (const encoder of encoders.values()) await encoder.close();
  },
});

async function carryOut(request: ScoringRequest): Promise<ScoringAnswers[ScoringRequest['type']]> {
  switch (request.type) {
    case 'open': {
      const { manifest, model } = request;
      const encoder = await useEncoder(request);
      scorers.set(manifest.model.sha256, await loadScorer({ manifest, model, encoder }));
      return { device: encoder.device, fallback: encoder.fallback };
    }
    case 'score':
      return scoreInputs(scorers.get(request.sha256)!, request.inputs);
    default:
      await scorers.get(request.sha256)?.head.session.release();
      scorers.delete(request.sha256);
      return null;
  }
}

/**
 * Each encoder once. The next model has another look at a folder that cannot be opened, or has another encoder in it than this model
 * wants: it may have been mended since.
 */
async function useEncoder(request: Extract<ScoringRequest, { type: 'open' }>): Promise<Encoder> {
  const { folder, cacheFolder, manifest } = request;
  const known = encoders.get(manifest.encoder.sha256);
  if (known) return known;
  const opened = await openEncoder({
    cacheFolder,
    device: request.device as Device,
    threads: 1,
    folder,
    signal,
  });
  const { sha256 } = opened.identity;
  const same = encoders.get(sha256);
  if (same) await opened.close();
  else encoders.set(sha256, opened);
  return same ?? opened;
}
