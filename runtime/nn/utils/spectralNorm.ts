/** Weights whose largest singular value is 1. Source: `torch/nn/utils/spectral_norm.py`; Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018). */
import { normalize } from "../../ops/reductions/lengths.ts";
import type { Tensor } from "../../tensor.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../convolution.ts";
import type { Module } from "../module.ts";

/** The dimension of a layer's outputs in its weight. */
export function dimOfOutputs(module: Module): number {
  const isTransposed =
    module instanceof ConvTranspose1d ||
    module instanceof ConvTranspose2d ||
    module instanceof ConvTranspose3d;
  return isTransposed ? 1 : 0;
}

/** A weight as a matrix, with that dimension in its rows. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const others = Array.from(weight.shape, (_, position) => position).filter((position) => position !== dim);
  return (dim === 0 ? weight : weight.permute([dim, ...others])).reshape([weight.size(dim), -1]);
}

/** A vector of length 1, drawn at random. */
export function randomDirection(like: Tensor, size: number, eps: number): Tensor {
  return direction(like.detach().new_empty([size]).normal_(0, 1), eps);
}

/** A vector of the same direction and length 1. */
export function direction(vector: Tensor, eps: number): Tensor {
  return normalize(vector, { dim: 0, eps });
}

/** A weight divided by what the two singular vectors say of its largest singular value. */
export function divided(weight: Tensor, matrix: Tensor, left: Tensor, right: Tensor): Tensor {
  // Copies: the vectors are written again by the next call, while this one's derivative still needs them.
  const [u, v] = [left.clone(), right.clone()];
  return weight.div(u.dot(matrix.mv(v)));
}
