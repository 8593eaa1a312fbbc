import type { Shape } from "../../../shape.ts";

/** Several operands over one shape, with as few dimensions as their strides allow. */
export interface Layout {
  readonly shape: readonly number[];
  /** One list of strides for each operand. */
  readonly strides: readonly (readonly number[])[];
}

/** Drops dimensions of size 1 and joins neighbours that every operand walks in one stride. */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Layout {
  const sizes: number[] = [];
  const kept: number[][] = strides.map(() => []);
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim]!;
    if (size === 1) continue;
    const joins =
      sizes.length > 0 && strides.every((own, operand) => kept[operand]!.at(-1) === own[dim]! * size);
    if (joins) sizes[sizes.length - 1]! *= size;
    else sizes.push(size);
    strides.forEach((own, operand) => {
      const list = kept[operand]!;
      if (joins) list[list.length - 1] = own[dim]!;
      else list.push(own[dim]!);
    });
  }
  return { shape: sizes, strides: kept };
}

/**
 * Calls `visit` with the operands' offsets at the start of each run along the innermost dimension, in row-major order. `offsets` is reused from
 * call to call.
 */
export function forEachRun(
  layout: Layout,
  start: readonly number[],
  visit: (offsets: readonly number[], size: number) => void,
): void {
  const { shape, strides } = layout;
  if (shape.includes(0)) return;
  const offsets = [...start];
  const rank = shape.length;
  if (rank <= 1) {
    visit(offsets, shape[0] ?? 1);
    return;
  }
  const index = new Int32Array(rank - 1);
  const size = shape[rank - 1]!;
  for (;;) {
    visit(offsets, size);
    let dim = rank - 2;
    for (; dim >= 0; dim--) {
      for (let operand = 0; operand < offsets.length; operand++) offsets[operand]! += strides[operand]![dim]!;
      if (++index[dim]! < shape[dim]!) break;
      for (let operand = 0; operand < offsets.length; operand++)
        offsets[operand]! -= strides[operand]![dim]! * shape[dim]!;
      index[dim] = 0;
    }
    if (dim < 0) return;
  }
}

/** Stride of an operand along the innermost dimension. */
export function innerStride(layout: Layout, operand: number): number {
  return layout.strides[operand]!.at(-1) ?? 0;
}
