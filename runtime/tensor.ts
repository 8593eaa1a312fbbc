/** `Tensor`, as programs write it. */
import type { DTypeName } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import { TensorObject } from "./tensorObject.ts";
import type { Known } from "./tensorTypes.ts";

/** @internal */
export { normalizeIndex, readValues } from "./tensorObject.ts";

/**
 * An n-dimensional array of one dtype, on one device, that autograd can follow.
 *
 * Made by `torch.tensor`, `torch.zeros` and their like. `Tensor<S, D>` carries shape and dtype as types where the compiler can know them, to show and to compute with;
 * every tensor may be assigned to every other. `Tensor` alone is any of them.
 *
 * Source: `torch.Tensor`.
 */
export type Tensor<S extends Shape = Shape, D extends DTypeName = DTypeName> = TensorObject<Known<S, D>>;

/** The class of all tensors, for `instanceof`. Source: `torch.Tensor`. */
export const Tensor: typeof TensorObject<Known> = TensorObject;
