/** Weights as a length and a direction. Source: `torch/nn/utils/weight_norm.py`; Salimans and Kingma, "Weight Normalization" (2016). */
import { float32 } from "../../dtype.ts";
import { vector_norm } from "../../ops/reductions/norms.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** The lengths of the slices along a dimension, which the result keeps with the size that it has; of everything for −1. Source: `torch.norm_except_dim`. */
function lengthsExcept(weight: Tensor, dim: number): Tensor {
  if (dim === -1) return vector_norm(weight);
  const kept = normalizeDim(dim, weight.ndim);
  const others = Array.from(weight.shape, (_, position) => position).filter((position) => position !== kept);
  // Without other dimensions there is nothing to sum over, and no dimension would mean all of them.
  return others.length === 0 ? weight.abs() : vector_norm(weight, 2, others, true);
}

/** So many numbers PyTorch's kernel adds side by side. */
const vector = 8;

/** The root of the sum of squares of a row, rounded in each place where PyTorch's kernel for float32 rounds. Source: `norm_kernel_tensor_iterator_impl`, as compiled for AVX2. */
function roundedLength(row: Float32Array): number {
  const square = (i: number): number => Math.fround(row[i]! * row[i]!); // a place in the row
  const sums = new Float32Array(vector);
  let at = 0;
  for (; at + vector <= row.length; at += vector) for (let i = 0; i < vector; i++) sums[i]! += square(at + i); // it has as many
  let sum = sums.reduce((total, each) => Math.fround(total + each));
  for (; at + 4 <= row.length; at += 4) for (let i = 0; i < 4; i++) sum = Math.fround(sum + square(at + i));
  // The last ones are multiplied and added in one operation, which rounds once.
  for (; at < row.length; at++) sum = Math.fround(sum + row[at]! * row[at]!); // a place in the row
  return Math.fround(Math.sqrt(sum));
}

/** The lengths with which a weight begins; of float32 on the CPU PyTorch's very numbers, except along a last dimension that is not the first. */
export function firstLengths(weight: Tensor, dim: number): Tensor {
  const kept = dim === -1 ? -1 : normalizeDim(dim, weight.ndim);
  const isLast = kept > 0 && kept === weight.ndim - 1;
  const isElsewhere = weight.device.type !== "cpu";
  if (isElsewhere || weight.dtype !== float32 || weight.numel() === 0 || isLast)
    return lengthsExcept(weight, dim);
  const plain = weight.detach();
  const rows = kept === -1 ? plain.reshape(1, -1) : plain.transpose(0, kept).reshape(plain.size(kept), -1);
  const lengths = Float32Array.from(
    { length: rows.size(0) },
    (_, i) => roundedLength(rows.select(0, i).reshape(-1).numpy() as Float32Array), // of float32
  );
  const shape = kept === -1 ? [] : weight.shape.map((size, position) => (position === kept ? size : 1));
  return fromArrayOnCpu(lengths, float32, shape);
}

/** A weight of that direction and these lengths. Source: `torch._weight_norm`. */
export function weightOf(direction: Tensor, lengths: Tensor, dim: number): Tensor {
  return direction.mul(lengths.div(lengthsExcept(direction, dim)));
}
