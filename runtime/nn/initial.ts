/** The numbers that parameters begin with. */
import { no_grad } from "../autograd/modes.ts";
import { empty, type TensorOptions } from "../create.ts";
import { Parameter } from "./parameter.ts";

/** A number from (−bound, bound) for every element, as PyTorch draws it. */
export function uniformParameter(shape: readonly number[], bound: number, options: TensorOptions): Parameter {
  const values = empty(shape, options);
  no_grad(() => values.uniform_(-bound, bound));
  return new Parameter(values);
}
