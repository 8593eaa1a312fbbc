/** Copies of what views show, for programs that must not share memory. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { duplicate } from "../../settle.ts";
import { contiguousStrides, normalizeDim } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import { sample } from "../samples.ts";
import { narrow, select, slice_dim, stridedBackward } from "./slicing.ts";
import { expand, permute, sameView, squeeze, t, transpose, unsqueeze, viewShape } from "./view.ts";
import { copyOf, type CopyOf } from "./copyOf.ts";
import { unfold } from "./sliding.ts";

/** A copy. Source: `torch.alias_copy`. */
export const alias_copy: CopyOf<typeof sameView> = copyOf("alias_copy", sameView, "AliasBackward0_copy");

/** A copy of what `permute` shows. Source: `torch.permute_copy`. */
export const permute_copy: CopyOf<typeof permute> = copyOf("permute_copy", permute, "PermuteBackward0_copy");

/** A copy of what `transpose` shows. Source: `torch.transpose_copy`. */
export const transpose_copy: CopyOf<typeof transpose> = copyOf(
  "transpose_copy",
  transpose,
  "TransposeBackward0_copy",
);

/** A copy of what `t` shows. Source: `torch.t_copy`. */
export const t_copy: CopyOf<typeof t> = copyOf("t_copy", t, "TBackward0_copy");

/** A copy without the dimensions of size 1: all of them, or those in `dim`. Source: `torch.squeeze_copy`. */
export const squeeze_copy: CopyOf<typeof squeeze> = copyOf(
  "squeeze_copy",
  squeeze,
  ({ dim }) => `SqueezeBackward${dim === null ? 0 : typeof dim === "number" ? 1 : 2}_copy`,
);

/** A copy with a new dimension of size 1. Source: `torch.unsqueeze_copy`. */
export const unsqueeze_copy: CopyOf<typeof unsqueeze> = copyOf(
  "unsqueeze_copy",
  unsqueeze,
  "UnsqueezeBackward0_copy",
);

/** A copy of one slice along a dimension. Source: `torch.select_copy`. */
export const select_copy: CopyOf<typeof select> = copyOf("select_copy", select, "SelectBackward0_copy");

/** A copy of the positions `start` to `end` of one dimension, every `step`-th. Source: `torch.slice_copy`. */
export const slice_copy: CopyOf<typeof slice_dim> = copyOf("slice_copy", slice_dim, "SliceBackward0_copy");

/** A copy of what `Tensor.unfold` shows. Source: `torch.unfold_copy`. */
export const unfold_copy: CopyOf<typeof unfold> = copyOf("unfold_copy", unfold, "UnfoldBackward0_copy");

/** A copy in another shape. Source: `torch.view_copy`. */
export const view_copy: CopyOf<typeof viewShape> = copyOf("view_copy", viewShape, "ViewBackward0_copy");

/** A copy repeated along dimensions of size 1. Source: `torch.expand_copy`. */
export const expand_copy: CopyOf<typeof expand> = copyOf("expand_copy", expand, "ExpandBackward0_copy");

/** A copy of `length` positions of one dimension, from `start` on. @throws as `narrow`. Source: `torch.narrow_copy`. */
export const narrow_copy: Operator<
  GeneralSignature<[dim: number, start: number, length: number], "same", ["dim", "start", "length"]>
> = operator({
  name: "narrow_copy",
  out: true,
  parameters: { input: tensor, dim: integer(), start: integer(), length: integer() },
  forward: ({ input, dim, start, length }) => {
    if (input.ndim > 0 && dim >= input.ndim)
      throw new RuntimeError(
        `narrow_copy: expected dim to be below the number of dimensions (${input.ndim}), but got ${dim}.`,
      );
    return duplicate(narrow(input, dim, start, length));
  },
  vjp: {
    input: (g, { shapes, dim, start }) => {
      const axis = normalizeDim(dim, shapes.input.length);
      const strides = contiguousStrides(shapes.input);
      const from = start < 0 ? start + shapes.input[axis]! : start;
      return stridedBackward(g, shapes.input, g.shape, strides, from * strides[axis]!);
    },
  },
  samples: [() => [sample([5, 2]), 0, 1, 3], () => [sample([2, 5]), 1, -2, 2]],
  errors: [{ args: () => [sample([3]), 0, 1, 3], error: "RuntimeError", message: /exceeds dimension size/ }],
});
