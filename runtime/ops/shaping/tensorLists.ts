/** How operators take several tensors. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { tensors, type TensorParameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";

/** Tensors as separate arguments, or in one array. */
export const manyTensors: TensorParameter<readonly Tensor[]> = {
  ...tensors,
  expects: "Tensors, or one array of them",
  variadic: true,
};

/** One tensor from a list of them. */
export type ListSignature = FunctionSignature<(tensors: readonly Tensor[]) => Tensor>;

/** @throws RuntimeError when the list is empty. */
export function checkSome(name: string, list: readonly Tensor[]): void {
  if (list.length === 0)
    throw new RuntimeError(`${name} expects a non-empty TensorList: there is nothing to join.`);
}
