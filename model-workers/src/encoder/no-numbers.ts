import { FinalFailure } from '../final-failure.ts';
import type { Device } from '../onnx/index.ts';

/** Says that an encoder gives vectors that nothing can be done with; to try again would give the same. */
export function noNumbers({ encoder, device }: { encoder: string; device: Device }): FinalFailure {
  const advice =
    device === 'cpu' ? 'Use another one.' : 'Run it on the CPU (ROOKERY_DEVICE=cpu), or use another one.';
  return new FinalFailure(
    `The encoder ${encoder}, run on the device ${device}, gives numbers that are not finite, or nothing but zeros. ${advice}`,
  );
}
