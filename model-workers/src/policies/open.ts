import type { SamplingPolicy, WorkerDescription } from '@rookery/shared/api';
import type { Logger } from 'pino';
import type { Endpoint } from '../endpoints.ts';
import { FinalFailure } from '../final-failure.ts';
import { openEndpoint } from './endpoint/index.ts';
import { loadModel } from './model-cache.ts';
import type { Policy } from './policy.ts';

export interface OpenPoliciesOptions {
  cacheFolder: string;
  endpoints: ReadonlyMap<string, Endpoint>;
  log: Logger;
  /** Told when other models are loaded than before. */
  onChange?: () => void;
}

/** The policies a process has opened, each version once, for all jobs that ask for it. */
export interface OpenPolicies {
  /**
   * Has `work` done with a policy, which stays open meanwhile and a while longer.
   * @param download gets the model file; asked when it is in no cache.
   * @throws FinalFailure when this worker cannot open it.
   */
  use<T>(
    policy: SamplingPolicy,
    download: () => Promise<Uint8Array>,
    work: (policy: Policy) => Promise<T>,
  ): Promise<T>;
  /** What the models that are open run on, and their files. */
  describe(): Pick<WorkerDescription, 'device' | 'models'>;
  close(): Promise<void>;
}

interface Entry {
  version: SamplingPolicy;
  opening: Promise<Policy>;
  /** Null until it is open. */
  policy: Policy | null;
  users: number;
}

/** Policies that nobody uses stay open until there are more than so many. */
const mostOpen = 4;

export function openPolicies(options: OpenPoliciesOptions): OpenPolicies {
  const { log, onChange } = options;
  /** The one used last is the last. */
  const entries = new Map<string, Entry>();
  const closing = new AbortController();

  const open = (version: SamplingPolicy, download: () => Promise<Uint8Array>): Entry => {
    const opening = openPolicy({ ...options, version, download, signal: closing.signal });
    const entry: Entry = { version, opening, policy: null, users: 0 };
    opening.then(
      (policy) => {
        entry.policy = policy;
        onChange?.();
      },
      () => entries.get(version.id) === entry && entries.delete(version.id),
    );
    return entry;
  };

  async function take(version: SamplingPolicy, download: () => Promise<Uint8Array>): Promise<Entry> {
    const known = entries.get(version.id);
    const entry = known ?? open(version, download);
    entries.delete(version.id);
    entries.set(version.id, entry);
    entry.users += 1;
    try {
      await entry.opening;
      return entry;
    } catch (error) {
      entry.users -= 1;
      // Another job opened it, and may have been cancelled meanwhile.
      if (known !== undefined && !closing.signal.aborted) return take(version, download);
      throw error;
    }
  }

  async function closeIdle(): Promise<void> {
    for (const [id, { policy, users }] of entries) {
      if (entries.size <= mostOpen) return;
      if (users > 0 || policy === null) continue;
      entries.delete(id);
      onChange?.();
      await policy.close();
    }
  }

  return {
    async use(version, download, work) {
      const entry = await take(version, download);
      try {
        return await work(await entry.opening);
      } finally {
        entry.users -= 1;
        await closeIdle().catch((error: unknown) => log.warn({ err: error }, 'a policy was not closed'));
      }
    },
    describe() {
      const open = [...entries.values()].filter(({ policy }) => policy !== null);
      const rankers = open.flatMap(({ version, policy }) =>
        version.kind === 'ranker' ? [{ version, device: policy!.device }] : [],
      );
      const models = new Map(
        rankers.flatMap(({ version: { name, version, manifest } }) => [
          [manifest.model.sha256, `${name} ${version}`],
          [manifest.encoder.sha256, manifest.encoder.name],
        ]),
      );
      return {
        device: [...new Set(rankers.map(({ device }) => device))].join(', ').slice(0, 200) || 'cpu',
        models: [...models].slice(0, 50).map(([sha256, name]) => ({ sha256, name: name.slice(0, 200) })),
      };
    },
    async close() {
      closing.abort();
      const closed = [...entries.values()].map(({ opening }) => opening.then((policy) => policy.close()));
      entries.clear();
      await Promise.allSettled(closed);
    },
  };
}

async function openPolicy(
  options: OpenPoliciesOptions & {
    version: SamplingPolicy;
    download: () => Promise<Uint8Array>;
    signal: AbortSignal;
  },
): Promise<Policy> {
  const { version, cacheFolder, endpoints, download, log, signal } = options;
  if (version.kind === 'endpoint') {
    const { settings } = version;
    const endpoint = endpoints.get(settings.endpoint);
    if (endpoint !== undefined) return openEndpoint({ settings, endpoint });
    throw new FinalFailure(
      `This worker has no endpoint ${settings.endpoint}: set ROOKERY_ENDPOINT_${settings.endpoint}_URL in the environment of every worker that samples, start it again, and try the job again.`,
    );
  }
  const { manifest } = version;
  const model = await loadModel({ sha256: manifest.model.sha256, cacheFolder, download, log });
  // The runtime of models is loaded by whoever needs it first.
  const { openRanker } = await import('./ranker/index.ts');
  return openRanker({ manifest, model, cacheFolder, signal });
}
