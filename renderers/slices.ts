/** A tensor seen as two-dimensional slices over its last two dimensions; a vector is one row, a scalar one cell. */
export interface Slices {
  readonly rows: number;
  readonly columns: number;
  /** How many slices there are. */
  readonly count: number;
  /** How many of them are shown: the first ones. */
  readonly shown: number;
  /** Sizes of the dimensions in front of the last two. */
  readonly leading: readonly number[];
}

/** More slices than this are not looked at one by one. */
const MAX_SLICES = 16;

/** The slices of a tensor of that shape; see {@link Slices}. */
export function slicesOf(shape: readonly number[]): Slices {
  const leading = shape.slice(0, -2);
  const count = leading.reduce((product, size) => product * size, 1);
  return {
    rows: shape.at(-2) ?? 1,
    columns: shape.at(-1) ?? 1,
    count,
    shown: Math.min(count, MAX_SLICES),
    leading,
  };
}

/** Index of a slice in the leading dimensions: number 4 of leading `[2, 3]` is `[1, 1]`. */
export function sliceIndex(slice: number, leading: readonly number[]): number[] {
  const index: number[] = [];
  for (let rest = slice, d = leading.length - 1; d >= 0; d--) {
    const size = leading[d] ?? 1;
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** How a slice is written as an index: `[1, 1, :, :]`. */
export function sliceLabel(slice: number, leading: readonly number[]): string {
  return `[${[...sliceIndex(slice, leading), ":", ":"].join(", ")}]`;
}
