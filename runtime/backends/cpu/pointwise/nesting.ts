/** The order in which a kernel visits elements; their places do not depend on it. */
import type { Shape } from "../../../shape.ts";
import { collapse, type Layout } from "../reference/layout.ts";

/** An inner dimension below this size costs more for its loop than for its elements. */
const shortInner = 6;

function permuted({ shape, strides }: Layout, order: readonly number[]): Layout {
  return {
    shape: order.map((dim) => shape[dim]!),
    strides: strides.map((own) => order.map((dim) => own[dim]!)),
  };
}

/** As few nested loops as the strides allow, in the order of the first operand's memory, with a long one innermost. */
export function nest(shape: Shape, strides: readonly (readonly number[])[]): Layout {
  const target = strides[0]!;
  const byMemory = [...shape.keys()].toSorted((a, b) => target[b]! - target[a]!);
  const ordered = permuted({ shape, strides }, byMemory);
  return withLongInner(collapse(ordered.shape, ordered.strides));
}

/** The same layout with another dimension innermost where the last one is short. */
function withLongInner(layout: Layout): Layout {
  const { shape } = layout;
  const last = shape.length - 1;
  if (last < 1 || shape[last]! >= shortInner) return layout;
  const longest = shape.indexOf(Math.max(...shape));
  if (shape[longest]! < 4 * shape[last]!) return layout;
  return permuted(layout, [...shape.keys()].filter((dim) => dim !== longest).concat(longest));
}
