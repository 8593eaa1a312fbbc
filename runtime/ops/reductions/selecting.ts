/** What operators share that choose elements along a dimension and say where those were. */
import type { Tensor } from "../../tensor.ts";
import { zerosLike } from "../shaping/indexing.ts";
import { scatter_add } from "../shaping/scattering.ts";

/** The gradient of chosen values flows back to where they were. Source: `value_selecting_reduction_backward`. */
export function valuesBackward(grad: Tensor, shape: readonly number[], dim: number, indices: Tensor): Tensor {
  return shape.length === 0 ? grad : scatter_add(zerosLike(grad, shape), dim, indices, grad);
}
