/** Powers and exponentials of matrices, and products of several. Derivatives: PyTorch's `FunctionsManual.cpp`, `linalg_matrix_exp_differential`. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, tensor, tensors, type TensorParameter } from "../../parameters.ts";
import { convert, duplicate } from "../../settle.ts";
import { float64 } from "../../dtype.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { add, div, mul } from "../elementwise/arithmetic.ts";
import { cat } from "../shaping/joining.ts";
import { mm } from "./matmul.ts";
import { sample } from "../samples.ts";
import { slice_dim } from "../shaping/slicing.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";
import { clone } from "../shaping/copying.ts";
import { checkSquare, identityLike, mT, product, regular, sizesOf, zerosLike } from "./matrices.ts";
import type { LinalgSignature, MethodSignature } from "./signatures.ts";
import { inv } from "./solve.ts";

/** A power by repeated squaring. */
function power(input: Tensor, n: number): Tensor {
  if (n === 0) return add(identityLike(input, sizesOf(input)[0]), zerosLike(input));
  if (n < 0) return n === -1 ? inv(input) : power(inv(input), -n);
  if (n === 1) return clone(input);
  if (n === 3) return product(input, input, input);
  let result: Tensor | null = null;
  let squared = input;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? squared : product(result, squared);
    if (rest > 1) squared = product(squared, squared);
  }
  return result!; // n is positive, so one bit is set
}

/** @throws RuntimeError when the matrices are not square. */
function checkPower(input: Tensor): void {
  if (input.ndim < 2 || input.dtype.is_floating_point) {
    checkSquare("linalg.matrix_power", input);
    return;
  }
  const [rows, columns] = sizesOf(input);
  if (rows !== columns)
    throw new RuntimeError(
      `linalg.matrix_power: A must be batches of square matrices, but they are ${rows} by ${columns} matrices.`,
    );
}

const notSquare = [{ args: () => [sample([2, 3]), 2], error: "RuntimeError", message: /2 by 3 matrices/ }];

/**
 * The n-th power of square matrices; with a negative n, of their inverses.
 *
 * @throws RuntimeError when the matrices are not square, LinAlgError when the inverse of a singular one is asked for.
 * Source: `torch.linalg.matrix_power`.
 */
export const linalgMatrixPower: Operator<
  ByName<LinalgSignature<[A: Tensor, n: number], object>, "A, n, out?">
> = composite({
  name: "linalg_matrix_power",
  out: true,
  parameters: { A: tensor, n: integer() },
  define: ({ A, n }) => {
    checkPower(A);
    return power(A, n);
  },
  samples: [() => [regular([2, 2]), 5], () => [regular([2, 2]), -2]],
  errors: notSquare,
});

/**
 * The n-th power of square matrices: `linalg.matrix_power`.
 *
 * @throws RuntimeError when the matrices are not square, LinAlgError when the inverse of a singular one is asked for.
 * Source: `torch.matrix_power`.
 */
export const matrix_power: Operator<MethodSignature<[n: number], Tensor, ["n"]>> = composite({
  name: "matrix_power",
  out: true,
  parameters: { input: tensor, n: integer() },
  define: ({ input, n }) => {
    checkPower(input);
    return power(input, n);
  },
  samples: [() => [regular([2, 2]), 3], () => [regular([2, 2]), 0]],
  errors: notSquare,
});

/** Terms of the series: with a norm of at most 1, the next one is below a double's last digit. */
const terms = 18;

/** The exponential by its series on the halved matrix, squared as often. Source: N. Higham, "Functions of Matrices", section 10.3. */
function exponential(input: Tensor): Tensor {
  const a = convert(input, float64);
  if (a.numel() === 0) return duplicate(input);
  // The largest sum of a row bounds the norm. A matrix with NaN or infinity needs no halving.
  const norm = Number(a.abs().sum(-1).max().item());
  const halvings = Number.isFinite(norm) && norm > 1 ? Math.ceil(Math.log2(norm)) : 0;
  const small = mul(a, 2 ** -halvings);
  const identity = identityLike(a, sizesOf(a)[0]);
  let result: Tensor = add(div(small, terms), identity);
  for (let k = terms - 1; k > 0; k--) result = add(div(product(small, result), k), identity);
  for (let i = 0; i < halvings; i++) result = product(result, result);
  return convert(result, input.dtype);
}

/**
 * The exponentials of square matrices: the sum of `Aᵏ / k!`.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.matrix_exp`, `torch.linalg.matrix_exp`.
 */
export const matrix_exp: Operator<MethodSignature<[]>> = operator({
  name: "linalg_matrix_exp",
  onCpu: true,
  parameters: { input: tensor },
  saves: ["input"],
  forward: ({ input }) => {
    // The series is summed in float64, also for dtypes of 16 bits.
    checkSquare("linalg.matrix_exp", input.dtype.is_floating_point ? convert(input, float64) : input);
    return exponential(input);
  },
  vjp: {
    // The exponential of [Aᵀ G; 0 Aᵀ] has the derivative in its upper right corner.
    input: (g, { input }) => {
      const transposed = mT(input);
      const n = sizesOf(input)[0];
      const above = cat([transposed, g], -1);
      const below = cat([mul(transposed, 0), transposed], -1);
      const whole = matrix_exp(cat([above, below], -2));
      return slice_dim(slice_dim(whole, -2, 0, n), -1, n, 2 * n);
    },
  },
  samples: [() => [sample([2, 2])], () => [sample([2, 2, 2], { seed: 1 })]],
  errors: [{ args: () => [sample([2, 3])], error: "RuntimeError", message: /2 by 3 matrices/ }],
});

