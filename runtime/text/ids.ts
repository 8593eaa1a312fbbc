/** Ids of tokens, as tensors and as numbers. */
import { tensor } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import type { Parameter } from "../parameters.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** Ids of a text: a tensor of one dimension, or an array. */
export type Ids = Tensor | readonly (number | bigint)[];

/** The parameter for ids; a tensor of one element without a dimension counts as one id. */
export const idsParameter: Parameter<readonly number[]> = {
  expects: "a Tensor of ids, or an array of them",
  convert: (value) => {
    if (value instanceof Tensor) return numbersOf(value);
    return Array.isArray(value) ? value.map((id: unknown) => Number(id)) : undefined;
  },
};

function numbersOf(ids: Tensor): readonly number[] {
  if (ids.ndim > 1)
    throw new ValueError(
      `decode: expected ids of one text, a Tensor of one dimension, got shape ${formatShape(ids.shape)}. Decode one row after the other: ids.select(0, i).`,
    );
  if (ids.dtype.is_floating_point)
    throw new TypeError(
      `decode: ids are whole numbers, and this Tensor is ${ids.dtype.toString()}. What a model gives are scores: text.sample or argmax(-1) chooses ids.`,
    );
  return [ids.tolist()].flat().map(Number);
}

/** Ids as an int64 tensor, shape `[n]`. */
export function toTensor(ids: readonly number[]): Tensor {
  return tensor(BigInt64Array.from(ids, BigInt));
}

/** A text. */
export const textParameter: Parameter<string> = {
  expects: "a string",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

/** @throws ValueError for an id that belongs to no token. */
export function checkId(id: number, size: number): void {
  if (Number.isInteger(id) && id >= 0 && id < size) return;
  throw new ValueError(`decode: there is no token ${id}: ids go from 0 to ${size - 1}.`);
}
