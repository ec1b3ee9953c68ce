/** Numbers that look random and are the same for the same seed. For draws, not for secrets. */
export interface SeededRandom {
  /** A double in [0, 1), a multiple of 2⁻⁵³, each as likely as the other. */
  next(): number;
  /** A whole number in [0, n), without bias. @throws RangeError unless n is a whole number from 1 to 2³² */
  below(n: number): number;
  /** The items in an order of which each is as likely as the other; the list handed in stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
  /** `count` different places of the list, in random order. @throws RangeError unless 0 ≤ count ≤ the list's length */
  sample<T>(items: readonly T[], count: number): T[];
}

/** Four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/** A generator for a seed; the number 7 and the text `7` are the same seed. Two lists of draws need two seeds: `draw 7`, `order 7`. */
export function seededRandom(seed: string | number): SeededRandom {
  const next32 = xoshiro128(stateOf(String(seed)));
  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > range)
      throw new RangeError(`There is no whole number in [0, ${n}) to draw.`);
    let word = next32();
    // What is above the last whole multiple of n would favour the small numbers; only the last n words can be.
    while (word > range - n && word >= range - (range % n)) word = next32();
    // Whole numbers of 32 bits are divided several times as fast as others.
    return n === range ? word : (word >>> 0) % (n >>> 0);
  };
  const sample = <T>(items: readonly T[], count: number): T[] => {
    if (!Number.isInteger(count) || count < 0 || count > items.length)
      throw new RangeError(`${count} of ${items.length} cannot be drawn.`);
    // Durstenfeld's shuffle (Communications of the ACM 7, 1964, algorithm 235), stopped after `count` items.
    const left = [...items];
    for (let place = 0; place < count; place += 1) {
      const chosen = place + below(left.length - place);
      [left[place], left[chosen]] = [left[chosen]!, left[place]!];
    }
    return left.slice(0, count);
  };
  return {
    next: () => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53,
    below,
    shuffle: (items) => sample(items, items.length),
    sample,
  };
}

/** xoshiro128** 1.1 (Blackman and Vigna, 2018, public domain, https://prng.di.unimi.it/xoshiro128starstar.c): words in [0, 2³²). */
export function xoshiro128(state: RandomState): () => number {
  let [a, b, c, d] = state;
  return () => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return word;
  };
}

const range = 2 ** 32;

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** 128 bits of a seed: FNV-1a over its UTF-16 units from four bases, each word mixed as by MurmurHash3's end. */
function stateOf(seed: string): RandomState {
  const words = [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162].map((basis) => {
    let word = basis;
    for (let index = 0; index < seed.length; index += 1)
      word = Math.imul(word ^ seed.charCodeAt(index), 0x01000193);
    return mixed(word);
  });
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return (a | b | c | d) === 0 ? [1, b, c, d] : [a, b, c, d];
}

function mixed(word: number): number {
  let left = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  left = Math.imul(left ^ (left >>> 13), 0xc2b2ae35);
  return left ^ (left >>> 16);
}
