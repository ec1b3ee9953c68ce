import { InferenceSession } from 'onnxruntime-node';

/** Where models may run; `cpu` is always there. */
export const devices = ['cpu', 'cuda', 'webgpu'] as const;
export type Device = (typeof devices)[number];

export interface OpenedSession {
  session: InferenceSession;
  /** Where it runs. */
  device: Device;
  /** Why it does not run where it was asked to; null if it does. */
  fallback: string | null;
}

/**
 * The device that the environment asks for by ROOKERY_DEVICE; `cpu` where it says nothing.
 * @throws Error that names the ones there are
 */
export function wantedDevice(env: Record<string, string | undefined>): Device {
  const wanted = env['ROOKERY_DEVICE']?.trim().toLowerCase() || 'cpu';
  const device = devices.find((name) => name === wanted);
  if (device) return device;
  throw new Error(`ROOKERY_DEVICE is "${wanted}": it has to be ${devices.join(', ')}, or left out.`);
}

/**
 * Loads a model. A device that cannot be had is replaced by the CPU, and the reason told. Running a session blocks the
 * thread that runs it, so sessions belong into worker threads.
 */
export async function openSession(
  model: Uint8Array,
  { device, threads }: { device: Device; threads: number },
): Promise<OpenedSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Threads that wait do not use up the cores of others.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
  };
  if (device !== 'cpu') {
    try {
      const session = await InferenceSession.create(model, {
        ...options,
        executionProviders: [device, 'cpu'],
      });
      return { session, device, fallback: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
      const session = await InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
      const fallback = `The device ${device} cannot be used, so models run on the CPU. onnxruntime says: ${reason}`;
      return { session, device: 'cpu', fallback };
    }
  }
  const session = await InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
  return { session, device, fallback: null };
}
