/** What one unit (one pair of answers, on one criterion) adds to the measures of agreement. */
export interface UnitCounts {
  /** Unordered pairs of its ratings: m (m − 1) / 2 for m ratings. */
  ratingPairs: number;
  /** How many of them agree by sign; neutral with not neutral counts half. */
  agreeing: number;
  /** Places in `levels` of the values that it has, and how often it has each. */
  levels: readonly number[];
  counts: readonly number[];
  /** Places in `cells` of the pairs of different values that it has, and its coincidences there. */
  cells: readonly number[];
  coincidences: readonly number[];
}

/** The units of one criterion, counted once, so that a resample of units is additions alone. */
export interface RatingCounts {
  /** The different values that pairable ratings have, ascending. */
  levels: readonly number[];
  /** The cells above the diagonal of the coincidence matrix that are not empty, as places in `levels`. */
  cells: readonly (readonly [low: number, high: number])[];
  /** Units with at least two ratings; the others say nothing about agreement. */
  units: readonly UnitCounts[];
}

/** Sums over units, some of them possibly several times. */
export interface RatingTotals {
  units: number;
  ratingPairs: number;
  agreeing: number;
  /** Per level, how many ratings have it: Krippendorff's n_c. */
  levels: Float64Array;
  /** Per cell, its coincidences: Krippendorff's o_ck, of which o_kc is the same. */
  cells: Float64Array;
}

/**
 * Counts ratings: per unit, the values in [−1, 1] that its raters gave, in any order.
 *
 * @throws RangeError for a value that is no number or outside
 */
export function countRatings(units: readonly (readonly number[])[]): RatingCounts {
  for (const value of units.flat()) {
    if (!(value >= -1 && value <= 1)) throw new RangeError(`A rating has to be in [−1, 1], not ${value}.`);
  }
  const pairable = units.filter((unit) => unit.length >= 2);
  const levels = [...new Set(pairable.flat())].toSorted((a, b) => a - b);
  const placeOf = new Map(levels.map((level, place) => [level, place]));
  const cells: [number, number][] = [];
  const cellOf = new Map<number, number>();
  const placeOfCell = (low: number, high: number): number => {
    const key = low * levels.length + high;
    const known = cellOf.get(key);
    if (known !== undefined) return known;
    cellOf.set(key, cells.length);
    return cells.push([low, high]) - 1;
  };
  return {
    levels,
    cells,
    units: pairable.map((unit) => {
      const countOf = new Map<number, number>();
      for (const value of unit) {
        const place = placeOf.get(value)!;
        countOf.set(place, (countOf.get(place) ?? 0) + 1);
      }
      const own = [...countOf].toSorted(([a], [b]) => a - b);
      const different = own.flatMap(([low, lows], index) =>
        own.slice(index + 1).map(([high, highs]) => ({
          cell: placeOfCell(low, high),
          coincidences: (lows * highs) / (unit.length - 1),
        })),
      );
      return {
        ratingPairs: pairsOf(unit.length),
        agreeing: agreeingOf(unit),
        levels: own.map(([place]) => place),
        counts: own.map(([, count]) => count),
        cells: different.map(({ cell }) => cell),
        coincidences: different.map(({ coincidences }) => coincidences),
      };
    }),
  };
}

function agreeingOf(unit: readonly number[]): number {
  const first = unit.filter((value) => value > 0).length;
  const second = unit.filter((value) => value < 0).length;
  const neutral = unit.length - first - second;
  return pairsOf(first) + pairsOf(second) + pairsOf(neutral) + (neutral * (first + second)) / 2;
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

/** Sums over no unit yet. */
export function emptyTotals({ levels, cells }: RatingCounts): RatingTotals {
  return {
    units: 0,
    ratingPairs: 0,
    agreeing: 0,
    levels: new Float64Array(levels.length),
    cells: new Float64Array(cells.length),
  };
}

/** Adds a unit to totals, in place, so many times. */
export function addUnit(totals: RatingTotals, unit: UnitCounts, times = 1): void {
  totals.units += times;
  totals.ratingPairs += times * unit.ratingPairs;
  totals.agreeing += times * unit.agreeing;
  for (let index = 0; index < unit.levels.length; index += 1)
    totals.levels[unit.levels[index]!]! += times * unit.counts[index]!;
  for (let index = 0; index < unit.cells.length; index += 1)
    totals.cells[unit.cells[index]!]! += times * unit.coincidences[index]!;
}

/** The different units there are, and which of them each unit is: with five points and few raters, most are like others. */
export function kindsOfUnits({ units }: RatingCounts): { kinds: UnitCounts[]; kindOf: Int32Array } {
  const kinds: UnitCounts[] = [];
  const known = new Map<string, number>();
  const kindOf = Int32Array.from(units, (unit) => {
    // The ratings that a unit has say all of it.
    const key = `${unit.levels.join(' ')}/${unit.counts.join(' ')}`;
    const kind = known.get(key) ?? kinds.push(unit) - 1;
    known.set(key, kind);
    return kind;
  });
  return { kinds, kindOf };
}

/** Sums over all units, each once. */
export function totalsOf(counts: RatingCounts): RatingTotals {
  const totals = emptyTotals(counts);
  for (const unit of counts.units) addUnit(totals, unit);
  return totals;
}
