/** Linear algebra of vectors and of tensors taken for matrices. */
import type { ByName } from "../../keywords.ts";
import type { CallForms } from "../../callForms.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, integer, keywordOnly, optionalInteger, tensor, type Parameter } from "../../parameters.ts";
import { broadcastShapes, formatShape, normalizeDim, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { flip, roll } from "../shaping/arranging.ts";
import { cat } from "../shaping/joining.ts";
import { cumprod } from "../reductions/scan.ts";
import { sum } from "../reductions/reduction.ts";
import { diagonal } from "../shaping/diagonals.ts";
import { sample } from "../samples.ts";
import { expand, movedim, reshape, unsqueeze } from "../shaping/view.ts";
import { ones } from "../../create.ts";
import { regular } from "./matrices.ts";
import type { LinalgSignature, MethodSignature } from "./signatures.ts";
import { inv, solve } from "./solve.ts";

/** The cross products along a dimension of three. */
function crossAlong(input: Tensor, other: Tensor, dim: number): Tensor {
  if (input.ndim !== other.ndim)
    throw new RuntimeError(
      `linalg.cross: inputs must have the same number of dimensions: they have ${input.ndim} and ${other.ndim}.`,
    );
  const axis = normalizeDim(dim, input.ndim);
  const [left, right] = [input.shape[axis], other.shape[axis]];
  if (left !== 3 || right !== 3)
    throw new RuntimeError(
      `linalg.cross: inputs dimension ${dim} must have length 3. Got ${left} and ${right}. A cross product is one of vectors in space.`,
    );
  if (input.dtype.category === "bool")
    throw new NotImplementedError("\"cross\" not implemented for 'Bool': convert with .int() first.");
  if (input.dtype !== other.dtype)
    throw new RuntimeError(
      `expected scalar type ${input.dtype.typeName} but found ${other.dtype.typeName}: both vectors have one dtype. Convert one of them.`,
    );
  const shape = broadcastShapes(input.shape, other.shape);
  const [a, b] = [expand(input, shape), expand(other, shape)];
  return sub(mul(roll(a, -1, axis), roll(b, -2, axis)), mul(roll(a, -2, axis), roll(b, -1, axis)));
}

/**
 * The cross products of vectors in space along a dimension, the last one unless given.
 *
 * @throws RuntimeError when the dimension has not three elements, or the numbers of dimensions or the dtypes differ; NotImplementedError for truth values.
 * Source: `torch.linalg.cross`.
 */
export const linalgCross: Operator<
  ByName<
    LinalgSignature<[input: Tensor, other: Tensor], { readonly dim?: number }>,
    "input, other, dim?, out?"
  >
> = operator({
  name: "linalg_cross",
  out: true,
  parameters: { input: tensor, other: tensor, dim: keywordOnly(integer(-1)) },
  saves: ["input", "other"],
  forward: ({ input, other, dim }) => crossAlong(input, other, dim),
  vjp: {
    input: (g, { other, dim }) => linalgCross(other, g, { dim }),
    other: (g, { input, dim }) => linalgCross(g, input, { dim }),
  },
  samples: [() => [sample([2, 3]), sample([2, 3], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2]), sample([2])],
      error: "RuntimeError",
      message: /must have length 3. Got 2 and 2/,
    },
  ],
});

/**
 * The cross products of vectors in space along a dimension: the first one with three elements unless given.
 *
 * @throws RuntimeError when there is no such dimension.
 * Source: `torch.cross`.
 */
export const cross: Operator<
  MethodSignature<[other: Tensor, dim?: number | null], Tensor, ["other", "dim"]>
> = composite({
  name: "cross",
  out: true,
  parameters: { input: tensor, other: tensor, dim: optionalInteger },
  define: ({ input, other, dim }) => {
    const found = dim ?? input.shape.indexOf(3);
    if (dim === null && found < 0)
      throw new RuntimeError(
        `no dimension of size 3 in input: its shape is ${formatShape(input.shape)}. A cross product is one of vectors in space.`,
      );
    return linalgCross(input, other, { dim: found });
  },
  samples: [() => [sample([3, 2]), sample([3, 2], { seed: 1 })]],
  errors: [
    { args: () => [sample([2]), sample([2])], error: "RuntimeError", message: /no dimension of size 3/ },
  ],
});

