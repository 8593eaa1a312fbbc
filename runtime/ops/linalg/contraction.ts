/** Products of tensors that are summed over some of their dimensions. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { keywordOnly, scalar, tensor, type Parameter } from "../../parameters.ts";
import { promoteTensors } from "../../settle.ts";
import { formatShape, normalizeDim, numel } from "../../shape.ts";

import { Tensor } from "../../tensor.ts";
import type { TwoTensorsSignature } from "../../signatures.ts";
import type { Scalar } from "../../types.ts";
import { outer, roundedTo } from "./addedProducts.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { dot, mm, mv, timesScalar } from "./matmul.ts";
import { sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { expand, permute, reshape, t } from "../shaping/view.ts";
import { float64 } from "../../dtype.ts";
import type { LinalgSignature, MethodSignature } from "./signatures.ts";

/** Which dimensions of the first operand meet which of the second. */
type Pairs = readonly [first: readonly number[], second: readonly number[]];

/** @throws RuntimeError when two dimensions that meet have different sizes. */
function checkPairs(a: Tensor, b: Tensor, [first, second]: Pairs): void {
  if (first.length !== second.length)
    throw new RuntimeError(
      `both dimension lists should have same length: they have ${first.length} and ${second.length}.`,
    );
  first.forEach((dim, i) => {
    const other = second[i]!;
    const [size, match] = [a.size(dim), b.size(other)];
    if (size !== match && size !== 1 && match !== 1)
      throw new RuntimeError(
        `contracted dimensions need to match, but first has size ${size} in dim ${dim} and second has size ${match} in dim ${other}`,
      );
  });
}

/** Where one operand's dimension has one element only, the other's elements are summed. */
function summedToMatch(
  tensor: Tensor,
  dims: readonly number[],
  other: Tensor,
  others: readonly number[],
): Tensor {
  const lonely = dims.filter((dim, i) => other.size(others[i]!) === 1 && tensor.size(dim) !== 1);
  return lonely.length === 0 ? tensor : sum(tensor, lonely, true, { dtype: tensor.dtype });
}

/** The dimensions that are not among `used`. */
function otherDims(tensor: Tensor, used: readonly number[]): number[] {
  return [...tensor.shape.keys()].filter((dim) => !used.includes(dim));
}

function sizesAlong(tensor: Tensor, dims: readonly number[]): number[] {
  return dims.map((dim) => tensor.shape[dim]!);
}

/** One product of matrices, whose inner dimension is made of the dimensions that meet. */
function contracted(a: Tensor, b: Tensor, pairs: Pairs): Tensor {
  checkPairs(a, b, pairs);
  const first = pairs[0].map((dim) => normalizeDim(dim, a.ndim));
  const second = pairs[1].map((dim) => normalizeDim(dim, b.ndim));
  const [left, right] = [summedToMatch(a, first, b, second), summedToMatch(b, second, a, first)];
  const [rows, columns] = [otherDims(left, first), otherDims(right, second)];
  const inner = numel(sizesAlong(left, first));
  const [rowSizes, columnSizes] = [sizesAlong(left, rows), sizesAlong(right, columns)];
  const product = mm(
    reshape(permute(left, [...rows, ...first]), [numel(rowSizes), inner]),
    reshape(permute(right, [...second, ...columns]), [inner, numel(columnSizes)]),
  );
  return reshape(product, [...rowSizes, ...columnSizes]);
}

type PairsArgument = number | readonly [readonly number[], readonly number[]] | Tensor;

const pairsParameter: Parameter<number | Pairs> = {
  expects: "a number of dimensions, or two arrays of dimensions",
  fallback: 2,
  convert: (value) => {
    const plain: unknown = value instanceof Tensor ? value.tolist() : value;
    if (typeof plain === "number" && Number.isInteger(plain)) return plain;
    return isPairs(plain) ? plain : undefined;
  },
};

function isPairs(value: unknown): value is Pairs {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((list) => Array.isArray(list) && list.every(Number.isInteger))
  );
}

/**
 * The sum of the products over several dimensions: over the last `dims` of the first operand and the first ones of the second, or over those of two lists. The result
 * has the dimensions that are left of both.
 *
 * @throws RuntimeError when dimensions that meet have different sizes.
 * Source: `torch.tensordot`.
 */
export const tensordot: Operator<
  ByName<
    LinalgSignature<
      [a: Tensor, b: Tensor, dims?: PairsArgument | { readonly dims?: PairsArgument }],
      { readonly dims?: PairsArgument }
    >,
    "a, b, dims?, out?"
  >
