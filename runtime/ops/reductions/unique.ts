/** Each value once: over the whole tensor, along a dimension, or only where neighbours are equal. */
import { bool } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, composite, type Operator } from "../../operator.ts";
import { flag, optionalInteger, tensor } from "../../parameters.ts";
import { formatShape, normalizeDim, numel } from "../../shape.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { given, sample } from "../samples.ts";
import { sort } from "./sorting.ts";
import { movedim, reshape } from "../shaping/view.ts";
import { index_select } from "../shaping/indexing.ts";
import { elementsOf, fromPositions, numbersOf } from "./elements.ts";

/** Which items are kept, to which of them each belongs, and how many do. */
interface Groups {
  /** For each group, the item that stands for it. */
  readonly representatives: Float64Array;
  /** For each item, its group. */
  readonly inverse: Float64Array;
  readonly counts: Float64Array;
}

function positionsUpTo(count: number): Float64Array {
  const positions = new Float64Array(count);
  for (let i = 0; i < count; i++) positions[i] = i;
  return positions;
}

/** Groups neighbours in `order` that are the same. */
function groupsIn(order: Float64Array, same: (left: number, right: number) => boolean): Groups {
  const [representatives, inverse, counts] = [0, 1, 2].map(() => new Float64Array(order.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let last = -1;
  for (let i = 0; i < order.length; i++) {
    const item = order[i]!;
    if (i === 0 || !same(order[i - 1]!, item)) representatives[++last] = item;
    counts[last]!++;
    inverse[item] = last;
  }
  return { representatives: representatives.slice(0, last + 1), inverse, counts: counts.slice(0, last + 1) };
}

type Elements = Float64Array | BigInt64Array;

/** Orders elements from the smallest, NaN behind all others. */
function compare(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

/** Items are rows of `width` elements; positions of their first difference decide. */
function rowsOf(
  elements: Elements,
  width: number,
): {
  compare: (left: number, right: number) => number;
  same: (left: number, right: number) => boolean;
} {
  return {
    compare: (left, right) => {
      for (let i = 0; i < width; i++) {
        const order = compare(elements[left * width + i]!, elements[right * width + i]!);
        if (order !== 0) return order;
      }
      return left - right;
    },
    // NaN differs from itself.
    same: (left, right) => {
      for (let i = 0; i < width; i++)
        if (elements[left * width + i] !== elements[right * width + i]) return false;
      return true;
    },
  };
}

/** Groups `count` items of `width` elements each; sorted, or as their neighbours are. */
function group(elements: Elements, count: number, width: number, sorted: boolean): Groups {
  const order = positionsUpTo(count);
  const { compare: inOrder, same } = rowsOf(elements, width);
  return groupsIn(sorted ? order.toSorted(inOrder) : order, same);
}

/** The three results that the operators below choose from. */
function uniqueElements(input: Tensor, sorted: boolean): readonly [Tensor, Tensor, Tensor] {
  const flat = reshape(input, [-1]);
  const elements = elementsOf(flat);
  const order = sorted ? numbersOf(sort(flat, 0)[1]) : positionsUpTo(elements.length);
  const { representatives, inverse, counts } = groupsIn(
    order,
    (left, right) => elements[left] === elements[right],
  );
  return [
    index_select(flat, 0, fromPositions(representatives)),
    fromPositions(inverse, input.shape),
    fromPositions(counts),
  ];
}

/** @throws when slices along `axis` cannot be told apart. */
function checkSlices(input: Tensor, axis: number): void {
  const empty = input.shape.filter((size) => size === 0).length;
  if (input.shape[axis] === 0 && empty !== 1)
    throw new RuntimeError(
      `Number of zero sized dimensions is more than one, so unique cannot be applied: the shape is ${formatShape(input.shape)}.`,
    );
  if (input.shape[axis] !== 0 && empty > 0)
    throw new RuntimeError(
      `There are 0 sized dimensions, and they aren't selected, so unique cannot be applied: the shape is ${formatShape(input.shape)}.`,
    );
}

function uniqueSlices(input: Tensor, dim: number, sorted: boolean): readonly [Tensor, Tensor, Tensor] {
  const axis = normalizeDim(dim, input.ndim);
  if (input.ndim === 0) return uniqueElements(input, sorted);
  checkSlices(input, axis);
  const count = input.shape[axis]!;
  const rows = movedim(input, axis, 0);
  const width = numel(rows.shape.slice(1));
  const { representatives, inverse, counts } = group(elementsOf(rows), count, width, sorted);
  return [
    index_select(input, axis, fromPositions(representatives)),
    fromPositions(inverse),
    fromPositions(counts),
  ];
}

type PlainSignature = FunctionSignature<
  (input: Tensor, dim: number | null, sorted: boolean) => readonly [Tensor, Tensor, Tensor]
>;

/** @internal The values, where each element's value is among them, and how often each occurs. */
export const plainUnique: Operator<PlainSignature> = operator({
  name: "_unique2",
  parameters: { input: tensor, dim: optionalInteger, sorted: flag(true) },
  forward: ({ input, dim, sorted }) =>
    dim === null ? uniqueElements(input, sorted) : uniqueSlices(input, dim, sorted),
  vjp: null,
  samples: [() => [given([2, 1, 2], bool), null, true], () => [sample([3, 2]), 0, false]],
});

/** What was asked for: the values alone, or a list with the inverse, the counts or both behind them. */
function asked(
  [values, inverse, counts]: readonly [Tensor, Tensor, Tensor],
  wanted: { readonly return_inverse: boolean; readonly return_counts: boolean },
): Tensor | Tensor[] {
  const more = [...(wanted.return_inverse ? [inverse] : []), ...(wanted.return_counts ? [counts] : [])];
  return more.length === 0 ? values : [values, ...more];
}

interface UniqueOptions {
  readonly return_inverse?: boolean;
  readonly return_counts?: boolean;
  readonly dim?: number | null;
}

type SortedOptions = UniqueOptions & { readonly sorted?: boolean };
type Asks = { readonly return_inverse: true } | { readonly return_counts: true };

interface UniqueSignature extends Signature {
  readonly function: {
    (input: Tensor, options: SortedOptions & Asks): readonly Tensor[];
    (
      input: Tensor,
      sorted: boolean,
      return_inverse: boolean,
      return_counts?: boolean,
      dim?: number | null,
    ): Tensor | readonly Tensor[];
    (input: Tensor, options?: SortedOptions): Tensor;
  };
  readonly method: ((options: SortedOptions & Asks) => readonly Tensor[]) &
    ((
      sorted: boolean,
      return_inverse: boolean,
      return_counts?: boolean,
      dim?: number | null,
    ) => Tensor | readonly Tensor[]) &
    ((options?: SortedOptions) => Tensor);
}

/**
 * Each value once, from the smallest; along `dim`, each different slice once. With `return_inverse`, also where each element's value is among them, and with
 * `return_counts`, how often each occurs.
 *
 * @throws IndexError when there is no such dimension, RuntimeError for slices without elements.
 * Source: `torch.unique`.
 */
export const unique: Operator<UniqueSignature> = composite({
  name: "unique",
  parameters: {
    input: tensor,
    sorted: flag(true),
    return_inverse: flag(false),
    return_counts: flag(false),
    dim: optionalInteger,
  },
  // PyTorch sorts as well where nobody asks for it.
  define: ({ input, dim, ...wanted }) => asked(plainUnique(input, dim, true), wanted),
  samples: [() => [sample([2, 3])], () => [sample([3]), { return_counts: true }]],
  errors: [{ args: () => [sample([2]), { dim: 1 }], error: "IndexError", message: /Dimension out of range/ }],
});

interface ConsecutiveSignature extends Signature {
  readonly function: {
    (input: Tensor, options: UniqueOptions & Asks): readonly Tensor[];
    (
      input: Tensor,
      return_inverse: boolean,
      return_counts?: boolean,
      dim?: number | null,
    ): Tensor | readonly Tensor[];
    (input: Tensor, options?: UniqueOptions): Tensor;
  };
  readonly method: ((options: UniqueOptions & Asks) => readonly Tensor[]) &
    ((return_inverse: boolean, return_counts?: boolean, dim?: number | null) => Tensor | readonly Tensor[]) &
    ((options?: UniqueOptions) => Tensor);
}

/**
 * The values without those that repeat their neighbour; along `dim`, the slices. With `return_inverse`, also where each element's value is in the result, and with
 * `return_counts`, how often it was repeated.
 *
 * @throws IndexError when there is no such dimension, RuntimeError for slices without elements.
 * Source: `torch.unique_consecutive`.
 */
export const unique_consecutive: Operator<ConsecutiveSignature> = composite({
  name: "unique_consecutive",
  parameters: {
    input: tensor,
    return_inverse: flag(false),
    return_counts: flag(false),
    dim: optionalInteger,
  },
  define: ({ input, dim, ...wanted }) => asked(plainUnique(input, dim, false), wanted),
  samples: [() => [sample([2, 3])], () => [sample([3]), { return_inverse: true }]],
  errors: [{ args: () => [sample([2]), { dim: 1 }], error: "IndexError", message: /Dimension out of range/ }],
});
