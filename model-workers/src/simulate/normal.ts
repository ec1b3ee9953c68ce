/** A draw from the standard normal distribution (Box and Muller, 1958), of two uniform ones in [0, 1). */
export function normalOf(random: { next(): number }): number {
  // 1 - x keeps the logarithm finite.
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
