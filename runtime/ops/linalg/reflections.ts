/** Products of Householder's reflections `I − τ v vᵀ`. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, tensor } from "../../parameters.ts";
import { allocateZeros, duplicate } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { tril } from "../shaping/arranging.ts";
import { cat, stack } from "../shaping/joining.ts";
import { sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { select, slice_dim } from "../shaping/slicing.ts";
import { neg } from "../elementwise/unary.ts";
import { expand, unsqueeze } from "../shaping/view.ts";
import { batchOf, checkMatrices, checkPrecision, identityLike, mT, product, sizesOf } from "./matrices.ts";
import { orthogonal } from "./qr.ts";
import type { LinalgSignature, MethodSignature } from "./signatures.ts";

/** @throws RuntimeError when the factors are not those of the vectors. */
function checkReflections(name: string, vectors: Tensor, tau: Tensor): void {
  checkMatrices(name, vectors, "input");
  if (!sameShape(batchOf(vectors), tau.shape.slice(0, -1)))
    throw new RuntimeError(
      `${name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got ${formatShape(tau.shape.slice(0, -1))}.`,
    );
}

/** The vector of reflection `i`, as a matrix of one column: zeros, a one, and what stands below the diagonal. */
function vectorOf(vectors: Tensor, i: number): Tensor {
  const column = slice_dim(vectors, -1, i, i + 1);
  const below = tril(column, -i - 1);
  const one = slice_dim(identityLike(vectors, sizesOf(vectors)[0]), -1, i, i + 1);
  return add(below, one);
}

/** What the reflections made of a matrix, one after the other: first the matrix itself. */
function stages(vectors: Tensor, tau: Tensor, matrix: Tensor, order: readonly number[]): readonly Tensor[] {
  const results = [matrix];
  for (const i of order) results.push(reflectedBy(vectorOf(vectors, i), factorOf(tau, i), results.at(-1)!));
  return results;
}

/** `(I − τ v vᵀ) X`. */
function reflectedBy(v: Tensor, factor: Tensor, x: Tensor): Tensor {
  return sub(x, mul(factor, product(v, product(mT(v), x))));
}

function factorOf(tau: Tensor, i: number): Tensor {
  return unsqueeze(unsqueeze(select(tau, -1, i), -1), -1);
}

/** The reflections' numbers in the order in which they are applied. */
function orderOf(tau: Tensor, firstFirst: boolean): readonly number[] {
  const order = Array.from({ length: tau.size(-1) }, (_, i) => i);
  return firstFirst ? order : order.toReversed();
}

/** The gradients of vectors, factors and the matrix, from that of the matrix when all reflections are done. */
function reflectionsBackward(
  grad: Tensor,
  { vectors, tau, matrix }: { readonly vectors: Tensor; readonly tau: Tensor; readonly matrix: Tensor },
  order: readonly number[],
): { readonly vectors: Tensor; readonly tau: Tensor; readonly matrix: Tensor } {
  const before = stages(vectors, tau, matrix, order);
  const ofVectors: Tensor[] = [];
  const ofTau: Tensor[] = [];
  let g = grad;
  order.toReversed().forEach((i, step) => {
    const [v, factor, x] = [vectorOf(vectors, i), factorOf(tau, i), before[order.length - 1 - step]!];
    const [inX, inG] = [product(mT(x), v), product(mT(g), v)];
    ofTau[i] = sum(neg(mul(inX, inG)), [-2, -1]);
    // The one above, and the zeros, do not change.
    ofVectors[i] = tril(neg(mul(factor, add(product(g, inX), product(x, inG)))), -i - 1);
    g = reflectedBy(v, factor, g);
  });
  const [rows, columns] = sizesOf(vectors);
  const unused = allocateZeros([...batchOf(vectors), rows, columns - order.length], vectors.dtype);
  return {
    vectors: cat([...ofVectors, unused], -1),
    tau: ofTau.length === 0 ? zerosOf(tau) : stack(ofTau, -1),
    matrix: g,
  };
}

function zerosOf(tensor: Tensor): Tensor {
  return allocateZeros(tensor.shape, tensor.dtype);
}

/** The identity's first columns, which the reflections turn into theirs. */
function startOf(vectors: Tensor): Tensor {
  const [rows, columns] = sizesOf(vectors);
  const start = slice_dim(identityLike(vectors, rows), -1, 0, columns);
  return expand(start, vectors.shape);
}

/** @throws RuntimeError when the shapes are not those of reflections. */
function checkProduct(name: string, vectors: Tensor, tau: Tensor): void {
  checkReflections(name, vectors, tau);
  const [rows, columns] = sizesOf(vectors);
  if (rows < columns)
    throw new RuntimeError(
      `${name}: input.shape[-2] must be greater than or equal to input.shape[-1]: they are ${rows} and ${columns}.`,
    );
  if (tau.size(-1) > columns)
    throw new RuntimeError(
      `${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]: they are ${columns} and ${tau.size(-1)}.`,
    );
  checkPrecision(name, vectors);
}