/**
 * The sums of the products of vectors' elements along a dimension.
 *
 * @throws RuntimeError when the shapes do not broadcast.
 * Source: `torch.linalg.vecdot`.
 */
export const vecdot: Operator<
  ByName<LinalgSignature<[x: Tensor, y: Tensor], { readonly dim?: number }>, "x, y, dim?, out?">
> = composite({
  name: "linalg_vecdot",
  out: true,
  parameters: { x: tensor, y: tensor, dim: keywordOnly(integer(-1)) },
  define: ({ x, y, dim }) => {
    if (x.dtype !== y.dtype)
      throw new RuntimeError(
        `linalg.vecdot: Expected x and y to have the same dtype, but found x of type ${x.dtype.typeName} and y of type ${y.dtype.typeName} instead. Convert one of them with .to().`,
      );
    return sum(mul(x, y), dim);
  },
  samples: [() => [sample([2, 3]), sample([2, 3], { seed: 1 })]],
});

/**
 * Vandermonde matrices: each row holds the powers of one element, from 0 to N − 1; as many as there are elements unless `N` is given.
 *
 * @throws RuntimeError when N is less than 2.
 * Source: `torch.linalg.vander`.
 */
export const vander: Operator<ByName<LinalgSignature<[x: Tensor], { readonly N?: number | null }>, "x, N?">> =
  composite({
    name: "linalg_vander",
    parameters: { x: tensor, N: keywordOnly(optionalInteger) },
    define: ({ x: given, N }) => {
      const x = given.ndim === 0 ? unsqueeze(given, 0) : given;
      const count = N ?? x.size(-1);
      if (count <= 1)
        throw new RuntimeError(
          `N must be greater than 1. linalg.vander got ${count}: the first column is always ones.`,
        );
      const start = ones([...x.shape, 1], { dtype: x.dtype });
      const powers = cumprod(expand(unsqueeze(x, -1), [...x.shape, count - 1]), -1);
      return cat([start, powers], -1);
    },
    samples: [() => [sample([3])], () => [sample([2, 2]), { N: 4 }]],
    errors: [{ args: () => [sample([2]), { N: 1 }], error: "RuntimeError", message: /greater than 1/ }],
  });

/**
 * A Vandermonde matrix: each row holds the powers of one element of a vector, from N − 1 down to 0, or up with `increasing`; as many as there are elements unless `N` is given.
 *
 * @throws RuntimeError when `x` is no vector, or N is negative.
 * Source: `torch.vander`.
 */
export const torchVander: Operator<
  ByName<
    FunctionSignature<
      (...args: CallForms<VanderArguments, [x: Tensor, N?: number | null, increasing?: boolean]>) => Tensor
    >,
    "x, N?, increasing?"
  >
> = composite({
  name: "vander",
  parameters: { x: tensor, N: optionalInteger, increasing: flag(false) },
  define: ({ x, N, increasing }) => {
    if (x.ndim !== 1)
      throw new RuntimeError(
        `x must be a one-dimensional tensor, got shape ${formatShape(x.shape)}. torch.linalg.vander takes more dimensions.`,
      );
    const count = N ?? x.shape[0]!;
    if (count < 0)
      throw new RuntimeError(`N must be non-negative, got ${count}: it is the number of powers.`);
    const dtype = x.dtype.is_floating_point ? x.dtype : int64;
    const start = ones([x.shape[0]!, Math.min(count, 1)], { dtype });
    const others = expand(unsqueeze(x, -1), [x.shape[0]!, Math.max(count - 1, 0)]);
    const powers = cat([start, cumprod(others, -1)], -1);
    return increasing ? powers : flip(powers, [-1]);
  },
  samples: [() => [sample([3])], () => [sample([2]), 4, true], () => [sample([2]), { N: 1 }]],
  errors: [
    { args: () => [sample([2, 2])], error: "RuntimeError", message: /one-dimensional/ },
    { args: () => [sample([2]), -1], error: "RuntimeError", message: /non-negative/ },
  ],
});

