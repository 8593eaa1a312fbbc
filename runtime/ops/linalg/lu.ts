/** Factors L and U. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `plu_backward_base`, `lu_factor_ex_backward`. */
import type { ByName, Called } from "../../keywords.ts";
import { tensorFrom } from "../../reading.ts";
import { numel } from "../../shape.ts";
import { int32, float64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { allocateZeros, duplicate } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { tril, triu } from "../shaping/arranging.ts";
import { add, sub } from "../elementwise/arithmetic.ts";
import { cat } from "../shaping/joining.ts";
import { given, sample } from "../samples.ts";
import { slice_dim } from "../shaping/slicing.ts";
import { neg } from "../elementwise/unary.ts";
import {
  batchOf,
  checkInfo,
  checkMatrices,
  checkPrecision,
  fresh,
  identityLike,
  integersOf,
  mT,
  product,
  regular,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";
import { factor, orderOf } from "./solve.ts";
import { checkEquation, solve_triangular } from "./triangular.ts";

/** @throws RuntimeError when the tensor holds no matrices that can be factored, or pivots are not wanted. */
function checkFactored(name: string, input: Tensor, pivot: boolean): void {
  checkMatrices(name, input);
  checkPrecision(name, input);
  if (!pivot)
    throw new RuntimeError(
      `${name}: LU without pivoting is not implemented on the CPU. Leave 'pivot' at true: the rows' order is in the result.`,
    );
}

/** The permutation matrix of each list of pivots. */
function permutations(pivots: Tensor, rows: number, like: Tensor): Tensor {
  const batch = pivots.shape.slice(0, -1);
  const shape = [...batch, rows, rows];
  const count = pivots.size(-1);
  const chosen = integersOf(pivots);
  const data = new Float64Array(numel(shape));
  for (let first = 0, base = 0; base < data.length; first += count, base += rows * rows)
    orderOf(chosen.subarray(first, first + count), rows).forEach((row, i) => {
      data[base + row * rows + i] = 1;
    });
  return tensorFrom(data, float64, like.dtype, shape);
}

/** The first rows of each matrix. */
function firstRows(input: Tensor, count: number): Tensor {
  return slice_dim(input, -2, 0, count);
}

/** The first columns of each matrix. */
function firstColumns(input: Tensor, count: number): Tensor {
  return slice_dim(input, -1, 0, count);
}

/** L with its ones, from a matrix that holds both factors. */
function lowerOf(lu: Tensor): Tensor {
  const k = Math.min(...sizesOf(lu));
  const below = tril(firstColumns(lu, k), -1);
  return add(below, sizesOf(lu)[0] === k ? identityLike(lu, k) : tallIdentity(lu, k));
}

/** The first `columns` columns of an identity that has as many rows as `like`. */
function tallIdentity(like: Tensor, columns: number): Tensor {
  return firstColumns(identityLike(like, sizesOf(like)[0]), columns);
}

/** U, from a matrix that holds both factors. */
function upperOf(lu: Tensor): Tensor {
  return triu(firstRows(lu, Math.min(...sizesOf(lu))));
}

/** What flows back through a factorisation: the factors and their gradients, of which at least one arrived. */
interface FactorGrads {
  readonly p: Tensor;
  readonly l: Tensor;
  readonly u: Tensor;
  readonly gradL: Tensor | null;
  readonly gradU: Tensor | null;
}

/** `x` less `y`, where either may be missing. */
function difference(x: Tensor | null, y: Tensor | null): Tensor | null {
  if (y === null) return x;
  return x === null ? y.neg() : sub(x, y);
}

/** The sum of what is there. */
function total(x: Tensor | null, y: Tensor | null): Tensor {
  return x === null ? y! : y === null ? x : add(x, y); // one of the two arrived
}

/** The gradient of the square part, from which the rest of the matrix follows. */
function squareBackward(l: Tensor, u: Tensor, inL: Tensor | null, inU: Tensor | null): Tensor {
  const lower = inL && tril(inL, -1);
  const upper = inU && triu(inU);
  const middle = solve_triangular(mT(u), total(lower, upper), { upper: false, left: false });
  return solve_triangular(mT(l), middle, { upper: true, unitriangular: true });
}

/** The gradient of A = P L U. Source: `linalg_lu_backward`. */
function luBackward({ p, l, u, gradL, gradU }: FactorGrads): Tensor {
  const [rows] = sizesOf(l);
  const [, columns] = sizesOf(u);
  if (rows === columns) {
    const inL = gradL && product(mT(l), gradL);
    const inU = gradU && product(gradU, mT(u));
    return product(p, squareBackward(l, u, inL, inU));
  }
  return rows < columns ? wideBackward({ p, l, u, gradL, gradU }) : tallBackward({ p, l, u, gradL, gradU });
}

/** More columns than rows: the columns behind the square part give `U₂ = L⁻¹ P⁻¹ A₂`. */
function wideBackward({ p, l, u, gradL, gradU }: FactorGrads): Tensor {
  const [k, columns] = sizesOf(u);
  const right = (matrix: Tensor): Tensor => slice_dim(matrix, -1, k, columns);
  const [u1, u2] = [firstColumns(u, k), right(u)];
  const inL = difference(gradL && product(mT(l), gradL), gradU && product(right(gradU), mT(u2)));
  const inU = gradU && product(firstColumns(gradU, k), mT(u1));
  const first = squareBackward(l, u1, inL, inU);
  const second =
    gradU === null ? u2.mul(0) : solve_triangular(mT(l), right(gradU), { upper: true, unitriangular: true });
  return product(p, cat([first, second], -1));
}

/** More rows than columns: the rows below the square part give `L₂ = A₂ U⁻¹`. */
function tallBackward({ p, l, u, gradL, gradU }: FactorGrads): Tensor {
  const [rows, k] = sizesOf(l);
  const below = (matrix: Tensor): Tensor => slice_dim(matrix, -2, k, rows);
  const [l1, l2] = [firstRows(l, k), below(l)];
  const inL = gradL && product(mT(l1), firstRows(gradL, k));
  const inU = difference(gradU && product(gradU, mT(u)), gradL && product(mT(l2), below(gradL)));
  const first = squareBackward(l1, u, inL, inU);
  const second =
    gradL === null ? l2.mul(0) : solve_triangular(mT(u), below(gradL), { upper: false, left: false });
  return product(p, cat([first, second], -2));
}

const zeroOnDiagonal = (position: number): string =>
  `U[${position},${position}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`;

interface FactorExOptions {
  readonly pivot?: boolean;
  readonly check_errors?: boolean;
}

/**
 * The factors of `A = P L U` in one matrix, L (without its ones) below the diagonal and U above, with the rows that were exchanged, counted from 1, and for each matrix 0 or
 * the place of the first zero on U's diagonal.
 *
 * @throws RuntimeError when there are no matrices, or for a zero on U's diagonal with `check_errors`.
 * Source: `torch.linalg.lu_factor_ex`.
 */
export const lu_factor_ex: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      FactorExOptions,
      Results<"LU" | "pivots" | "info", readonly [Tensor, Tensor, Tensor]>
    >,
    "A, pivot?, check_errors?, out?"
  >
> = operator({
  name: "linalg_lu_factor_ex",
  onCpu: true,
  resultNames: ["LU", "pivots", "info"],
  out: true,
  parameters: { A: tensor, pivot: keywordOnly(flag(true)), check_errors: keywordOnly(flag(false)) },
  saves: ["result"],
  forward: ({ A, pivot, check_errors }) => {
    checkFactored("linalg.lu_factor", A, pivot);
    const { lu, pivots, info } = factor(A);
    if (check_errors) checkDivisible("torch.linalg.lu_factor_ex", info);
    return [lu, pivots, info];
  },
  jointVjp: ([grad], { results: [lu, pivots] }) => {
    const k = Math.min(...sizesOf(lu!));
    return {
      A: luBackward({
        p: permutations(pivots!, sizesOf(lu!)[0], lu!),
        l: lowerOf(lu!),
        u: upperOf(lu!),
        gradL: firstColumns(grad!, k),
        gradU: firstRows(grad!, k),
      }),
    };
  },
  samples: [() => [regular([2, 2])], () => [regular([2, 3])], () => [sample([3, 2])]],
});

function checkDivisible(name: string, info: Tensor): void {
  checkInfo(name, info, zeroOnDiagonal, (message) => new RuntimeError(message));
}

/**
 * The factors of `A = P L U` in one matrix, and the rows that were exchanged: what `linalg.lu_solve` takes.
 *
 * @throws RuntimeError when there are no matrices, or a zero is on U's diagonal.
 * Source: `torch.linalg.lu_factor`.
 */
export const lu_factor: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      { readonly pivot?: boolean },
      Results<"LU" | "pivots", readonly [Tensor, Tensor]>
    >,
    "A, pivot?, out?"
  >
> = composite({
  name: "linalg_lu_factor",
  resultNames: ["LU", "pivots"],
  out: true,
  parameters: { A: tensor, pivot: keywordOnly(flag(true)) },
  define: ({ A, pivot }) => {
    const [lu, pivots, info] = lu_factor_ex(A, { pivot });
    checkDivisible("torch.linalg.lu_factor", info);
    return [lu, pivots];
  },
  samples: [() => [regular([2, 2])]],
  errors: [
    { args: () => [sample([2, 2]).mul(0)], error: "RuntimeError", message: /U\[1,1\] is zero/ },
    { args: () => [sample([2, 2]), { pivot: false }], error: "RuntimeError", message: /without pivoting/ },
  ],
});

/**
 * The factors of `A = P L U`: a permutation, a lower triangle with ones on its diagonal, and an upper triangle.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.linalg.lu`.
 */
export const linalgLu: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      { readonly pivot?: boolean },
      Results<"P" | "L" | "U", readonly [Tensor, Tensor, Tensor]>
    >,
    "A, pivot?, out?"
  >
> = operator({
  name: "linalg_lu",
  onCpu: true,
  resultNames: ["P", "L", "U"],
  out: true,
  nonDifferentiable: [0],
  parameters: { A: tensor, pivot: keywordOnly(flag(true)) },
  saves: ["result"],
  forward: ({ A, pivot }) => {
    checkFactored("linalg.lu_factor", A, pivot);
    const { lu, pivots } = factor(A);
    return [permutations(pivots, sizesOf(A)[0], A), lowerOf(lu), upperOf(lu)];
  },
  jointVjp: ([, gradL, gradU], { results: [p, l, u] }) => ({
    A: luBackward({ p: p!, l: l!, u: u!, gradL: gradL ?? null, gradU: gradU ?? null }),
  }),
  samples: [() => [regular([2, 2, 2])], () => [regular([2, 3])], () => [sample([3, 2])]],
});

/**
 * P, L and U of what `lu_factor` gave. What is not wanted is empty.
 *
 * @throws RuntimeError when the pivots are not int32, or do not fit.
 * Source: `torch.lu_unpack`.
 */
export const lu_unpack: Operator<
  ByName<
    LinalgSignature<
      [LU_data: Tensor, LU_pivots: Tensor, unpack_data?: boolean, unpack_pivots?: boolean],
      object,
      Results<"P" | "L" | "U", readonly [Tensor, Tensor, Tensor]>
    >,
    "LU_data, LU_pivots, unpack_data?, unpack_pivots?, out?"
  >
> = operator({
  name: "lu_unpack",
  onCpu: true,
  resultNames: ["P", "L", "U"],
  out: true,
  nonDifferentiable: [0],
  parameters: {
    LU_data: tensor,
    LU_pivots: tensor,
    unpack_data: flag(true),
    unpack_pivots: flag(true),
  },
  forward: ({ LU_data, LU_pivots, unpack_data, unpack_pivots }) => {
    checkMatrices("lu_unpack", LU_data, "LU_data");
    if (unpack_pivots && LU_pivots.dtype !== int32)
      throw new RuntimeError(
        "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype. Note: this function is intended to be used with the output produced by torch.linalg.lu_factor",
      );
    const nothing = (): Tensor => fresh([0], LU_data.dtype);
    return [
      unpack_pivots ? permutations(LU_pivots, sizesOf(LU_data)[0], LU_data) : nothing(),
      unpack_data ? lowerOf(LU_data) : nothing(),
      unpack_data ? upperOf(LU_data) : nothing(),
    ];
  },
  jointVjp: ([, gradL, gradU], { shapes }) => {
    const [rows, columns] = shapes.LU_data.slice(-2) as [number, number];
    const below = gradL ? widened(tril(gradL, -1), -1, columns) : null;
    const above = gradU ? widened(triu(gradU), -2, rows) : null;
    return { LU_data: total(below, above) };
  },
  samples: [
    () => [sample([2, 2, 2]), given([2, 2, 1, 2], int32, [2, 2])],
    () => [sample([2, 3]), given([2, 2], int32)],
    () => [sample([3, 2]), given([2, 3], int32)],
  ],
});

/** The matrices with zeros behind them, up to `size` along a dimension. */
function widened(input: Tensor, dim: -1 | -2, size: number): Tensor {
  const missing = size - input.size(dim);
  if (missing === 0) return input;
  const [rows, columns] = sizesOf(input);
  const shape = dim === -1 ? [rows, missing] : [missing, columns];
  return cat([input, allocateZeros([...batchOf(input), ...shape], input.dtype)], dim);
}

interface SolveOptions {
  readonly left?: boolean;
  readonly adjoint?: boolean;
}

/** X of `A X = B`, or of `Aᵀ X = B`, from A's factors. */
function solveFactored(lu: Tensor, pivots: Tensor, b: Tensor, adjoint: boolean): Tensor {
  const [p, l, u] = lu_unpack(lu, pivots);
  if (adjoint) {
    const middle = solve_triangular(mT(u), b, { upper: false });
    return product(p, solve_triangular(mT(l), middle, { upper: true, unitriangular: true }));
  }
  const middle = solve_triangular(l, product(mT(p), b), { upper: false, unitriangular: true });
  return solve_triangular(u, middle, { upper: true });
}

interface FactoredEquation {
  readonly LU: Tensor;
  readonly pivots: Tensor;
  readonly B: Tensor;
}

/** The same with the unknowns on either side. */
function solveEither({ LU, pivots, B }: FactoredEquation, { left, adjoint }: Required<SolveOptions>): Tensor {
  checkFactors("linalg.lu_solve", LU, pivots);
  checkEquation("linalg.lu_solve", LU, B, left);
  if (left) return solveFactored(LU, pivots, B, adjoint);
  return duplicate(mT(solveFactored(LU, pivots, mT(B), !adjoint)));
}

/** The gradient of the factors, from that of the solution X. Source: `linalg_lu_solve_LU`. */
function factorsBackward(
  [grad, x]: readonly [Tensor, Tensor],
  [lu, pivots]: readonly [Tensor, Tensor],
  { left, adjoint }: Required<SolveOptions>,
): Tensor {
  const [p, l, u] = lu_unpack(lu, pivots);
  const [g, solution] = left ? [grad, x] : [mT(grad), mT(x)];
  if (left !== adjoint) {
    const inU = solve_triangular(mT(u), neg(product(g, mT(solution))), { upper: false });
    const inL = solve_triangular(mT(l), product(inU, mT(u)), { upper: true, unitriangular: true });
    return add(tril(inL, -1), triu(inU));
  }
  const right = neg(product(mT(p), solution, mT(g), p));
  const inL = solve_triangular(mT(l), right, { upper: true, left: false, unitriangular: true });
  const inU = solve_triangular(mT(u), product(mT(l), inL), { upper: false, left: false });
  return add(tril(inL, -1), triu(inU));
}

/** @throws RuntimeError when the right side does not fit the factors. */
function checkFactors(name: string, lu: Tensor, pivots: Tensor): void {
  checkMatrices(name, lu, "LU");
  if (pivots.dtype !== int32)
    throw new RuntimeError(
      `${name}: pivots should be a Tensor of scalar type torch.int32, but it is ${pivots.dtype.toString()}. Give what linalg.lu_factor returned.`,
    );
}

/**
 * The solution X of `A X = B` from what `linalg.lu_factor` gave of A; of `X A = B` with `left: false`, and with Aᵀ in place of A with `adjoint`.
 *
 * @throws RuntimeError when the matrices do not fit.
 * Source: `torch.linalg.lu_solve`.
 */
export const linalgLuSolve: Operator<
  ByName<
    LinalgSignature<[LU: Tensor, pivots: Tensor, B: Tensor], SolveOptions>,
    "LU, pivots, B, left?, adjoint?, out?"
  >
> = operator({
  name: "linalg_lu_solve",
  onCpu: true,
  out: true,
  parameters: {
    LU: tensor,
    pivots: tensor,
    B: tensor,
    left: keywordOnly(flag(true)),
    adjoint: keywordOnly(flag(false)),
  },
  saves: ["LU", "pivots", "result"],
  forward: ({ LU, pivots, B, left, adjoint }) => solveEither({ LU, pivots, B }, { left, adjoint }),
  jointVjp: ([grad], { LU, pivots, results: [x], left, adjoint }, wanted) => ({
    B: wanted.B ? linalgLuSolve(LU, pivots, grad!, { left, adjoint: !adjoint }) : null,
    LU: wanted.LU ? factorsBackward([grad!, x!], [LU, pivots], { left, adjoint }) : null,
  }),
  samples: [
    () => [regular([2, 2]), given([2, 2], int32), sample([2, 3], { seed: 1 })],
    () => [regular([2, 2]), given([2, 2], int32), sample([1, 2], { seed: 1 }), { left: false }],
    () => [
      regular([2, 2]),
      given([2, 2], int32),
      sample([1, 2], { seed: 1 }),
      { left: false, adjoint: true },
    ],
    () => [regular([2, 2]), given([2, 2], int32), sample([2, 1], { seed: 1 }), { adjoint: true }],
  ],
});

/**
 * The solution X of `A X = b` from what `linalg.lu_factor` gave of A: an older name of `linalg.lu_solve`.
 *
 * @throws RuntimeError when the matrices do not fit.
 * Source: `torch.lu_solve`.
 */
export const lu_solve: Operator<
  MethodSignature<[LU_data: Tensor, LU_pivots: Tensor], Tensor, ["LU_data", "LU_pivots"]>
> = composite({
  name: "lu_solve",
  out: true,
  parameters: { b: tensor, LU_data: tensor, LU_pivots: tensor },
  define: ({ b, LU_data, LU_pivots }) => linalgLuSolve(LU_data, LU_pivots, b),
  samples: [() => [sample([2, 3]), regular([2, 2]), given([2, 2], int32)]],
});

/** Required dimensions are those of `linalg.lu_factor`; `pivot` is positional here. */
const positionalFlag: Parameter<boolean> = flag(true);

/**
 * The factors of `A = P L U` in one matrix and the rows that were exchanged, and with `get_infos` also `info`: an older name of `linalg.lu_factor_ex`.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.lu`.
 */
export const lu: Operator<
  MethodSignature<Called<[pivot?: boolean, get_infos?: boolean], ["pivot", "get_infos"]>, readonly Tensor[]>
> = composite({
  name: "lu",
  parameters: { A: tensor, pivot: positionalFlag, get_infos: flag(false) },
  define: ({ A, pivot, get_infos }) => {
    const [factors, pivots, info] = lu_factor_ex(A, { pivot });
    if (get_infos) return [factors, pivots, info];
    return [factors, pivots];
  },
  samples: [() => [regular([2, 2])], () => [regular([2, 2]), true, true]],
});
