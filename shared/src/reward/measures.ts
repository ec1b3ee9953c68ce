/** How much a stem says: the fewer sentences of the quotes have it, the more. */
export type Rarity = (stem: string) => number;

/** Share of stems, weighted by rarity, that are among others; 0 for none. */
export function overlapOf(
  stems: Iterable<string>,
  { of, rarity }: { of: { has(stem: string): boolean }; rarity: Rarity },
): number {
  let shared = 0;
  let all = 0;
  for (const stem of stems) {
    const weight = rarity(stem);
    all += weight;
    if (of.has(stem)) shared += weight;
  }
  return share(shared, all);
}

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index]! * other[index]!;
  return sum;
}

/** These are 0 where there is nothing to measure. */
export const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
export const shareOf = <T>(items: readonly T[], is: (item: T, index: number) => boolean): number =>
  share(items.filter(is).length, items.length);
export const mean = (values: readonly number[]): number =>
  share(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
export const least = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((one, other) => Math.min(one, other));
export const most = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((one, other) => Math.max(one, other));

/** Length of the longest common subsequence of the stems of two runs of words. */
export function commonLength(one: readonly { stem: string }[], other: readonly { stem: string }[]): number {
  let row = new Uint16Array(other.length + 1);
  for (const { stem } of one) {
    const next = new Uint16Array(row.length);
    for (let place = 1; place < row.length; place += 1)
      next[place] =
        stem === other[place - 1]!.stem ? row[place - 1]! + 1 : Math.max(row[place]!, next[place - 1]!);
    row = next;
  }
  return row.at(-1)!;
}