/** What `torch.vander` takes. */
interface VanderArguments {
  readonly x: Tensor;
  /** How many powers. */
  readonly N?: number | null;
  /** Whether the powers go up. */
  readonly increasing?: boolean;
}

/**
 * The inverse of a tensor taken for a matrix, whose rows are its first `ind` dimensions, and whose columns are the others.
 *
 * @throws RuntimeError when that matrix is not square, LinAlgError when it is singular.
 * Source: `torch.linalg.tensorinv`.
 */
export const tensorinv: Operator<
  ByName<LinalgSignature<[A: Tensor, ind?: number | { readonly ind?: number }], object>, "A, ind?, out?">
> = composite({
  name: "linalg_tensorinv",
  out: true,
  parameters: { A: tensor, ind: integer(2) },
  define: ({ A, ind }) => {
    if (ind <= 0) throw new RuntimeError(`Expected a strictly positive integer for 'ind', but got ${ind}.`);
    const [rows, columns] = [A.shape.slice(0, ind), A.shape.slice(ind)];
    if (numel(rows) !== numel(columns))
      throw new RuntimeError(
        `Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ${numel(columns)} != ${numel(rows)}.`,
      );
    return reshape(inv(reshape(A, [numel(rows), numel(columns)])), [...columns, ...rows]);
  },
  samples: [() => [reshape(regular([4, 4]), [2, 2, 4]), 2]],
  errors: [{ args: () => [sample([2, 3]), 1], error: "RuntimeError", message: /3 != 2/ }],
});

/** Dimensions, or `null` for none. */
const optionalDims: Parameter<readonly number[] | null> = {
  expects: "an array of dimensions, or null",
  fallback: null,
  convert: (value) =>
    value === null || (Array.isArray(value) && value.every(Number.isInteger))
      ? (value as readonly number[] | null)
      : undefined,
};

/**
 * The X for which `tensordot(A, X, X.ndim)` is B: A is taken for a matrix whose rows are B's dimensions. With `dims`, those dimensions of A are moved to its end first.
 *
 * @throws RuntimeError when that matrix is not square, LinAlgError when it is singular.
 * Source: `torch.linalg.tensorsolve`.
 */
export const tensorsolve: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor, B: Tensor, dims?: readonly number[] | null | { readonly dims?: readonly number[] | null }],
      object
    >,
    "A, B, dims?, out?"
  >
> = composite({
  name: "linalg_tensorsolve",
  out: true,
  parameters: { A: tensor, B: tensor, dims: optionalDims },
  define: ({ A, B, dims }) => {
    const moved =
      dims === null
        ? A
        : movedim(
            A,
            dims,
            dims.map((_, i) => A.ndim - dims.length + i),
          );
    const shape = moved.shape.slice(B.ndim);
    const [rows, columns] = [numel(moved.shape.slice(0, B.ndim)), numel(shape)];
    if (rows !== columns)
      throw new RuntimeError(
        `Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ${columns} != ${rows}.`,
      );
    return reshape(solve(reshape(moved, [rows, columns]), reshape(B, [-1])), shape);
  },
  samples: [() => [reshape(regular([4, 4]), [2, 2, 4]), sample([2, 2], { seed: 1 })]],
  errors: [{ args: () => [sample([2, 3]), sample([2])], error: "RuntimeError", message: /3 != 2/ }],
});

/**
 * The diagonals of the matrices in the last two dimensions, as the last dimension: `diagonal` with other defaults.
 *
 * @throws IndexError when there is no such dimension, RuntimeError when both are one.
 * Source: `torch.linalg.diagonal`.
 */
export const linalgDiagonal: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      { readonly offset?: number; readonly dim1?: number; readonly dim2?: number }
    >,
    "A, offset?, dim1?, dim2?"
  >
> = composite({
  name: "linalg_diagonal",
  parameters: {
    A: tensor,
    offset: keywordOnly(integer(0)),
    dim1: keywordOnly(integer(-2)),
    dim2: keywordOnly(integer(-1)),
  },
  define: ({ A, offset, dim1, dim2 }) => diagonal(A, offset, dim1, dim2),
  samples: [() => [sample([2, 2, 3]), { offset: 1 }]],
});
