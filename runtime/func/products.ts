/** Products of Jacobians with vectors. Source: `torch/_functorch/eager_transforms.py`. */
import { zeros_like } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { FunctionOf, Transformed } from "./arguments.ts";
import { Level } from "./level.ts";
import { kindOf, leavesOf, mapTree, structureOf, tensorsOf, withLeaves, type Tree } from "./tree.ts";

/** The tensors of a result. */
export function outputsOf(name: string, result: Tree): Tensor[] {
  return tensorsOf(
    result,
    (leaf) =>
      new RuntimeError(
        `${name}(f, *primals): expected f(*primals) to return only tensors, got unsupported type ${kindOf(leaf)}.`,
      ),
  );
}

/** What a function gives with `has_aux`. @throws RuntimeError when that is no pair. */
export function splitAux(name: string, result: Tree, hasAux: boolean): readonly [output: Tree, aux: Tree] {
  if (!hasAux) return [result, null];
  if (Array.isArray(result) && result.length === 2) return result as [Tree, Tree];
  throw new RuntimeError(
    `${name}(f, *primals): output of function f should be a tuple: (output, aux) if has_aux is True. Return [output, aux] from it.`,
  );
}

/** @throws RuntimeError when two trees differ. */
function checkStructure(what: string, first: Tree, second: Tree): void {
  if (structureOf(first) !== structureOf(second))
    throw new RuntimeError(`${what}: ${structureOf(first)} and ${structureOf(second)}.`);
}

/** What `vjp` takes by name, behind the primals. */
interface AuxOption {
  readonly has_aux?: boolean;
}

/** The options at the end of a list of arguments. */
function splitOptions(args: readonly unknown[]): readonly [args: readonly unknown[], options: AuxOption] {
  const last = args.at(-1);
  const isOptions =
    typeof last === "object" && last !== null && Object.keys(last).length === 1 && "has_aux" in last;
  return isOptions ? [args.slice(0, -1), last as AuxOption] : [args, {}];
}

/**
 * The output of `func` at `primals`, and a function that multiplies a cotangent with its Jacobian from the left: `[output, vjp_fn]`, or `[output, vjp_fn, aux]`.
 * `vjp_fn` gives one result for each primal, in an array, unless there is only one.
 *
 * `const [y, vjp_fn] = torch.func.vjp(f, x); const [dx] = vjp_fn(dy)`; `torch.func.vjp(f, x, {has_aux: true})`.
 *
 * Source: `torch.func.vjp`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is the function's
export function vjp<Args extends unknown[] = Tensor[]>(func: FunctionOf<Args>, ...args: unknown[]): any[] {
  const [primals, { has_aux = false }] = splitOptions(args);
  const level = new Level();
  const entered = primals.map((tree) => mapTree(tree, (leaf) => level.enter(leaf)));
  const inputs = entered.flatMap(leavesOf) as Tensor[]; // `enter` gives tensors
  const [result, aux] = splitAux(
    "vjp",
    level.run(() => func(...(entered as Args))), // what the caller gives is what `func` takes
    has_aux,
  );
  const outputs = outputsOf("vjp", result);
  level.finish();
  const vjpFunction = (...given: Tree[]): Tree => {
    const cotangents = given.length === 1 ? given[0] : given;
    checkStructure(
      "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. cotangents, primal output",
      cotangents,
      result,
    );
    const grads = level.gradients(outputs, inputs, leavesOf(cotangents) as Tensor[]);
    return withLeaves(
      entered,
      grads.map((grad) => level.leave(grad)),
    );
  };
  const output = level.leaveAll(result);
  return has_aux ? [output, vjpFunction, level.leaveAll(aux)] : [output, vjpFunction];
}

/** A function that is linear in the tangents, at one point: found by differentiating the gradients with respect to the cotangents. */
export class Linearization {
  readonly level: Level = new Level();
  readonly result: Tree;
  readonly aux: Tree;
  readonly entered: readonly Tree[];
  readonly #inputs: readonly Tensor[];
  readonly #outputs: readonly Tensor[];
  /** Of which the gradients are linear functions. */
  readonly #cotangents: readonly Tensor[];
  readonly #grads: readonly Tensor[];

