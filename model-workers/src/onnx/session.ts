import { env, InferenceSession } from 'onnxruntime-node';
import type { Device } from './devices.ts';

/** Of onnxruntime. */
export const runtimeVersion = env.versions.node ?? env.versions.common;

export interface OpenedSession {
  session: InferenceSession;
  /** Where it runs. */
  device: Device;
  /** Why it does not run where it was asked to; null if it does. */
  fallback: string | null;
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
        executionProviders: [device],
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
