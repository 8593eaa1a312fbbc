/** Tensors beside, above and behind one another, where those of fewer dimensions are given more. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, tensor, tensors } from "../../parameters.ts";
import { overloaded } from "../../overloaded.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { cat } from "./joining.ts";
import { sample } from "../samples.ts";
import { reshape, unsqueeze } from "./view.ts";
import { checkSome, manyTensors, type ListSignature } from "./tensorLists.ts";

/** Gives one tensor the dimensions that it lacks. */
type Widen = (input: Tensor) => Tensor;

const toOne: Widen = (input) => (input.ndim === 0 ? reshape(input, [1]) : input);

const toTwo: Widen = (input) => {
  if (input.ndim === 0) return reshape(input, [1, 1]);
  return input.ndim === 1 ? unsqueeze(input, 0) : input;
};

const toThree: Widen = (input) => {
  if (input.ndim === 0) return reshape(input, [1, 1, 1]);
  if (input.ndim === 1) return unsqueeze(unsqueeze(input, 0), -1);
  return input.ndim === 2 ? unsqueeze(input, -1) : input;
};

type AtLeastSignature = FunctionSignature<{
  (input: Tensor): Tensor;
  (tensors: readonly Tensor[]): readonly Tensor[];
  (...tensors: readonly Tensor[]): readonly Tensor[];
}>;

function atLeast(name: string, widen: Widen): Operator<AtLeastSignature> {
  const one = composite({
    name,
    parameters: { input: tensor },
    define: ({ input }) => widen(input),
    samples: [() => [sample([])], () => [sample([2])], () => [sample([2, 2])], () => [sample([2, 1, 2])]],
  });
  const several = composite({
    name,
    parameters: { tensors: manyTensors },
    define: ({ tensors }) => tensors.map(widen),
    samples: [() => [sample([]), sample([2], { seed: 1 })], () => [[sample([2])]]],
  });
  return overloaded({
    name,
    forms: [one, several],
    choose: (...args) => (args.length === 1 && args[0] instanceof Tensor ? one : several),
  });
}

/** The tensor, or each of several, with a dimension if it has none. Source: `torch.atleast_1d`. */
export const atleast_1d: Operator<AtLeastSignature> = atLeast("atleast_1d", toOne);

/** The tensor, or each of several, as a matrix if it has fewer dimensions: a vector becomes a row. Source: `torch.atleast_2d`. */
export const atleast_2d: Operator<AtLeastSignature> = atLeast("atleast_2d", toTwo);

/**
 * The tensor, or each of several, with three dimensions if it has fewer: a vector of n becomes 1 × n × 1, and a matrix gets a last dimension.
 *
 * Source: `torch.atleast_3d`.
 */
export const atleast_3d: Operator<AtLeastSignature> = atLeast("atleast_3d", toThree);

const nothing = { args: () => [[]], error: "RuntimeError", message: /expects a non-empty TensorList/ };
const unequal = {
  args: () => [[sample([2, 3]), sample([3, 2])]],
  error: "RuntimeError",
  message: /Sizes of tensors must match/,
};

/**
 * Tensors beside one another: along the second dimension, vectors along their only one.
 *
 * @throws RuntimeError when the other sizes differ, or there are no tensors.
 * Source: `torch.hstack`.
 */
export const hstack: Operator<ByName<ListSignature, "tensors, out?">> = composite({
  name: "hstack",
  out: true,
  parameters: { tensors },
  define: ({ tensors }) => {
    checkSome("hstack", tensors);
    const widened = tensors.map(toOne);
    return cat(widened, widened[0]!.ndim === 1 ? 0 : 1);
  },
  samples: [
    () => [[sample([2]), sample([], { seed: 1 })]],
    () => [[sample([2, 1]), sample([2, 2], { seed: 1 })]],
  ],
  errors: [nothing, unequal],
});

function stackedRows(name: "vstack" | "row_stack"): Operator<ListSignature> {
  return composite({
    name,
    out: true,
    parameters: { tensors },
    define: ({ tensors }) => {
      checkSome("vstack", tensors);
      return cat(tensors.map(toTwo), 0);
    },
    samples: [
      () => [[sample([2]), sample([2], { seed: 1 })]],
      () => [[sample([1, 2]), sample([2, 2], { seed: 1 })]],
    ],
    errors: [nothing, unequal],
  });
}

/**
 * Tensors above one another: along the first dimension, where vectors are rows.
 *
 * @throws RuntimeError when the other sizes differ, or there are no tensors.
 * Source: `torch.vstack`.
 */
export const vstack: Operator<ListSignature> = stackedRows("vstack");

/** Another name of `vstack`. Source: `torch.row_stack`. */
export const row_stack: Operator<ListSignature> = stackedRows("row_stack");

/**
 * Tensors behind one another: along the third dimension, which vectors and matrices are given.
 *
 * @throws RuntimeError when the other sizes differ, or there are no tensors.
 * Source: `torch.dstack`.
 */
export const dstack: Operator<ByName<ListSignature, "tensors, out?">> = composite({
  name: "dstack",
  out: true,
  parameters: { tensors },
  define: ({ tensors }) => {
    checkSome("dstack", tensors);
    return cat(tensors.map(toThree), 2);
  },
  samples: [
    () => [[sample([2]), sample([2], { seed: 1 })]],
    () => [[sample([2, 2]), sample([2, 2], { seed: 1 })]],
  ],
  errors: [nothing, unequal],
});

/**
 * Tensors beside one another, where vectors are columns.
 *
 * @throws RuntimeError when the other sizes differ, or there are no tensors.
 * Source: `torch.column_stack`.
 */
export const column_stack: Operator<ByName<ListSignature, "tensors, out?">> = composite({
  name: "column_stack",
  out: true,
  parameters: { tensors },
  define: ({ tensors }) => {
    checkSome("column_stack", tensors);
    return cat(
      tensors.map((item) => (item.ndim <= 1 ? reshape(item, [item.numel(), 1]) : item)),
      1,
    );
  },
  samples: [
    () => [[sample([2]), sample([2, 2], { seed: 1 })]],
    () => [[sample([]), sample([], { seed: 1 })]],
  ],
  errors: [nothing, unequal],
});

type ConcatSignature = FunctionSignature<
  (tensors: readonly Tensor[], dim?: number | { dim?: number; axis?: number }) => Tensor
>;

function concatenated(name: "concat" | "concatenate"): Operator<ConcatSignature> {
  return composite({
    name,
    out: true,
    parameters: { tensors, dim: integer(0) },
    define: ({ tensors, dim }) => cat(tensors, dim),
    samples: [
      () => [[sample([2, 3]), sample([1, 3], { seed: 1 })]],
      () => [[sample([2, 1]), sample([2, 2], { seed: 1 })], { dim: 1 }],
    ],
    errors: [unequal],
  });
}

/** Another name of `cat`. Source: `torch.concat`. */
export const concat: Operator<ConcatSignature> = concatenated("concat");

/** Another name of `cat`; the dimension may be called `axis`, as in NumPy. Source: `torch.concatenate`. */
export const concatenate: Operator<ConcatSignature> = concatenated("concatenate");
