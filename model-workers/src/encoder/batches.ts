/** Texts of one run of a model, padded to one shape. */
export interface Batch {
  texts: readonly string[];
  /** Rows of the shape, of which the first ones are the texts. */
  rows: number;
  /** Tokens of a row. */
  length: number;
  /** [rows, length]: 0 where there is no token. */
  ids: BigInt64Array;
  /** [rows, length]: 1 where there is a token. */
  mask: BigInt64Array;
}

/**
 * Puts texts of similar length together. Every batch of one length has the same shape: memory stays what it is, and the same text
 * gets the same vector whatever stands beside it.
 * @param lengths numbers of tokens that rows are padded to, in ascending order; no text has more than the last
 * @param tokens of one batch, with padding
 */
export function batchesOf(
  texts: readonly { text: string; ids: readonly number[] }[],
  { lengths, tokens }: { lengths: readonly number[]; tokens: number },
): Batch[] {
  const byLength = Map.groupBy(texts, ({ ids }) => lengths.find((length) => ids.length <= length)!);
  return [...byLength].flatMap(([length, group]) => {
    const rows = Math.max(1, Math.floor(tokens / length));
    return Array.from({ length: Math.ceil(group.length / rows) }, (_, index) =>
      batchOf(group.slice(index * rows, (index + 1) * rows), { rows, length }),
    );
  });
}

function batchOf(
  part: readonly { text: string; ids: readonly number[] }[],
  { rows, length }: { rows: number; length: number },
): Batch {
  const ids = new BigInt64Array(rows * length);
  const mask = new BigInt64Array(rows * length);
  for (const [row, one] of part.entries()) {
    for (const [place, id] of one.ids.entries()) {
      ids[row * length + place] = BigInt(id);
      mask[row * length + place] = 1n;
    }
  }
  return { texts: part.map(({ text }) => text), rows, length, ids, mask };
}
