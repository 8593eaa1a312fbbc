/**
 * A function of one example as a function of many. The examples are computed one after the other and their results stacked, which is right for every operator
 * (docs/decisions/0010-vmap.md). Source: `torch/_functorch/apis.py`, `torch/_functorch/vmap.py`.
 */
import { zeros } from "../create.ts";
import { IndexError } from "../errors/indexError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { stack } from "../ops/shaping/joining.ts";
import { narrow, select } from "../ops/shaping/slicing.ts";
import { default_generator } from "../random.ts";
import { Tensor } from "../tensor.ts";
import { keywordsOf, type Transformed } from "./arguments.ts";
import { kindOf, leavesOf, mapTree, structureOf, withLeaves, type Tree } from "./tree.ts";

/** Where the examples are: along one dimension of every tensor, or for each argument, `null` where it is the same for all. */
export type InDims = number | readonly unknown[];
/** Where the results' new dimension is; `null` for a result that does not depend on the example. */
export type OutDims = number | null | readonly unknown[];

/** The result for one example, with tensors of a shape that is not known: they have one dimension more. What is not known at all stays so. */
type Batched<R> = 0 extends 1 & R
  ? R
  : R extends Tensor
    ? Tensor
    : R extends object
      ? { [K in keyof R]: Batched<R[K]> }
      : R;

/** What `vmap` takes by name. */
export interface VmapOptions {
  readonly in_dims?: InDims;
  readonly out_dims?: OutDims;
  /** What random operations do: `"error"`, draw `"different"` numbers for each example, or the `"same"`. */
  readonly randomness?: string;
  /** How many examples are computed together; here always one. */
  readonly chunk_size?: number | null;
}

const defaults = {
  in_dims: 0 as InDims,
  out_dims: 0 as OutDims,
  randomness: "error",
  chunk_size: null as number | null,
};

/** A dimension for each leaf of a tree, as a tree of dimensions says that may be less deep. `null` when the two do not fit. */
function spread(dims: unknown, tree: Tree): (number | null)[] | null {
  if (dims === null || typeof dims === "number") return leavesOf(tree).map(() => dims);
  if (Array.isArray(dims)) {
    if (!Array.isArray(tree) || tree.length !== dims.length) return null;
    return joinAll(dims.map((item, i) => spread(item, tree[i])));
  }
  if (typeof dims !== "object" || structureOf(dims) !== structureOf(tree)) return null;
  return leavesOf(dims) as (number | null)[]; // numbers and nulls, one for each leaf
}

function joinAll<T>(lists: readonly (readonly T[] | null)[]): T[] | null {
  return lists.includes(null) ? null : lists.flatMap((list) => list!);
}

/** A dimension counted from the start. */
function normalized(name: string, dim: number, leaf: unknown): number {
  if (!(leaf instanceof Tensor))
    throw new ValueError(
      `vmap(${name}, in_dims=${dim}, ...)(<inputs>): Got in_dim=${dim} for an input but the input is of type ${kindOf(leaf)}. We cannot vmap over non-Tensor arguments, please use null as the respective in_dim.`,
    );
  const { ndim } = leaf;
  if (dim < -ndim || dim >= ndim)
    throw new ValueError(
      `vmap(${name}, in_dims=${dim}, ...)(<inputs>): Got in_dim=${dim} for some input, but that input is a Tensor of dimensionality ${ndim} so expected in_dim to satisfy -${ndim} <= in_dim < ${ndim}.`,
    );
  return dim < 0 ? dim + ndim : dim;
}

/** The arguments' leaves, and the dimension of each along which the examples lie. */
class Examples {
  readonly #args: readonly unknown[];
  readonly #leaves: readonly unknown[];
  readonly #dims: readonly (number | null)[];
  readonly count: number;

  constructor(name: string, args: readonly unknown[], inDims: InDims) {
    if (args.length === 0)
      throw new ValueError(
        `vmap(${name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no inputs. The latter is unsupported.`,
      );
    if (typeof inDims !== "number" && !Array.isArray(inDims))
      throw new ValueError(
        `vmap(${name}, in_dims=${String(inDims)}, ...)(<inputs>): expected \`in_dims\` to be int or a (potentially nested) tuple matching the structure of inputs, got: ${kindOf(inDims)}.`,
      );
    this.#args = args;
    this.#leaves = leavesOf(args);
    const dims = spread(inDims, args);
    if (dims === null)
      throw new ValueError(
        `vmap(${name}, in_dims=${JSON.stringify(inDims)}, ...)(<inputs>): in_dims is not compatible with the structure of \`inputs\`. in_dims has structure ${structureOf(inDims)} but inputs has structure ${structureOf(args)}.`,
      );
    this.#dims = dims.map((dim, i) => (dim === null ? null : normalized(name, dim, this.#leaves[i])));
    this.count = this.#countExamples(name);
  }

  #countExamples(name: string): number {
    const sizes = this.#dims.flatMap(
      (dim, i) => (dim === null ? [] : [(this.#leaves[i] as Tensor).shape[dim]!]), // a leaf with a dimension is a tensor
    );
    if (sizes.length === 0)
      throw new ValueError(
        `vmap(${name})(<inputs>): no input has examples: at least one in_dim must be a number and not null.`,
      );
    if (sizes.some((size) => size !== sizes[0]))
      throw new ValueError(
        `vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(", ")}] for the mapped dimension.`,
      );
    return sizes[0]!;
  }

  /** The arguments of an example of zeros. */
  zeros(): unknown[] {
    const leaves = this.#leaves.map((leaf, i) => {
      const dim = this.#dims[i]!;
      if (dim === null) return leaf;
      const { shape, dtype, device } = leaf as Tensor; // a leaf with a dimension is a tensor
      return zeros(shape.toSpliced(dim, 1), { dtype, device });
    });
    return withLeaves(this.#args, leaves) as unknown[]; // the structure of an array of arguments
  }

