/** UTF-16 offsets in a text: `start` < `end`. */
export interface TextRange {
  start: number;
  end: number;
}
