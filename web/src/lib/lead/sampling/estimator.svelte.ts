import { samplingOptionsSchema, type SamplingEstimate, type SamplingOptions } from '@rookery/shared/api';
import { onDestroy } from 'svelte';
import { getSession } from '../../session.svelte.ts';

const waitMs = 300;

/** What samples are asked for; what becomes of them is said elsewhere. */
export type SamplingScope = Omit<SamplingOptions, 'pairing'>;

/** As the API reads nothing but versions. */
export const usualScope: Omit<SamplingScope, 'versionIds'> = samplingOptionsSchema
  .omit({ versionIds: true, pairing: true })
  .parse({});

/** Counts what samples would come to, a moment after whatever is chosen was; to be made while a component is. */
export class Estimator {
  estimate = $state.raw<SamplingEstimate | null>(null);
  isCounting = $state(false);
  error = $state.raw<unknown>(null);
  readonly isComplete = $derived.by(() => {
    const { versionIds, uses } = this.#scope();
    return versionIds.length > 0 && uses.length > 0;
  });
  readonly #session = getSession();
  readonly #projectId: string;
  readonly #scope: () => SamplingScope;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counting = new AbortController();

  constructor(options: { projectId: string; scope: () => SamplingScope }) {
    this.#projectId = options.projectId;
    this.#scope = options.scope;
    $effect(() => {
      const scope = $state.snapshot(this.#scope());
      this.#stop();
      this.isCounting = this.isComplete;
      if (this.isComplete) this.#timer = setTimeout(() => void this.#count(scope), waitMs);
      else this.estimate = null;
    });
    onDestroy(() => this.#stop());
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#counting.abort();
  }

  async #count(scope: SamplingScope): Promise<void> {
    this.#counting = new AbortController();
    const { signal } = this.#counting;
    try {
      const params = { projectId: this.#projectId };
      this.estimate = await this.#session.api.estimateSampling({ params, body: scope, signal });
      this.error = null;
    } catch (thrown) {
      if (signal.aborted) return;
      this.estimate = null;
      this.error = thrown;
    }
    if (!signal.aborted) this.isCounting = false;
  }
}