/**
 * The first columns of the product of Householder's reflections, whose vectors stand below the diagonal of A.
 *
 * @throws RuntimeError when the shapes do not fit.
 * Source: `torch.linalg.householder_product`.
 */
export const householder_product: Operator<
  ByName<LinalgSignature<[A: Tensor, tau: Tensor], object>, "A, tau, out?">
> = operator({
  name: "linalg_householder_product",
  onCpu: true,
  out: true,
  parameters: { A: tensor, tau: tensor },
  saves: ["A", "tau"],
  forward: ({ A, tau }) => {
    checkProduct("torch.linalg.householder_product", A, tau);
    return orthogonal(A, duplicate(tau), sizesOf(A)[1]);
  },
  jointVjp: ([grad], { A, tau }) => {
    const given = { vectors: A, tau, matrix: startOf(A) };
    const grads = reflectionsBackward(grad!, given, orderOf(tau, false));
    return { A: grads.vectors, tau: grads.tau };
  },
  samples: [
    () => [sample([3, 2]), sample([2], { seed: 1 })],
    () => [sample([2, 3, 3]), sample([2, 2], { seed: 1 })],
  ],
  errors: [
    { args: () => [sample([2, 3]), sample([2])], error: "RuntimeError", message: /greater than or equal/ },
  ],
});

/**
 * The first columns of the product of Householder's reflections: `linalg.householder_product`.
 *
 * @throws RuntimeError when the shapes do not fit.
 * Source: `torch.orgqr`.
 */
export const orgqr: Operator<MethodSignature<[tau: Tensor], Tensor, ["tau"]>> = composite({
  name: "orgqr",
  out: true,
  parameters: { input: tensor, tau: tensor },
  define: ({ input, tau }) => householder_product(input, tau),
  samples: [() => [sample([2, 2]), sample([2], { seed: 1 })]],
});

/** @throws RuntimeError when the matrix has not the size of the reflections. */
function checkFactors(input: Tensor, tau: Tensor, other: Tensor, left: boolean): void {
  checkMatrices("torch.ormqr", input, "input");
  checkMatrices("torch.ormqr", other, "other");
  checkReflections("torch.ormqr", input, tau);
  const size = sizesOf(other)[left ? 0 : 1];
  const count = Math.min(size, input.size(-1));
  if (tau.size(-1) !== count)
    throw new RuntimeError(
      `torch.ormqr: tau.shape[-1] must be equal to min(other.shape[${left ? -2 : -1}], input.shape[-1]): it is ${tau.size(-1)}, and not ${count}. Give both results of geqrf.`,
    );
  if (sizesOf(input)[0] !== size)
    throw new RuntimeError(
      `torch.ormqr: input.shape[-2] must be equal to other.shape[${left ? -2 : -1}]: they are ${sizesOf(input)[0]} and ${size}.`,
    );
  checkPrecision("torch.ormqr", input);
}

interface OrmqrOptions {
  readonly left?: boolean;
  readonly transpose?: boolean;
}

/**
 * `Q @ other` for the square Q that Householder's reflections multiply to; `other @ Q` with `left: false`, and with Qᵀ in place of Q with `transpose`.
 *
 * @throws RuntimeError when the shapes do not fit.
 * Source: `torch.ormqr`.
 */
export const ormqr: Operator<
  MethodSignature<
    [tau: Tensor, other: Tensor, left?: boolean | OrmqrOptions, transpose?: boolean | OrmqrOptions]
  >
> = operator({
  name: "ormqr",
  onCpu: true,
  out: true,
  parameters: {
    input: tensor,
    tau: tensor,
    other: tensor,
    left: flag(true),
    transpose: flag(false),
  },
  saves: ["input", "tau", "other"],
  forward: ({ input, tau, other, left, transpose }) => {
    checkFactors(input, tau, other, left);
    const q = orthogonal(input, duplicate(tau), sizesOf(input)[0]);
    const turned = transpose ? mT(q) : q;
    return left ? product(turned, other) : product(other, turned);
  },
  jointVjp: ([grad], { input, tau, other, left, transpose }) => {
    const turned = (matrix: Tensor): Tensor => (left ? matrix : mT(matrix));
    const given = { vectors: input, tau, matrix: turned(other) };
    const grads = reflectionsBackward(turned(grad!), given, orderOf(tau, left === transpose));
    return { input: grads.vectors, tau: grads.tau, other: turned(grads.matrix) };
  },
  samples: [
    () => [sample([3, 2]), sample([2], { seed: 1 }), sample([3, 2], { seed: 2 })],
    () => [sample([2, 2]), sample([2], { seed: 1 }), sample([1, 2], { seed: 2 }), false, true],
  ],
});
