/** Several tensors into one. */
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, tensors } from "../../parameters.ts";
import { alias, allocate, convert, copyInto, promoteTensors } from "../../settle.ts";
import { formatShape, normalizeDim, sameShape, type Shape } from "../../shape.ts";
import type { ByName, OutOption } from "../../keywords.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { narrow, select } from "./slicing.ts";
import { unsqueeze } from "./view.ts";

type JoinSignature = FunctionSignature<{
  (
    tensors: readonly Tensor[],
    dim?: number | ({ readonly dim?: number; readonly axis?: number } & OutOption),
    options?: OutOption,
  ): Tensor;
  (
    named: { readonly tensors: readonly Tensor[]; readonly dim?: number; readonly axis?: number } & OutOption,
  ): Tensor;
}>;

/** PyTorch ignores 1-D tensors without elements in `cat`, whatever the others' shape. */
function isSkipped(item: Tensor): boolean {
  return item.ndim === 1 && item.shape[0] === 0;
}

/** @throws RuntimeError when a tensor does not fit the first one in a dimension other than `dim`. */
function checkFits(first: Shape, item: Tensor, position: number, dim: number): void {
  if (item.ndim !== first.length)
    throw new RuntimeError(
      `Tensors must have same number of dimensions: got ${first.length} and ${item.ndim} (tensor number ${position} has shape ${formatShape(item.shape)}).`,
    );
  const differing = first.findIndex((size, d) => d !== dim && size !== item.shape[d]);
  if (differing >= 0)
    throw new RuntimeError(
      `Sizes of tensors must match except in dimension ${dim}. Expected size ${first[differing]} but got size ${item.shape[differing]} for tensor number ${position} in the list, in dimension ${differing}.`,
    );
}

/** Copies each tensor behind the one before. */
function join(items: readonly Tensor[], dim: number): Tensor {
  const first = items.find((item) => !isSkipped(item)) ?? items[0]!;
  const axis = normalizeDim(dim, first.ndim);
  const parts = items.filter((item) => !isSkipped(item) || first === item);
  items.forEach((item, position) => isSkipped(item) || checkFits(first.shape, item, position, axis));
  const dtype = promoteTensors(items);
  const result = allocate(
    first.shape.with(
      axis,
      parts.reduce((total, item) => total + item.shape[axis]!, 0),
    ),
    dtype,
  );
  let start = 0;
  for (const part of parts) {
    copyInto(alias(result, part.shape, result.strides, start * result.strides[axis]!), convert(part, dtype));
    start += part.shape[axis]!;
  }
  return result;
}

/** @throws RuntimeError when there is nothing to join. */
function checkSome(items: readonly Tensor[], makeError: (message: string) => Error): void {
  if (items.length === 0) throw makeError("expected a non-empty list of Tensors, got none.");
}

/**
 * The tensors one behind the other along an existing dimension. Dtypes promote.
 *
 * @throws RuntimeError when the other sizes differ or the list is empty.
 * Source: `torch.cat`.
 */
export const cat: Operator<ByName<JoinSignature, "tensors, dim?, out?">> = operator({
  name: "cat",
  out: true,
  parameters: { tensors, dim: integer(0) },
  forward: ({ tensors, dim }) => {
    checkSome(tensors, (message) => new ValueError(`torch.cat(): ${message}`));
    const scalar = tensors.findIndex((item) => item.ndim === 0);
    if (scalar >= 0)
      throw new RuntimeError(
        `zero-dimensional tensor (at position ${scalar}) cannot be concatenated. Use torch.stack.`,
      );
    return join(tensors, dim);
  },
  vjp: {
    tensors: (g, { listShapes, dim }) => {
      const axis = normalizeDim(dim, g.ndim);
      let start = 0;
      return listShapes.tensors.map((shape) => {
        if (shape.length !== g.ndim) return null;
        const length = shape[axis]!;
        start += length;
        return narrow(g, axis, start - length, length);
      });
    },
  },
  samples: [
    () => [[sample([2, 3]), sample([1, 3], { seed: 1 })]],
    () => [[sample([2, 3]), sample([2, 2], { seed: 1 })], 1],
    () => [[sample([2, 3]), sample([2, 3], { seed: 1 })], { dim: -1 }],
  ],
  errors: [
    { args: () => [[]], error: "ValueError", message: /non-empty/ },
    {
      args: () => [[sample([2, 3]), sample([2, 4])]],
      error: "RuntimeError",
      message: /Expected size 3 but got size 4/,
    },
    {
      args: () => [[sample([2, 3]), sample([2])]],
      error: "RuntimeError",
      message: /same number of dimensions/,
    },
    { args: () => [[sample([2]), sample([2])], 1], error: "IndexError", message: /Dimension out of range/ },
  ],
});

/**
 * The tensors, all of one shape, along a new dimension.
 *
 * @throws RuntimeError when shapes differ or the list is empty, IndexError when there is no such position.
 * Source: `torch.stack`.
 */
export const stack: Operator<ByName<JoinSignature, "tensors, dim?, out?">> = operator({
  name: "stack",
  out: true,
  parameters: { tensors, dim: integer(0) },
  forward: ({ tensors, dim }) => {
    checkSome(tensors, (message) => new RuntimeError(`stack: ${message}`));
    const first = tensors[0]!;
    const range = first.ndim + 1;
    if (dim < -range || dim >= range)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim})`,
      );
    const other = tensors.findIndex((item) => !sameShape(item.shape, first.shape));
    if (other >= 0)
      throw new RuntimeError(
        `stack expects each tensor to be equal size, but got ${formatShape(first.shape)} at entry 0 and ${formatShape(tensors[other]!.shape)} at entry ${other}. Use torch.cat for tensors of different sizes.`,
      );
    return join(
      tensors.map((item) => unsqueeze(item, dim)),
      dim,
    );
  },
  vjp: {
    tensors: (g, { listShapes, dim }) => listShapes.tensors.map((_, position) => select(g, dim, position)),
  },
  samples: [
    () => [[sample([2, 3]), sample([2, 3], { seed: 1 })]],
    () => [[sample([2]), sample([2], { seed: 1 })], -1],
  ],
  errors: [
    {
      args: () => [[sample([2]), sample([3])]],
      error: "RuntimeError",
      message: /\[2\] at entry 0 and \[3\] at entry 1/,
    },
  ],
});
