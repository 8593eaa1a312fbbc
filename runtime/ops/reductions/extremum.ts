/** `max` and `min`, which are three operators under one name each. */
import { int64 } from "../../dtype.ts";
import { isKeywords } from "../../binding.ts";
import { operator, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { flag, integer, tensor } from "../../parameters.ts";
import { allocateZeros, extremesAlong } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type { ExtremumSignature, FunctionSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { maximum, minimum } from "../elementwise/arithmetic.ts";
import { eq, isnan } from "../elementwise/comparison.ts";
import { scatter_add } from "../shaping/scattering.ts";
import { amax, amin, refuseEmpty, sharedAmong } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { unsqueeze } from "../shaping/view.ts";

type Name = "max" | "min";

type WholeSignature = FunctionSignature<(input: Tensor) => Tensor>;
type AlongSignature = FunctionSignature<(input: Tensor, dim: number, keepdim?: boolean) => [Tensor, Tensor]>;

function whole(name: Name): Operator<WholeSignature> {
  return operator({
    name,
    parameters: { input: tensor },
    gradFn: `${name === "max" ? "Max" : "Min"}Backward1`,
    out: true,
    saves: ["input", "result"],
    forward: ({ input }) => (name === "max" ? amax(input) : amin(input)),
    vjp: {
      // NaN is the extreme wherever there is one, and equals nothing.
      input: (g, { input, result }) =>
        sharedAmong(Number.isNaN(result.item()) ? isnan(input) : eq(input, result), g, null),
    },
    samples: [() => [sample([2, 3])]],
  });
}

function along(name: Name): Operator<AlongSignature> {
  return operator({
    name,
    parameters: { input: tensor, dim: integer(), keepdim: flag(false) },
    gradFn: `${name === "max" ? "Max" : "Min"}Backward0`,
    resultNames: ["values", "indices"],
    out: true,
    forward: ({ input, dim, keepdim }) => {
      if (input.ndim === 0) return [input.clone(), given([0], int64, [])] as const;
      refuseEmpty(name, input, dim);
      const axis = normalizeDim(dim, input.ndim);
      return extremesAlong(name === "max" ? "argmax" : "argmin", input, axis, keepdim);
    },
    vjp: {
      input: (g, { shapes, dim, keepdim, others }) => {
        if (shapes.input.length === 0) return g;
        const axis = normalizeDim(dim, shapes.input.length);
        const back = (value: Tensor): Tensor => (keepdim ? value : unsqueeze(value, axis));
        return scatter_add(allocateZeros(shapes.input, g.dtype), axis, back(others[0]!), back(g));
      },
    },
    samples: [() => [sample([2, 3]), 1], () => [sample([2, 3]), 0, true]],
    errors: [{ args: () => [sample([2, 3]), 2], error: "IndexError", message: /Dimension out of range/ }],
  });
}

function extremum(name: Name): Operator<ExtremumSignature> {
  const [ofAll, ofDim, ofTwo] = [whole(name), along(name), name === "max" ? maximum : minimum];
  return overloaded({
    name,
    forms: [ofDim, ofAll, ofTwo],
    choose: (_input, second) =>
      second === undefined || (isKeywords(second) && !("dim" in second))
        ? isKeywords(second) && "other" in second
          ? ofTwo
          : ofAll
        : second instanceof Tensor
          ? ofTwo
          : ofDim,
  });
}

/**
 * The largest element: of everything (`x.max()`), along a dimension with its positions (`const [values, indices] = x.max(1)`), or of two tensors
 * element by element (`x.max(y)`).
 *
 * @throws IndexError when there is no such dimension, or nothing to compare.
 * Source: `torch.max`.
 */
export const max: Operator<ExtremumSignature> = extremum("max");

/**
 * The smallest element: of everything (`x.min()`), along a dimension with its positions (`const [values, indices] = x.min(1)`), or of two tensors
 * element by element (`x.min(y)`).
 *
 * @throws IndexError when there is no such dimension, or nothing to compare.
 * Source: `torch.min`.
 */
export const min: Operator<ExtremumSignature> = extremum("min");
