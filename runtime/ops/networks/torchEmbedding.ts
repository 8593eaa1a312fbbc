/** The lookup of rows as a function of `torch`, which takes the table first. */
import type { ByName } from "../../keywords.ts";
import { int64 } from "../../dtype.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { rowsOf } from "./embedding.ts";
import { given, sample } from "../samples.ts";

/**
 * The rows of `weight` that `indices` number. The row `padding_idx` learns nothing, −1 for none. Gradients are dense, also where `sparse` asks for another layout.
 *
 * @throws IndexError when an index is no row, RuntimeError when indices are not whole numbers or `weight` is no matrix.
 * Source: `torch.embedding`; the usual form is `torch.nn.functional.embedding`.
 */
export const torchEmbedding: Operator<
  ByName<
    FunctionSignature<
      (
        weight: Tensor,
        indices: Tensor,
        padding_idx?: number,
        scale_grad_by_freq?: boolean,
        sparse?: boolean,
      ) => Tensor
    >,
    "weight, indices, padding_idx?, scale_grad_by_freq?, sparse?"
  >
> = composite({
  name: "embedding",
  parameters: {
    weight: tensor,
    indices: tensor,
    padding_idx: integer(-1),
    scale_grad_by_freq: flag(false),
    sparse: flag(false),
  },
  define: ({ weight, indices, padding_idx, scale_grad_by_freq }) =>
    rowsOf(weight, indices, padding_idx, scale_grad_by_freq),
  samples: [() => [sample([3, 2]), given([2, 1, 2], int64), 0]],
});
