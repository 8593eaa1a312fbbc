/** Distances between vectors. */
import type { ByName } from "../../keywords.ts";
import { get_default_dtype } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, integer, number, tensor, type Parameter } from "../../parameters.ts";
import { promoteTensors } from "../../settle.ts";
import { broadcastShapes, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, masked_fill, mul, sub, where } from "../elementwise/arithmetic.ts";
import { eq, lt } from "../elementwise/comparison.ts";
import { to } from "../shaping/conversion.ts";
import { detach } from "../shaping/copying.ts";
import { index_add, index_select, zerosLike } from "../shaping/indexing.ts";
import { matmul } from "../linalg/matmul.ts";
import { sum } from "./reduction.ts";
import { sample } from "../samples.ts";
import { abs, sign } from "../elementwise/unary.ts";
import { expand, transpose, unsqueeze } from "../shaping/view.ts";
import { fromNumbers, fromPositions, numbersOf } from "./elements.ts";
import { normGrad, plainVectorNorm, vector_norm } from "./norms.ts";

/** The distance between the rows of `n` numbers that begin at `a` and `b`. */
type RowDistance = (x: Float64Array, a: number, y: Float64Array, b: number, n: number) => number;

const differing: RowDistance = (x, a, y, b, n) => {
  let count = 0;
  for (let i = 0; i < n; i++) if (x[a + i] !== y[b + i]) count++;
  return count;
};

const streets: RowDistance = (x, a, y, b, n) => {
  let total = 0;
  for (let i = 0; i < n; i++) total += Math.abs(x[a + i]! - y[b + i]!);
  return total;
};

const euclidean: RowDistance = (x, a, y, b, n) => {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const difference = x[a + i]! - y[b + i]!;
    total += difference * difference;
  }
  return Math.sqrt(total);
};

const largest: RowDistance = (x, a, y, b, n) => {
  let most = 0;
  // `Math.max` gives NaN where there is one.
  for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(x[a + i]! - y[b + i]!));
  return most;
};

function ofOrder(order: number): RowDistance {
  return (x, a, y, b, n) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += Math.abs(x[a + i]! - y[b + i]!) ** order;
    return total ** (1 / order);
  };
}

/** Each distance in a loop of its own, which runs several times as fast as one loop for all. */
const rowDistances: ReadonlyMap<number, RowDistance> = new Map([
  [0, differing],
  [1, streets],
  [2, euclidean],
  [Infinity, largest],
]);

/** Distances between each row of `x1` and each of `x2`, of equal batch dimensions, `[…, p, m]` and `[…, r, m]`. */
function allDistances(x1: Tensor, x2: Tensor, order: number): Tensor {
  const [p, r, m] = [x1.size(-2), x2.size(-2), x1.size(-1)];
  const shape = [...x1.shape.slice(0, -2), p, r];
  const [x, y] = [numbersOf(x1), numbersOf(x2)];
  const result = new Float64Array(numel(shape));
  const distance = rowDistances.get(order) ?? ofOrder(order);
  let at = 0;
  for (let batch = 0; at < result.length; batch++)
    for (let i = 0; i < p; i++)
      for (let j = 0; j < r; j++) result[at++] = distance(x, (batch * p + i) * m, y, (batch * r + j) * m, m);
  return fromNumbers(result, x1.dtype, shape);
}

/** The slopes of each distance, weighted with its gradient. Of equally large differences each counts whole, unlike in a norm of order ∞. */
function slopes(grad: Tensor, differences: Tensor, order: number, distances: Tensor): Tensor {
  if (order !== Infinity) return normGrad(grad, differences, distances, order, [-1]);
  const largest = to(eq(abs(differences), distances), { dtype: grad.dtype });
  return mul(mul(sign(differences), grad), largest);
}

