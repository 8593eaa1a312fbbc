/** What operators share that choose elements along a dimension and say where those were. */
import type { Operator, OperatorFacts } from "../operator.ts";
import type { Signature } from "../signatures.ts";
import type { Tensor } from "../tensor.ts";
import { named } from "./extremum.ts";
import { zerosLike } from "./indexing.ts";
import { scatter_add } from "./scattering.ts";

/** Gives an operator's two results PyTorch's field names, `values` and `indices`. */
export function namesResults<S extends Signature>(inner: OperatorFacts): Operator<S> {
  const call = (...args: unknown[]): unknown => {
    // An operator can be called, and the declaration's forward gives two tensors.
    const [values, indices] = (inner as unknown as (...args: unknown[]) => readonly [Tensor, Tensor])(
      ...args,
    );
    return named(values, indices);
  };
  const { operatorName, parameters, samples, errors, declaration } = inner;
  const facts = { operatorName, parameters, samples, errors, declaration };
  const described = Object.assign(call, { ...facts, differentiable: true, composite: false, inPlace: false });
  Object.defineProperty(described, "name", { value: operatorName });
  // The inner operator checks its arguments at run time.
  return described as unknown as Operator<S>;
}

/** The gradient of chosen values flows back to where they were. Source: `value_selecting_reduction_backward`. */
export function valuesBackward(grad: Tensor, shape: readonly number[], dim: number, indices: Tensor): Tensor {
  return shape.length === 0 ? grad : scatter_add(zerosLike(grad, shape), dim, indices, grad);
}
