/** How a reduction's work lies in memory, and which loops it asks for. */
import type { View } from "../../backend.ts";
import { collapse, type Layout } from "../reference/layout.ts";

/** The dimensions that stay, with the output's strides and the input's, and those that are reduced, with the input's. */
export interface ReductionLayout {
  readonly kept: Layout;
  readonly reduced: Layout;
}

/** The last `reducedRank` dimensions of `input` against the others. */
export function layoutOf(output: View, input: View, reducedRank: number): ReductionLayout {
  const kept = input.shape.length - reducedRank;
  return {
    kept: collapse(input.shape.slice(0, kept), [output.strides, input.strides.slice(0, kept)]),
    reduced: collapse(input.shape.slice(kept), [input.strides.slice(kept)]),
  };
}

/** What a kernel can walk. Strides are in elements. */
export type Form =
  | { readonly kind: "whole"; readonly length: number }
  | { readonly kind: "rows"; readonly rows: number; readonly rowStride: number; readonly length: number }
  | {
      readonly kind: "columns";
      readonly matrices: number;
      readonly matrixStride: number;
      readonly columns: number;
      readonly rowStride: number;
      readonly rows: number;
    };

/** The form of a reduction whose results lie side by side; `null` where no kernel walks it as it is. */
export function formOf({ kept, reduced }: ReductionLayout): Form | null {
  if (reduced.shape.length !== 1) return null;
  const length = reduced.shape[0]!;
  const stride = reduced.strides[0]![0]!;
  const rank = kept.shape.length;
  if (rank === 0) return stride === 1 ? { kind: "whole", length } : null;
  const [outputStrides, inputStrides] = kept.strides as [readonly number[], readonly number[]];
  if (outputStrides.at(-1) !== 1) return null;
  if (stride === 1)
    return rank === 1 ? { kind: "rows", rows: kept.shape[0]!, rowStride: inputStrides[0]!, length } : null;
  if (inputStrides.at(-1) !== 1 || rank > 2) return null;
  const columns = kept.shape.at(-1)!;
  if (rank === 2 && outputStrides[0] !== columns) return null;
  return {
    kind: "columns",
    matrices: rank === 2 ? kept.shape[0]! : 1,
    matrixStride: rank === 2 ? inputStrides[0]! : 0,
    columns,
    rowStride: stride,
    rows: length,
  };
}