/** The gradient of `x1`: for order 2 as products of matrices, else through all differences. */
function distanceGrad(grad: Tensor, x1: Tensor, x2: Tensor, order: number, distances: Tensor): Tensor {
  if (order === 2) {
    const weights = masked_fill(div(grad, distances), eq(distances, 0), 0);
    return sub(mul(x1, sum(weights, -1, true)), matmul(weights, x2));
  }
  const differences = sub(unsqueeze(x1, -2), unsqueeze(x2, -3));
  return sum(slopes(unsqueeze(grad, -1), differences, order, unsqueeze(distances, -1)), -2);
}

const points = (seed: number): Tensor => sample([2, 3], { seed });

/** @internal Distances between the rows of two tensors of equal batch dimensions. */
export const plainCdist: Operator<FunctionSignature<(x1: Tensor, x2: Tensor, p: number) => Tensor>> =
  operator({
    name: "_cdist_forward",
    gradFn: "CdistBackward0",
    parameters: { x1: tensor, x2: tensor, p: number() },
    saves: ["x1", "x2", "result"],
    forward: ({ x1, x2, p }) => {
      if (x1.dtype.itemsize < 4)
        throw new NotImplementedError(
          `"cdist" not implemented for '${x1.dtype.typeName}'. Call .float() first.`,
        );
      return allDistances(x1, x2, p);
    },
    vjp: {
      x1: (g, { x1, x2, p, result }) => distanceGrad(g, x1, x2, p, result),
      x2: (g, { x1, x2, p, result }) =>
        distanceGrad(transpose(g, -2, -1), x2, x1, p, transpose(result, -2, -1)),
    },
    samples: [0.5, 1, 1.5, 2, 3, Infinity].map((order) => () => [
      points(0),
      sample([4, 3], { seed: 1, high: 1.3 }),
      order,
    ]),
  });

/** @throws RuntimeError when these cannot be compared. */
function checkPoints(x1: Tensor, x2: Tensor, p: number): void {
  [x1, x2].forEach((points, index) => {
    if (points.ndim < 2)
      throw new RuntimeError(
        `cdist only supports at least 2D tensors, X${index + 1} got: ${points.ndim}D. unsqueeze() makes a single point a row.`,
      );
    if (!points.dtype.is_floating_point)
      throw new RuntimeError(
        `cdist only supports floating-point dtypes, X${index + 1} got: ${points.dtype.typeName}. Call .float() first.`,
      );
  });
  // For fractions of 16 bits there is no kernel, whatever the other dtype is.
  if (x1.dtype !== x2.dtype && x1.dtype.bits === null)
    throw new RuntimeError(
      `expected scalar type ${x1.dtype.typeName} but found ${x2.dtype.typeName}: convert one of the two.`,
    );
  if (x1.size(-1) !== x2.size(-1))
    throw new RuntimeError(
      `X1 and X2 must have the same number of columns. X1: ${x1.size(-1)} X2: ${x2.size(-1)}. Each row is a point, and points must have as many coordinates.`,
    );
  if (!(p >= 0)) throw new RuntimeError(`cdist only supports non-negative p values, got ${p}.`);
}

const computeModes = [
  "use_mm_for_euclid_dist_if_necessary",
  "use_mm_for_euclid_dist",
  "donot_use_mm_for_euclid_dist",
] as const;

/** How PyTorch computes order 2. Here it is always computed from the differences. */
const computeMode: Parameter<string | null> = {
  expects: computeModes.map((mode) => `"${mode}"`).join(" or "),
  fallback: computeModes[0],
  convert: (value) => (value === null || typeof value === "string" ? value : undefined),
};

type CdistSignature = FunctionSignature<
  (
    x1: Tensor,
    x2: Tensor,
    p?: number | { readonly p?: number; readonly compute_mode?: (typeof computeModes)[number] },
    compute_mode?: (typeof computeModes)[number],
  ) => Tensor
>;

/**
 * The distance of order `p` between each row of `x1` (`[…, n, d]`) and each of `x2` (`[…, m, d]`), as `[…, n, m]`; batch dimensions broadcast.
 *
 * @throws RuntimeError when the rows have different lengths, or for a dtype without fractions.
 * Source: `torch.cdist`.
 */
