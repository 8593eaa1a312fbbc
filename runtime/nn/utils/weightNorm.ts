/** Weights as a length and a direction. Source: `torch/nn/utils/weight_norm.py`; Salimans and Kingma, "Weight Normalization" (2016). */
import { vector_norm } from "../../ops/reductions/norms.ts";
import { normalizeDim } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** The lengths of the slices along a dimension, which the result keeps with the size that it has; of everything for −1. Source: `torch.norm_except_dim`. */
export function lengthsExcept(weight: Tensor, dim: number): Tensor {
  if (dim === -1) return vector_norm(weight);
  const kept = normalizeDim(dim, weight.ndim);
  const others = Array.from(weight.shape, (_, position) => position).filter((position) => position !== kept);
  // Without other dimensions there is nothing to sum over, and no dimension would mean all of them.
  return others.length === 0 ? weight.abs() : vector_norm(weight, 2, others, true);
}

/** A weight of that direction and these lengths. Source: `torch._weight_norm`. */
export function weightOf(direction: Tensor, lengths: Tensor, dim: number): Tensor {
  return direction.mul(lengths.div(lengthsExcept(direction, dim)));
}
