/** Numbers that users pass in any of the forms that they have them in. */
import { describe } from "../binding.ts";
import { Tensor, readValues } from "../tensor.ts";

/** Whole numbers in a row: a tensor of one dimension, an array or a typed array. */
export type Integers = Tensor | ArrayLike<number | bigint | boolean>;

/** The elements of a tensor in row-major order, as numbers, wherever they lie. */
export function numbersOf(tensor: Tensor): Float64Array {
  return Float64Array.from(readValues(tensor.detach().cpu()) as ArrayLike<number>, Number); // of int64 they are bigints, which `Number` takes
}

/**
 * @throws TypeError when it is no list, a tensor has other dimensions than one, or an element is no whole number.
 */
export function integersOf(caller: string, name: string, values: Integers): readonly number[] {
  if (values instanceof Tensor && values.ndim !== 1)
    throw new TypeError(
      `${caller}: ${name} has shape [${values.shape.join(", ")}], expected one dimension: a whole number for each example. Flatten it first, or take argmax over the classes.`,
    );
  if (!(values instanceof Tensor) && (typeof values !== "object" || values === null || !("length" in values)))
    throw new TypeError(
      `${caller}: ${name} is ${describe(values)}, expected a tensor or an array of whole numbers.`,
    );
  const numbers = Array.from(
    values instanceof Tensor ? numbersOf(values) : (values as ArrayLike<number>),
    Number,
  ); // all that it holds has a number
  numbers.forEach((number, i) => {
    if (!Number.isSafeInteger(number))
      throw new TypeError(`${caller}: ${name}[${i}] is ${number}, expected a whole number.`);
  });
  return numbers;
}