export const cdist: Operator<ByName<CdistSignature, "x1, x2, p?, compute_mode?">> = composite({
  name: "cdist",
  parameters: { x1: tensor, x2: tensor, p: number(2), compute_mode: computeMode },
  define: ({ x1, x2, p, compute_mode }) => {
    if (compute_mode !== null && !computeModes.some((mode) => mode === compute_mode))
      throw new ValueError(
        `${compute_mode} is not a valid value for compute_mode. It is one of ${computeModes.join(", ")}.`,
      );
    checkPoints(x1, x2, p);
    const batch = broadcastShapes(x1.shape.slice(0, -2), x2.shape.slice(0, -2));
    const whole = (points: Tensor): Tensor => expand(points, [...batch, ...points.shape.slice(-2)]);
    return plainCdist(whole(x1), whole(x2), p);
  },
  samples: [() => [points(0), points(1)], () => [points(0), sample([2, 4, 3], { seed: 1 }), 1]],
  errors: [
    { args: () => [sample([2]), points(0)], error: "RuntimeError", message: /at least 2D/ },
    { args: () => [sample([2, 2]), points(0)], error: "RuntimeError", message: /same number of columns/ },
    { args: () => [points(0), points(1), 2, "fast"], error: "ValueError", message: /valid value/ },
  ],
});

type PdistSignature = FunctionSignature<(input: Tensor, p?: number | { readonly p: number }) => Tensor>;

/** The numbers of the first and of the second row of every pair. */
function pairsOf(rows: number): readonly [Tensor, Tensor] {
  const [first, second]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++)
    for (let other = row + 1; other < rows; other++) {
      first.push(row);
      second.push(other);
    }
  return [fromPositions(first), fromPositions(second)];
}

/** The gradient of the rows, from that of the distances of all pairs. */
function pairsGrad(grad: Tensor, input: Tensor, distances: Tensor, order: number): Tensor {
  const [first, second] = pairsOf(input.shape[0]!);
  const differences = sub(index_select(input, 0, first), index_select(input, 0, second));
  const shares = slopes(unsqueeze(grad, -1), differences, order, unsqueeze(distances, -1));
  const toFirst = index_add(zerosLike(grad, input.shape), 0, first, shares);
  return index_add(toFirst, 0, second, shares, { alpha: -1 });
}

/** The distances of all pairs. */
function pairDistances(input: Tensor, order: number): Tensor {
  const [rows, size] = input.shape as [number, number];
  const numbers = numbersOf(input);
  const distance = rowDistances.get(order) ?? ofOrder(order);
  const result = new Float64Array((rows * (rows - 1)) / 2);
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (let other = row + 1; other < rows; other++)
      result[at++] = distance(numbers, row * size, numbers, other * size, size);
  return fromNumbers(result, input.dtype, [result.length]);
}

/**
 * The distance of order `p` between every two rows of a matrix, as a vector: those of the first row first.
 *
 * @throws RuntimeError for another number of dimensions, or a dtype without fractions.
 * Source: `torch.pdist`.
 */
export const pdist: Operator<ByName<PdistSignature, "input, p?">> = operator({
  name: "pdist",
  parameters: { input: tensor, p: number(2) },
  saves: ["input", "result"],
  forward: ({ input, p }) => {
    if (input.ndim !== 2)
      throw new RuntimeError(
        `pdist only supports 2D tensors, got: ${input.ndim}D. Each row is a point: the shape is [points, coordinates].`,
      );
    if (!input.dtype.is_floating_point)
      throw new RuntimeError(
        `pdist only supports floating-point dtypes, got ${input.dtype.typeName}. Call .float() first.`,
      );
    if (!(p >= 0)) throw new RuntimeError(`pdist only supports non-negative p values, got ${p}.`);
    if (input.dtype.itemsize < 4)
      throw new NotImplementedError(
        `"pdist" not implemented for '${input.dtype.typeName}'. Call .float() first.`,
      );
    return pairDistances(input, p);
  },
  vjp: { input: (g, { input, result, p }) => pairsGrad(g, input, result, p) },
  samples: [() => [sample([3, 2])], () => [sample([4, 2]), 1.5], () => [sample([1, 2])]],
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /2D/ }],
});

