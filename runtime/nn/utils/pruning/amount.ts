/** How much to prune: a number of elements, or a fraction of them. */
import { IndexError } from "../../../errors/indexError.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { formatShape, type Shape } from "../../../shape.ts";

/** @throws TypeError for what is no number, ValueError for one that is neither a count nor a fraction. */
export function checkAmount(amount: number): void {
  if (typeof amount !== "number" || Number.isNaN(amount))
    throw new TypeError(`Invalid type for amount: ${String(amount)}. Must be int or float.`);
  if (amount < 0 || (amount > 1 && !Number.isInteger(amount)))
    throw new ValueError(
      `amount=${amount} should either be a float in the range [0, 1] or a non-negative integer. A whole number counts elements; write 0.5 for half of them.`,
    );
}

/** Rounded as Python rounds: a half to the even neighbour. */
function rounded(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/**
 * How many of `size` elements an amount is: a whole number is a count, any other a fraction.
 *
 * @throws ValueError when there are not so many.
 */
export function countToPrune(amount: number, size: number): number {
  if (!Number.isInteger(amount)) return rounded(amount * size);
  if (amount > size)
    throw new ValueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`);
  return amount;
}

/** A dimension whose channels are pruned, counted from the front. @throws ValueError for a vector, IndexError for a dimension that is not there. */
export function channelDim(shape: Shape, dim: number): number {
  if (shape.length <= 1)
    throw new ValueError(
      `Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${formatShape(shape)} with ${shape.length} dims`,
    );
  if (dim >= shape.length || dim < -shape.length)
    throw new IndexError(`Invalid index ${dim} for tensor of size ${formatShape(shape)}`);
  return dim < 0 ? dim + shape.length : dim;
}
