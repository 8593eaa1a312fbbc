/** A rectangle of numbers, row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Where the numbers of a slice lie, and how large the blocks are of which one number is kept. */
export interface BlockOptions {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Of a block, the element farthest from here is kept. */
  readonly centre: number;
}

/**
 * Keeps of each block what must not be overlooked: a NaN if there is one, else an infinity, else the element farthest from
 * `centre`. A mean would hide the one exploding weight that the picture was drawn for.
 */
export function downSample(values: ArrayLike<number> | ArrayLike<bigint>, options: BlockOptions): Grid {
  const { offset, blockRows, blockColumns, centre } = options;
  const rows = Math.ceil(options.rows / blockRows);
  const columns = Math.ceil(options.columns / blockColumns);
  const kept = new Float64Array(rows * columns);
  const farthest = new Float64Array(rows * columns).fill(-1);
  for (let r = 0, i = offset; r < options.rows; r++) {
    const row = Math.floor(r / blockRows) * columns;
    for (let c = 0; c < options.columns; c++, i++) {
      const value = Number(values[i]);
      const distance = value === value ? Math.abs(value - centre) : Infinity; // NaN is the one value unlike itself.
      const at = row + Math.floor(c / blockColumns);
      if (distance > (farthest[at] ?? 0) || value !== value) {
        farthest[at] = distance;
        kept[at] = value;
      }
    }
  }
  return { rows, columns, values: kept };
}
