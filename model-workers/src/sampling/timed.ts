import type { Sampled } from '@rookery/shared/api';

/** Notes beside what a policy proposes how long it took, in milliseconds. */
export async function timed<T extends { sampled: Sampled }>(propose: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const proposed = await propose();
  const milliseconds = Math.round((performance.now() - begun) * 10) / 10;
  const { sampled } = proposed;
  return { ...proposed, sampled: { ...sampled, details: { ...sampled.details, milliseconds } } };
}