> = composite({
  name: "tensordot",
  out: true,
  parameters: { a: tensor, b: tensor, dims: pairsParameter },
  define: ({ a, b, dims }) => {
    if (typeof dims !== "number") return contracted(a, b, dims);
    if (dims < 0) throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${dims}`);
    if (dims > Math.min(a.ndim, b.ndim))
      throw new RuntimeError(
        `tensordot expects dims < ndim_a or ndim_b, but got dims=${dims} for ${a.ndim} and ${b.ndim} dimensions.`,
      );
    const count = Array.from({ length: dims }, (_, i) => i);
    return contracted(a, b, [count.map((i) => i - dims), count]);
  },
  samples: [
    () => [sample([2, 3]), sample([3, 2], { seed: 1 }), 1],
    () => [
      sample([2, 3, 2]),
      sample([3, 2], { seed: 1 }),
      [
        [0, 1],
        [1, 0],
      ],
    ],
    () => [sample([2, 3]), sample([1, 2], { seed: 1 }), [[1], [0]]],
  ],
  errors: [
    { args: () => [sample([2, 3]), sample([2, 3]), 1], error: "RuntimeError", message: /first has size 3/ },
  ],
});

/**
 * The sums of the products along the last dimensions: for vectors the dot product. A number scales the other operand.
 *
 * @throws RuntimeError when the last dimensions differ.
 * Source: `torch.inner`.
 */
export const inner: Operator<MethodSignature<[other: Tensor], Tensor, ["other"]>> = composite({
  name: "inner",
  out: true,
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => {
    if (input.ndim === 0 || other.ndim === 0) return mul(input, other);
    if (input.size(-1) !== other.size(-1))
      throw new RuntimeError(
        `inner() the last dimension must match on both input tensors but got shapes ${formatShape(input.shape)} and ${formatShape(other.shape)}`,
      );
    return contracted(input, other, [[-1], [-1]]);
  },
  samples: [
    () => [sample([3]), sample([3], { seed: 1 })],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 })],
    () => [sample([]), sample([2], { seed: 1 })],
  ],
  errors: [{ args: () => [sample([2]), sample([3])], error: "RuntimeError", message: /\[2\] and \[3\]/ }],
});

/**
 * The sum of the products of two vectors' elements: `dot`, which differs for complex numbers only.
 *
 * @throws RuntimeError when they are not vectors of one size and dtype.
 * Source: `torch.vdot`.
 */
export const vdot: Operator<MethodSignature<[other: Tensor], Tensor, ["other"]>> = operator({
  name: "vdot",
  out: true,
  parameters: { input: tensor, other: tensor },
  saves: ["input", "other"],
  forward: ({ input, other }) => dot(input, other),
  vjp: { input: (g, { other }) => mul(g, other), other: (g, { input }) => mul(g, input) },
  samples: [() => [sample([3]), sample([3], { seed: 1 })]],
});

/**
 * The products of all pairs of two vectors' elements: another name of `outer`.
 *
 * @throws RuntimeError when one is not a vector.
 * Source: `torch.ger`.
 */
export const ger: Operator<MethodSignature<[vec2: Tensor], Tensor, ["vec2"]>> = composite({
  name: "ger",
  out: true,
  parameters: { input: tensor, vec2: tensor },
  define: ({ input, vec2 }) => outer(input, vec2),
  samples: [() => [sample([2]), sample([3], { seed: 1 })]],
});

/** @throws RuntimeError when a factor has a fraction and the tensors have none. */
function checkFactors(tensors: readonly Tensor[], factors: Required<AddedOptions>): void {
  if (promoteTensors(tensors).is_floating_point) return;
  for (const [name, factor] of Object.entries(factors))
    if (typeof factor === "number" && !Number.isInteger(factor))
      throw new RuntimeError(
        `For integral input tensors, argument ${name} must not be a floating point number: it is ${factor}. Convert the tensors with .float() first.`,
      );
}

interface AddedOptions {
  readonly beta?: Scalar;
  readonly alpha?: Scalar;
}

/**
 * `beta · input + alpha · outer(vec1, vec2)`; `input` broadcasts to `[n, m]`. With a `beta` of 0, `input` is not looked at.
 *
 * @throws RuntimeError when the vectors are none, or `input` does not broadcast.
 * Source: `torch.addr`.
 */
export const addr: InPlaceOperator<TwoTensorsSignature<"vec1", "vec2", AddedOptions>> = operator({
  name: "addr",
  out: true,
  inPlace: true,
  parameters: {
    input: tensor,
    vec1: tensor,
    vec2: tensor,
    beta: keywordOnly(scalar(1)),
    alpha: keywordOnly(scalar(1)),
  },
  saves: ["vec1", "vec2"],
  forward: ({ input, vec1, vec2, beta, alpha }) => {
    for (const vector of [vec1, vec2])
      if (vector.ndim !== 1)
        throw new RuntimeError(
          `addr: Expected 1-D argument ${vector === vec1 ? "vec1" : "vec2"}, but got ${vector.ndim}-D`,
        );
    checkFactors([input, vec1, vec2], { alpha, beta });
    const product = outer(timesScalar(vec1, roundedTo(vec1.dtype, alpha)), vec2);
    const whole = expand(input, product.shape);
    // As in PyTorch, an input that counts nothing is not looked at.
    return Number(beta) === 0 ? product : add(timesScalar(whole, roundedTo(input.dtype, beta)), product);
  },
  vjp: {
    input: (g, { beta }) => timesScalar(g, beta),
    vec1: (g, { vec2, alpha }) => timesScalar(mv(g, vec2), alpha),
    vec2: (g, { vec1, alpha }) => timesScalar(mv(t(g), vec1), alpha),
  },
  samples: [
    () => [sample([2, 3]), sample([2], { seed: 1 }), sample([3], { seed: 2 })],
    () => [sample([3]), sample([2], { seed: 1 }), sample([3], { seed: 2 }), { beta: 0.5, alpha: 2 }],
  ],
  errors: [
    {
      args: () => [given([1], float64), sample([2, 2]), sample([2])],
      error: "RuntimeError",
      message: /vec1, but got 2-D/,
    },
  ],
});
