/** Methods of `Tensor` that go through its elements one by one. */
import { checkWritable, markWritten } from "./autograd/inplace.ts";
import { describe } from "./binding.ts";
import { float64, int64, readElement, type Element } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { fromValues } from "./creation/data.ts";
import { copyInto } from "./settle.ts";
import { formatShape, sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { readValues } from "./tensor.ts";
import type { Called } from "./keywords.ts";
import type { Scalar } from "./types.ts";

/** Slow but general: a JavaScript function sees every element. */
export interface ElementMethods {
  /**
   * Replaces each element by what `callable` makes of it. Slow: prefer an operator where there is one.
   *
   * @throws RuntimeError for a tensor that requires grad.
   * Source: `torch.Tensor.apply_`.
   */
  apply_<T extends Tensor>(this: T, callable: (element: number) => number): T;
  /**
   * Replaces each element by what `callable` makes of it and of the element of `tensor` at its place. Slow: prefer an operator where there is one.
   *
   * @throws RuntimeError for tensors that require grad, or have different shapes.
   * Source: `torch.Tensor.map_`.
   */
  map_<T extends Tensor>(
    this: T,
    ...args: Called<
      [tensor: Tensor, callable: (element: number, other: number) => number],
      ["tensor", "callable"]
    >
  ): T;
  /** Whether the shapes are the same. Source: `torch.Tensor.is_same_size`. */
  is_same_size(other: Tensor | { readonly other: Tensor }): boolean;
}

/** @throws RuntimeError for a tensor that requires grad, TypeError for what is no function. */
function checkCallable(name: string, tensors: readonly Tensor[], callable: unknown): void {
  if (typeof callable !== "function")
    throw new TypeError(`${name}(): argument 'callable' must be a function, not ${describe(callable)}.`);
  if (tensors.some((tensor) => tensor.requires_grad))
    throw new RuntimeError(
      `Can't call ${name}() on Variable that requires grad. Use var.detach().${name}() instead: a JavaScript function has no derivative.`,
    );
}

/** Overwrites the elements with the numbers that `compute` gives for their positions. */
function replaceElements(self: Tensor, compute: (position: number) => Scalar): Tensor {
  checkWritable(self);
  const values = Array.from({ length: self.numel() }, (_, position) => compute(position));
  const dtype = self.dtype.is_floating_point ? float64 : int64;
  copyInto(self, fromValues(values, self.shape, dtype));
  markWritten(self);
  return self;
}

/** The elements in row-major order, as numbers. */
function numbersOf(tensor: Tensor): (position: number) => number {
  const values = readValues(tensor);
  const { dtype } = tensor;
  // `readValues` gives an array of the storage's own kind.
  return (position) => Number(readElement(dtype, values as never, position) satisfies Element);
}

/** The implementations; the first argument is the tensor that the method is called on. */
export const elementMethods: {
  readonly [K in keyof ElementMethods]: (self: Tensor, ...args: never[]) => unknown;
} = {
  apply_: (self, callable: (element: number) => number) => {
    checkCallable("apply_", [self], callable);
    const element = numbersOf(self);
    return replaceElements(self, (position) => callable(element(position)));
  },
  map_: (self, other: Tensor, callable: (element: number, other: number) => number) => {
    checkCallable("map_", [self, other], callable);
    if (!sameShape(self.shape, other.shape))
      throw new RuntimeError(
        `map_: the shapes must be the same, got ${formatShape(self.shape)} and ${formatShape(other.shape)}. Use other.expand_as(self).`,
      );
    const [element, second] = [numbersOf(self), numbersOf(other)];
    return replaceElements(self, (position) => callable(element(position), second(position)));
  },
  is_same_size: (self, other: Tensor) => sameShape(self.shape, other.shape),
};
