import type { Device } from '../onnx/index.ts';
import type { EncoderIdentity } from './identity.ts';

/** An encoder that is loaded, without what keeps its vectors. */
export interface EncoderModel {
  identity: EncoderIdentity;
  /** Where it runs. */
  device: Device;
  /** Why it does not run where it was asked to; null if it does. */
  fallback: string | null;
  /**
   * A vector of length 1 for each of these different texts.
   * @throws the reason of the signal, which is looked at before every batch
   */
  run(texts: readonly string[], signal?: AbortSignal): Promise<Map<string, Float32Array>>;
  release(): Promise<void>;
}