  /** The arguments of one example. */
  at(position: number): unknown[] {
    const leaves = this.#leaves.map((leaf, i) => {
      const dim = this.#dims[i]!;
      return dim === null ? leaf : select(leaf as Tensor, dim, position); // a leaf with a dimension is a tensor
    });
    return withLeaves(this.#args, leaves) as unknown[]; // the structure of an array of arguments
  }
}

/** Runs `body` for each example, with random numbers as asked for. */
function runEach<T>(count: number, randomness: string, body: (position: number) => T): T[] {
  const { twister } = default_generator;
  const before = { words: twister.words.slice(), next: twister.next };
  return Array.from({ length: count }, (_, position) => {
    if (randomness === "same") {
      twister.words.set(before.words);
      twister.next = before.next;
    }
    const result = body(position);
    if (randomness === "error" && (twister.next !== before.next || twister.words[0] !== before.words[0]))
      throw new RuntimeError(
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap.",
      );
    return result;
  });
}

/** Results for no examples: of the shape and dtype that one example of zeros would have. */
function withoutExamples(name: string, func: Transformed, examples: Examples, outDims: OutDims): Tree {
  const result = func(...(examples.zeros() as never[]));
  const dims = spread(outDims, result) ?? [];
  let position = 0;
  return mapTree(stacked(name, [result], outDims), (leaf) => {
    const dim = dims[position++]!;
    return dim === null ? leaf : narrow(leaf as Tensor, dim, 0, 0); // `stacked` gives tensors there
  });
}

/** @throws ValueError for a result that is said to be the same for all examples and is not. */
function checkShared(name: string, leaves: readonly unknown[]): void {
  const [first, ...others] = leaves;
  if (!(first instanceof Tensor)) return;
  if (others.some((other) => String(first.tolist()) !== String((other as Tensor).tolist())))
    throw new ValueError(
      `vmap(${name}, ...): \`${name}\` can not return a BatchedTensor when out_dim is None: the result differs between the examples. Say which dimension it gets.`,
    );
}

/** Puts the results of all examples together. */
function stacked(name: string, results: readonly Tree[], outDims: OutDims): Tree {
  const [first] = results;
  const dims = spread(outDims, first);
  if (dims === null)
    throw new ValueError(
      `vmap(${name}, ..., out_dims=${JSON.stringify(outDims)})(<inputs>): out_dims is not compatible with the structure of \`outputs\`. out_dims has structure ${structureOf(outDims)} but outputs has structure ${structureOf(first)}.`,
    );
  const all = results.map(leavesOf);
  let position = 0;
  return mapTree(first, (leaf) => {
    const i = position++;
    const dim = dims[i]!;
    if (dim === null) {
      checkShared(
        name,
        all.map((leaves) => leaves[i]),
      );
      return leaf;
    }
    if (!(leaf instanceof Tensor))
      throw new ValueError(
        `vmap(${name}, ...): \`${name}\` must only return Tensors, got type ${kindOf(leaf)}. Did you mean to set out_dims= to null for output?`,
      );
    if (dim < -leaf.ndim - 1 || dim > leaf.ndim)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [${-leaf.ndim - 1}, ${leaf.ndim}], but got ${dim}).`,
      );
    return stack(
      all.map((leaves) => leaves[i] as Tensor), // the results of all examples have the first one's structure
      dim,
    );
  });
}

/**
 * A function that does for each example what `func` does for one. The examples lie along a dimension of the arguments, the first unless `in_dims` says otherwise
 * (`null` for an argument that all share); the results get such a dimension too.
 *
 * `torch.vmap(torch.dot)(x, y)`, `torch.vmap(f, [0, null])(x, weights)`, `torch.vmap(torch.func.grad(loss), {in_dims: [null, 0]})(params, x)`.
 *
 * @throws ValueError from the function when the arguments do not fit `in_dims` or each other; RuntimeError for random numbers unless `randomness` says what is meant.
 * Source: `torch.vmap`.
 */
export function vmap<R, Args extends unknown[] = Tensor[]>(
  func: (...args: Args) => R,
  in_dims?: InDims | VmapOptions,
  out_dims?: OutDims | VmapOptions,
  randomness?: string | VmapOptions,
  options?: VmapOptions,
  // oxlint-disable-next-line typescript/no-explicit-any -- what lies along which dimension is not known to the compiler
): (...args: any[]) => Batched<R>;
export function vmap(
  func: Transformed,
  in_dims?: InDims | VmapOptions,
  out_dims?: OutDims | VmapOptions,
  randomness?: string | VmapOptions,
  options: VmapOptions = {},
): (...args: unknown[]) => unknown {
  const given = keywordsOf(defaults, [in_dims, out_dims, randomness, options]);
  if (!["error", "different", "same"].includes(given.randomness))
    throw new RuntimeError(
      `Only allowed values for randomness are 'error', 'different', or 'same'. Got ${given.randomness}.`,
    );
  if (given.chunk_size !== null && given.chunk_size <= 0)
    throw new ValueError(`vmap: chunk_size should be None or greater than 0. (got ${given.chunk_size})`);
  const name = func.name === "" ? "<lambda>" : func.name;
  return (...args: unknown[]) => {
    const examples = new Examples(name, args, given.in_dims);
    if (examples.count === 0) return withoutExamples(name, func, examples, given.out_dims);
    const results = runEach(examples.count, given.randomness, (position) =>
      func(...(examples.at(position) as never[])),
    );
    return stacked(name, results, given.out_dims);
  };
}