/** A table of zeros. */
function square(size: number): number[][] {
  return Array.from({ length: size }, () => Array.from<number>({ length: size }).fill(0));
}

/** Where to split a chain of products so that the fewest numbers are multiplied. Source: T. Cormen and others, "Introduction to Algorithms", section 15.2. */
function bestSplits(sizes: readonly number[]): readonly (readonly number[])[] {
  const count = sizes.length - 1;
  const cost = square(count);
  const split = square(count);
  for (let length = 2; length <= count; length++)
    for (let from = 0; from + length <= count; from++) {
      const to = from + length - 1;
      cost[from]![to] = Infinity;
      for (let at = from; at < to; at++) {
        const price = cost[from]![at]! + cost[at + 1]![to]! + sizes[from]! * sizes[at + 1]! * sizes[to + 1]!;
        if (price < cost[from]![to]!) {
          cost[from]![to] = price;
          split[from]![to] = at;
        }
      }
    }
  return split;
}

/** @throws RuntimeError when the tensors do not form a chain. */
function checkChain(name: string, chain: readonly Tensor[]): void {
  if (chain.length < 2)
    throw new RuntimeError(`${name}(): expected at least 2 tensors but got ${chain.length}`);
  chain.forEach(({ ndim }, i) => {
    const outer = i === 0 || i === chain.length - 1;
    if (ndim !== 2 && !(outer && ndim === 1))
      throw new RuntimeError(
        outer
          ? `${name}(): the ${i === 0 ? "first" : "last"} tensor must be 1D or 2D but got ${ndim}D`
          : `${name}(): tensor ${i} must be 2D but got ${ndim}D`,
      );
  });
}

/** The product of a chain of matrices, in the cheapest order. The first may be a row, and the last a column. */
function chainProduct(name: string, chain: readonly Tensor[]): Tensor {
  checkChain(name, chain);
  const [first, last] = [chain[0]!, chain.at(-1)!];
  const matrices = chain.map((item, i) => (item.ndim === 2 ? item : unsqueeze(item, i === 0 ? 0 : 1)));
  matrices.forEach((item, i) => {
    const next = matrices[i + 1];
    if (next !== undefined && item.shape[1] !== next.shape[0])
      throw new RuntimeError(
        `${name}(): tensors ${i} and ${i + 1} with shapes ${formatShape(chain[i]!.shape)} and ${formatShape(chain[i + 1]!.shape)} cannot be multiplied. The inner sizes must be the same.`,
      );
  });
  const splits = bestSplits([
    ...matrices.map((item) => item.shape[0]!),
    last.ndim === 1 ? 1 : last.shape[1]!,
  ]);
  const between = (from: number, to: number): Tensor => {
    if (from === to) return matrices[from]!;
    const at = splits[from]![to]!;
    return mm(between(from, at), between(at + 1, to));
  };
  const result = between(0, matrices.length - 1);
  const row = first.ndim === 1 ? squeeze(result, 0) : result;
  return last.ndim === 1 ? squeeze(row, -1) : row;
}

/**
 * The product of several matrices, in the order of multiplications that costs least. The first may be a row vector, and the last a column vector.
 *
 * @throws RuntimeError when there are fewer than two, or the sizes do not fit.
 * Source: `torch.linalg.multi_dot`.
 */
export const multi_dot: Operator<
  ByName<LinalgSignature<[tensors: readonly Tensor[]], object>, "tensors, out?">
> = composite({
  name: "linalg_multi_dot",
  out: true,
  parameters: { tensors },
  define: ({ tensors: chain }) => chainProduct("multi_dot", chain),
  samples: [
    () => [[sample([2]), sample([2, 3], { seed: 1 }), sample([3, 1], { seed: 2 })]],
    () => [[sample([2, 2]), sample([2], { seed: 1 })]],
  ],
  errors: [
    { args: () => [[sample([2, 2])]], error: "RuntimeError", message: /at least 2 tensors but got 1/ },
    {
      args: () => [[sample([2, 3]), sample([2, 2])]],
      error: "RuntimeError",
      message: /\[2, 3\] and \[2, 2\] cannot/,
    },
  ],
});

/** All positional arguments are matrices. */
const chainParameter: TensorParameter<readonly Tensor[]> = {
  ...tensors,
  variadic: true,
  convert: (value) => (value instanceof Tensor ? [value] : tensors.convert(value)),
};

/**
 * The product of several matrices: an older name of `linalg.multi_dot`. Takes them one by one, or as an array.
 *
 * @throws RuntimeError when the sizes do not fit.
 * Source: `torch.chain_matmul`.
 */
export const chain_matmul: Operator<
  ByName<LinalgSignature<[first: Tensor | readonly Tensor[], ...rest: Tensor[]], object>, "matrices?, out?">
> = composite({
  name: "chain_matmul",
  out: true,
  parameters: { matrices: chainParameter },
  define: ({ matrices }) =>
    matrices.length === 1 ? clone(matrices[0]!) : chainProduct("multi_dot", matrices),
  samples: [() => [[sample([2, 3]), sample([3, 2], { seed: 1 })]]],
});
