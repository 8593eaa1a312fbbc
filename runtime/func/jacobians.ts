/** Whole Jacobians. Source: `torch/_functorch/eager_transforms.py`. */
import { zeros, zeros_like } from "../create.ts";
import { no_grad } from "../autograd/modes.ts";
import { stack } from "../ops/shaping/joining.ts";
import type { Tensor } from "../tensor.ts";
import { argumentsAt, keywordsOf, replaceArguments, type Argnums, type FunctionOf } from "./arguments.ts";
import { Level } from "./level.ts";
import { Linearization, outputsOf, splitAux } from "./products.ts";
import { leavesOf, mapTree, withLeaves, type Tree } from "./tree.ts";

/** What the Jacobian transforms take by name. */
export interface JacobianOptions {
  /** Which arguments are differentiated: a position, or several. */
  readonly argnums?: Argnums;
  /** Whether the function gives `[output, aux]`, of which only the first is differentiated. */
  readonly has_aux?: boolean;
  /** How many rows or columns are computed together; here always one. */
  readonly chunk_size?: number | null;
  readonly randomness?: string;
}

const defaults = {
  argnums: 0 as Argnums,
  has_aux: false,
  chunk_size: null as number | null,
  randomness: "error",
};

/** A tensor like `pattern` with a 1 at one position and zeros elsewhere. */
function basis(pattern: Tensor, position: number): Tensor {
  const result = zeros_like(pattern.detach());
  no_grad(() => result.view(-1).select(0, position).fill_(1));
  return result;
}

/** Jacobians of each output leaf with respect to each input leaf, in the structure of the output, and in each place that of the arguments. */
function assembled(
  result: Tree,
  entered: readonly Tree[],
  argnums: Argnums,
  jacobians: readonly (readonly Tensor[])[],
): Tree {
  let position = 0;
  return mapTree(result, () => {
    const trees = withLeaves(entered, jacobians[position++]!) as Tree[];
    return typeof argnums === "number" ? trees[0] : trees;
  });
}

/**
 * A function that gives the Jacobian of `func` with respect to its first argument, or those in `argnums`, row by row: good where there are fewer outputs than inputs. The
 * shape is the output's followed by the input's.
 *
 * `torch.func.jacrev(f)(x)`, `torch.func.jacrev(f, {argnums: [0, 1]})(x, y)`.
 *
 * Source: `torch.func.jacrev`.
 */
export function jacrev<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  argnums?: Argnums | JacobianOptions,
  options: JacobianOptions = {},
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the function's arguments and results
): (...args: any[]) => any {
  const given = keywordsOf(defaults, [argnums, options]);
  return (...args: unknown[]) => {
    const level = new Level();
    const entered = argumentsAt(args, given.argnums).map((tree) =>
      mapTree(tree, (leaf) => level.enter(leaf)),
    );
    const inputs = entered.flatMap(leavesOf) as Tensor[]; // `enter` gives tensors
    const [result, aux] = splitAux(
      "jacrev",
      level.run(() => func(...(replaceArguments(args, given.argnums, entered) as Args))), // what the caller gives is what `func` takes
      given.has_aux,
    );
    const jacobians = outputsOf("vjp", result).map((output) => {
      const rows = Array.from({ length: output.numel() }, (_, position) =>
        level.gradients([output], inputs, [basis(output, position)]),
      );
      return inputs.map((input, i) => joined(rows, i, 0, [...output.shape, ...input.shape], input));
    });
    level.finish();
    const outside = jacobians.map((row) => row.map((jacobian) => level.leave(jacobian)));
    const tree = assembled(result, entered, given.argnums, outside);
    return given.has_aux ? [tree, level.leaveAll(aux)] : tree;
  };
}

/** The slices at position `i` of each row, beside each other, in a shape. */
function joined(
  rows: readonly (readonly Tensor[])[],
  i: number,
  dim: number,
  shape: readonly number[],
  pattern: Tensor,
): Tensor {
  if (rows.length === 0) return zeros(shape, { dtype: pattern.dtype });
  return stack(
    rows.map((row) => row[i]!),
    dim,
  ).reshape(shape) as Tensor;
}

/**
 * As `jacrev`, column by column: good where there are fewer inputs than outputs.
 *
 * Source: `torch.func.jacfwd`.
 */
export function jacfwd<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  argnums?: Argnums | JacobianOptions,
  options: JacobianOptions = {},
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the function's arguments and results
): (...args: any[]) => any {
  const given = keywordsOf(defaults, [argnums, options]);
  return (...args: unknown[]) => {
    const chosen = argumentsAt(args, given.argnums);
    const partial = (...values: unknown[]): Tree =>
      func(...(replaceArguments(args, given.argnums, values) as Args)); // what the caller gives is what `func` takes
    const at = new Linearization("jvp", partial, chosen, given.has_aux);
    const columns = at.inputs.map((input, i) =>
      Array.from({ length: input.numel() }, (_, position) =>
        at.push(at.inputs.map((other, j) => (i === j ? basis(input, position) : zeros_like(other.detach())))),
      ),
    );
    at.level.finish();
    const jacobians = at.outputs.map((output, o) =>
      at.inputs.map((input, i) =>
        at.level.leave(joined(columns[i]!, o, -1, [...output.shape, ...input.shape], input)),
      ),
    );
    const tree = assembled(at.result, at.entered, given.argnums, jacobians);
    return given.has_aux ? [tree, at.level.leaveAll(at.aux)] : tree;
  };
}

/**
 * A function that gives the second derivatives of `func`, which gives one number, with respect to its first argument, or those in `argnums`.
 *
 * Source: `torch.func.hessian`.
 */
export function hessian<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  argnums: Argnums | JacobianOptions = 0,
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the function's arguments
): (...args: any[]) => any {
  return jacfwd(jacrev(func, argnums), argnums);
}