interface PairwiseOptions {
  readonly p?: number;
  readonly eps?: number;
  readonly keepdim?: boolean;
}

type PairwiseSignature = FunctionSignature<
  (
    x1: Tensor,
    x2: Tensor,
    p?: number | PairwiseOptions,
    eps?: number | PairwiseOptions,
    keepdim?: boolean | PairwiseOptions,
  ) => Tensor
>;

/**
 * The norm of order `p` of `x1 − x2 + eps` along the last dimension; shapes broadcast.
 *
 * @throws RuntimeError when the shapes do not broadcast.
 * Source: `torch.nn.functional.pairwise_distance`.
 */
export const pairwise_distance: Operator<ByName<PairwiseSignature, "x1, x2, p?, eps?, keepdim?">> = composite(
  {
    name: "pairwise_distance",
    parameters: { x1: tensor, x2: tensor, p: number(2), eps: number(1e-6), keepdim: flag(false) },
    define: ({ x1, x2, p, eps, keepdim }) => {
      const differences = sub(x1, x2);
      // `eps` has a fraction in PyTorch, also where it is whole.
      const floating = differences.dtype.is_floating_point
        ? differences
        : to(differences, { dtype: get_default_dtype() });
      return vector_norm(add(floating, eps), p, -1, keepdim);
    },
    samples: [() => [points(0), points(1)], () => [points(0), sample([3], { seed: 1 }), 1, 1e-6, true]],
  },
);

interface CosineOptions {
  readonly dim?: number;
  readonly eps?: number;
}

type CosineSignature = FunctionSignature<
  (x1: Tensor, x2: Tensor, dim?: number | CosineOptions, eps?: number | CosineOptions) => Tensor
>;

/** The lengths along `dim`, at least `eps`; the gradient is that of the length all the same. Source: `cosine_similarity` in `ATen/native/Distance.cpp`. */
function lengthsAtLeast(input: Tensor, dim: number, eps: number): Tensor {
  const lengths = plainVectorNorm(input, 2, dim, true);
  const raised = add(lengths, detach(sub(lengths, eps).neg()));
  return where(lt(lengths, eps), raised, lengths);
}

/**
 * The cosine of the angle between the vectors along `dim` of two tensors, whose shapes broadcast; lengths count as at least `eps`.
 *
 * @throws RuntimeError for dtypes without fractions, IndexError when there is no such dimension.
 * Source: `torch.nn.functional.cosine_similarity`.
 */
export const cosine_similarity: Operator<ByName<CosineSignature, "x1, x2, dim?, eps?">> = composite({
  name: "cosine_similarity",
  parameters: { x1: tensor, x2: tensor, dim: integer(1), eps: number(1e-8) },
  define: ({ x1, x2, dim, eps }) => {
    const dtype = promoteTensors([x1, x2]);
    if (!dtype.is_floating_point)
      throw new RuntimeError(
        `expected common dtype to be floating point, yet common dtype is ${dtype.typeName}. Call .float() first.`,
      );
    const shape = broadcastShapes(x1.shape, x2.shape);
    const [left, right] = [x1, x2].map((vectors) => {
      const whole = expand(to(vectors, { dtype }), shape);
      return div(whole, lengthsAtLeast(whole, dim, eps));
    });
    return sum(mul(left!, right!), dim);
  },
  samples: [() => [points(0), points(1)], () => [points(0), sample([3], { seed: 1 }), 0]],
  errors: [{ args: () => [points(0), points(1), 2], error: "IndexError", message: /Dimension out of range/ }],
});
