import type { Estimate } from '@rookery/shared/api';
import { percentileInterval, seededRandom } from '@rookery/shared/comparisons';
import { setImmediate } from 'node:timers/promises';

const resamples = 1000;
/** Numbers that are added before others get a turn: some milliseconds. */
const addedAtOnce = 4_000_000;

/**
 * Means over questions with their 95 % intervals by the percentile bootstrap, all of the same draws of whole questions. It is worked out
 * in slices, so that the server goes on answering.
 * @param rows by question, what it adds to each of the means; null where it adds nothing
 * @param seed the same seed and rows give the same intervals
 * @returns by mean; null where no question adds to it, without an interval where only one does
 */
export async function resampledMeans(
  rows: readonly (readonly (number | null)[])[],
  seed: string,
): Promise<(Estimate | null)[]> {
  const width = rows[0]?.length ?? 0;
  const values = Float64Array.from(rows.flatMap((row) => row.map((value) => value ?? 0)));
  const counted = Uint8Array.from(rows.flatMap((row) => row.map((value) => (value === null ? 0 : 1))));
  const sums = new Float64Array(width);
  const counts = new Float64Array(width);
  /** Means with each question taken so many times. */
  const meansOf = (times: Uint32Array): (number | null)[] => {
    sums.fill(0);
    counts.fill(0);
    for (const [question, often] of times.entries()) {
      if (often === 0) continue;
      for (let at = 0, from = question * width; at < width; at += 1) {
        sums[at]! += often * values[from + at]!;
        counts[at]! += often * counted[from + at]!;
      }
    }
    return Array.from(sums, (sum, at) => (counts[at] === 0 ? null : sum / counts[at]!));
  };

  const times = new Uint32Array(rows.length).fill(1);
  const means = meansOf(times);
  const adding = Uint32Array.from(counts);
  const drawn = means.map((): number[] => []);
  const random = seededRandom(seed);
  const inSlice = Math.max(1, Math.floor(addedAtOnce / (rows.length * width + 1)));
  for (let resample = 0; resample < resamples && rows.length > 1; resample += 1) {
    times.fill(0);
    for (let draw = 0; draw < rows.length; draw += 1) times[random.below(rows.length)]! += 1;
    for (const [at, mean] of meansOf(times).entries()) if (mean !== null) drawn[at]!.push(mean);
    if (resample % inSlice === 0) await setImmediate();
  }
  return means.map((value, at) => {
    if (value === null) return null;
    // A single question, drawn again and again, would make it look certain.
    const interval = adding[at]! < 2 ? null : percentileInterval(drawn[at]!);
    return { value, low: interval?.low ?? null, high: interval?.high ?? null };
  });
}