  constructor(name: string, func: Transformed, primals: readonly Tree[], hasAux: boolean) {
    const { level } = this;
    this.entered = primals.map((tree) => mapTree(tree, (leaf) => level.enter(leaf)));
    this.#inputs = this.entered.flatMap(leavesOf) as Tensor[]; // `enter` gives tensors
    [this.result, this.aux] = splitAux(
      name,
      level.run(() => func(...(this.entered as never[]))),
      hasAux,
    );
    this.#outputs = outputsOf(name, this.result);
    this.#cotangents = this.#outputs.map((output) => zeros_like(output.detach()).requires_grad_());
    this.#grads = level.gradients(this.#outputs, this.#inputs, this.#cotangents, true);
  }

  /** The tangents of the outputs that belong to those of the inputs. */
  push(tangents: readonly Tensor[]): Tensor[] {
    return this.level.gradients(this.#grads, this.#cotangents, tangents);
  }

  get inputs(): readonly Tensor[] {
    return this.#inputs;
  }

  get outputs(): readonly Tensor[] {
    return this.#outputs;
  }
}

function checkTangents(primals: readonly unknown[], tangents: readonly unknown[]): void {
  checkStructure(
    "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 tensors, tangents also must be. Got primals and tangents",
    primals,
    tangents,
  );
  const given = leavesOf(tangents) as Tensor[];
  (leavesOf(primals) as Tensor[]).forEach(({ shape }, position) => {
    if (!sameShape(shape, given[position]!.shape))
      throw new RuntimeError(
        `Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is of size ${formatShape(shape)} while the given forward gradient is of size ${formatShape(given[position]!.shape)}.`,
      );
  });
}

/** What `jvp` takes by name. */
interface JvpOptions extends AuxOption {
  readonly strict?: boolean;
}

/**
 * The output of `func` at `primals`, and its Jacobian times `tangents`: `[output, tangent]`, or `[output, tangent, aux]`. It is computed by differentiating twice backward.
 *
 * `torch.func.jvp(f, [x], [dx])`.
 *
 * @throws RuntimeError when the tangents do not have the primals' structure and shapes.
 * Source: `torch.func.jvp`.
 */
export function jvp<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  primals: readonly Tree[],
  tangents: readonly Tree[],
  { has_aux = false }: JvpOptions = {},
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is the function's
): any[] {
  if (!Array.isArray(primals))
    throw new RuntimeError(
      "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals). Put the argument into an array: [x].",
    );
  checkTangents(primals, tangents);
  const at = new Linearization("jvp", func, primals, has_aux);
  const pushed = at.push(leavesOf(tangents) as Tensor[]);
  at.level.finish();
  const output = at.level.leaveAll(at.result);
  const tangent = withLeaves(
    at.result,
    pushed.map((each) => at.level.leave(each)),
  );
  return has_aux ? [output, tangent, at.level.leaveAll(at.aux)] : [output, tangent];
}

/**
 * The output of `func` at `primals`, and the linear function that takes tangents to the output's: `[output, jvp_fn]`. It serves for many tangents at the same point.
 *
 * Source: `torch.func.linearize`.
 */
export function linearize<Args extends unknown[] = Tensor[]>(
  func: FunctionOf<Args>,
  ...primals: Tree[]
  // oxlint-disable-next-line typescript/no-explicit-any -- the structure of the result is the function's
): any[] {
  const at = new Linearization("linearize", func, primals, false);
  const jvpFunction = (...tangents: Tree[]): Tree => {
    checkTangents(primals, tangents);
    const pushed = at.push(leavesOf(tangents) as Tensor[]);
    return withLeaves(
      at.result,
      pushed.map((each) => at.level.leave(each)),
    );
  };
  at.level.finish();
  return [at.level.leaveAll(at.result), jvpFunction];
}
