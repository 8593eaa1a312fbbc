/** Gradients of functions as functions. Source: `torch/_functorch/eager_transforms.py`. */
import { ones_like } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { Tensor } from "../tensor.ts";
import { argumentsAt, keywordsOf, replaceArguments, type Argnums, type FunctionOf } from "./arguments.ts";
import { Level } from "./level.ts";
import { kindOf, leavesOf, mapTree, withLeaves, type Tree } from "./tree.ts";

/** What the gradient transforms take by name. */
export interface GradTransformOptions {
  /** Which arguments are differentiated: a position, or several. */
  readonly argnums?: Argnums;
  /** Whether the function gives `[output, aux]`, of which only the first is differentiated. */
  readonly has_aux?: boolean;
}

const gradDefaults = { argnums: 0 as Argnums, has_aux: false };

/** The output, and what the function gives besides. @throws RuntimeError when the output is not one number. */
function scalarOutput(result: Tree, hasAux: boolean): readonly [output: Tensor, aux: Tree] {
  if (hasAux && !(Array.isArray(result) && result.length === 2))
    throw new RuntimeError(
      "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True. Return [output, aux] from it.",
    );
  const [output, aux] = hasAux ? (result as [Tree, Tree]) : [result, null];
  if (!(output instanceof Tensor))
    throw new RuntimeError(
      `grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got ${kindOf(output)}.`,
    );
  if (output.ndim !== 0)
    throw new RuntimeError(
      `grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with ${output.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?`,
    );
  return [output, aux];
}

/**
 * A function that gives the gradient of `func` and its value: `[grad, value]`, with `has_aux` `[grad, [value, aux]]`.
 *
 * @throws RuntimeError from the function when `func` does not give one number.
 * Source: `torch.func.grad_and_value`.
 */
export function grad_and_value<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  argnums?: Argnums | GradTransformOptions,
  has_aux?: boolean | GradTransformOptions,
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the arguments
): (...args: any[]) => any {
  const given = keywordsOf(gradDefaults, [argnums, has_aux]);
  return (...args: unknown[]) => {
    const level = new Level();
    const chosen = argumentsAt(args, given.argnums);
    const entered = chosen.map((tree) => mapTree(tree, (leaf) => level.enter(leaf)));
    const inputs = entered.flatMap(leavesOf) as Tensor[]; // `enter` gives tensors
    const [output, aux] = scalarOutput(
      level.run(() => func(...(replaceArguments(args, given.argnums, entered) as Args))), // what the caller gives is what `func` takes
      given.has_aux,
    );
    const grads = level.gradients([output], inputs, [ones_like(output.detach())]);
    level.finish();
    const trees = withLeaves(
      entered,
      grads.map((grad) => level.leave(grad)),
    ) as Tree[];
    const result = typeof given.argnums === "number" ? trees[0] : trees;
    return [result, given.has_aux ? [level.leave(output), level.leaveAll(aux)] : level.leave(output)];
  };
}

/**
 * A function that gives the gradient of `func`, which gives one number, with respect to its first argument, or those in `argnums`. Arguments may be arrays and objects of
 * tensors; so is the result then. It can be applied again: `grad(grad(f))`. With `has_aux` the result is `[grad, aux]`.
 *
 * `torch.func.grad((x) => x.sin())(torch.tensor(1.0))`.
 *
 * @throws RuntimeError from the function when `func` does not give one number.
 * Source: `torch.func.grad`.
 */
export function grad<First = Tensor, Others extends unknown[] = Tensor[]>(
  func: (first: First, ...others: Others) => Tree,
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments may be deeper than the function's: examples of a vmap
): (...args: any[]) => NoInfer<First>;
export function grad<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  argnums?: Argnums | GradTransformOptions,
  has_aux?: boolean | GradTransformOptions,
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the arguments
): (...args: any[]) => any;
export function grad(
  func: FunctionOf<never[]>,
  argnums?: Argnums | GradTransformOptions,
  has_aux?: boolean | GradTransformOptions,
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is that of the arguments
): (...args: any[]) => any {
  const hasAux = keywordsOf(gradDefaults, [argnums, has_aux]).has_aux;
  const both = grad_and_value(func, argnums, has_aux);
  return (...args: unknown[]) => {
    const [result, value] = both(...args) as [Tree, Tree];
    return hasAux ? [result, (value as [Tree, Tree])[1]] : result;
  };
}
