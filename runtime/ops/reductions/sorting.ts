/** Elements in order. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, int64, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, integer, tensor, type Parameter } from "../../parameters.ts";
import {
  alias,
  allocate,
  allocateInOrderOf,
  allocateZeros,
  backendOf,
  copyInto,
  duplicate,
} from "../../settle.ts";
import { contiguousStrides, normalizeDim, numel } from "../../shape.ts";
import type { GeneralSignature, KeepOption, Signature, ValuesAndIndices } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { eq } from "../elementwise/comparison.ts";
import { any, refuseEmpty } from "./reduction.ts";
import { elementsOf, fromPositions } from "./elements.ts";
import { quickSelect } from "./quickSelect.ts";
import { unstableTop } from "./unstableSort.ts";
import { sample } from "../samples.ts";
import { valuesBackward } from "./selecting.ts";
import { gather } from "../shaping/scattering.ts";
import { narrow, select, slice_dim } from "../shaping/slicing.ts";
import { movedim, unsqueeze } from "../shaping/view.ts";

/** The order of dimensions in which `axis` is the last one. */
function lastOrder(rank: number, axis: number): number[] {
  return [...Array.from({ length: rank }, (_, dim) => dim).filter((dim) => dim !== axis), axis];
}

/** The elements as contiguous rows along `axis`. */
function rowsAlong(input: Tensor, axis: number): Tensor {
  if (input.ndim === 0) return alias(input, [1, 1], [1, 1]);
  const order = lastOrder(input.ndim, axis);
  const moved = alias(
    input,
    order.map((dim) => input.shape[dim]!),
    order.map((dim) => input.strides[dim]!),
  );
  const n = moved.shape.at(-1) ?? 1;
  const whole = moved.is_contiguous() ? moved : duplicate(moved);
  return alias(whole, [n === 0 ? 0 : whole.numel() / n, n], [n, 1]);
}

/** A result of `[rows, count]` as one whose dimension `axis` has `count` elements. */
function fromRows(rows: Tensor, input: Tensor, axis: number, count: number): Tensor {
  const order = lastOrder(input.ndim, axis);
  const shape = order.map((dim) => (dim === axis ? count : input.shape[dim]!));
  const strides = contiguousStrides(shape);
  const back = input.shape.map((_, dim) => order.indexOf(dim));
  const result = alias(
    rows,
    back.map((position) => shape[position]!),
    back.map((position) => strides[position]!),
  );
  return result.is_contiguous() ? result : duplicate(result);
}

type SortRows = (values: Tensor, indices: Tensor, input: Tensor) => void;

/** Values and indices with `count` elements along `axis`, as `sort` writes them row by row. */
function sortAlong(input: Tensor, axis: number, count: number, sort: SortRows): readonly [Tensor, Tensor] {
  const rows = rowsAlong(input, axis);
  const shape = [rows.shape[0]!, count];
  const make = (dtype: DType): Tensor => allocate(shape, dtype);
  const [values, indices] = [make(input.dtype), make(int64)];
  if (numel(shape) > 0) sort(values, indices, rows);
  if (input.ndim === 0) return [alias(values, [], []), alias(indices, [], [])];
  return [fromRows(values, input, axis, count), fromRows(indices, input, axis, count)];
}

function sortedAlong(input: Tensor, axis: number, descending: boolean): readonly [Tensor, Tensor] {
  const [values, indices] = sortAlong(input, axis, input.shape[axis] ?? 1, (elements, positions, rows) =>
    backendOf(input).sortRows(elements, positions, rows, descending),
  );
  return input.is_contiguous() ? [values, indices] : [inOrderOf(input, values), inOrderOf(input, indices)];
}

/** `result`, as it would lie in memory if `input` were it. */
function inOrderOf(input: Tensor, result: Tensor): Tensor {
  const copy = allocateInOrderOf(input, result.dtype);
  copyInto(copy, result);
  return copy;
}

/** Whether equal elements keep their order: they always do here. */
const stableParameter: Parameter<boolean | null> = {
  expects: "true, false or null",
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

interface SortOptions {
  readonly dim?: number;
  readonly axis?: number;
  readonly descending?: boolean;
  readonly stable?: boolean | null;
}

/** `sort` and its like: values and positions. */
interface SortSignature extends Signature {
  readonly function: {
    <T extends Tensor>(
      input: T,
      dim?: number,
      descending?: boolean | SortOptions,
      options?: SortOptions,
    ): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(input: T, options: SortOptions): ValuesAndIndices<DTypeOf<T>>;
  };
  readonly method: (<T extends Tensor>(
    this: T,
    dim?: number,
    descending?: boolean | SortOptions,
    options?: SortOptions,
  ) => ValuesAndIndices<DTypeOf<T>>) &
    (<T extends Tensor>(this: T, options: SortOptions) => ValuesAndIndices<DTypeOf<T>>);
}

/**
 * The elements along a dimension in order, from the smallest or from the largest, and where they were: `const [values, indices] = x.sort(1)`. NaN is the largest;
 * equal elements keep their order.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.sort`.
 */
export const sort: Operator<SortSignature> = operator({
  resultNames: ["values", "indices"],
  out: true,
  name: "sort",
  parameters: { input: tensor, dim: integer(-1), descending: flag(false), stable: stableParameter },
  gradFn: ({ stable }) => (stable === null ? "SortBackward0" : "SortBackward1"),
  forward: ({ input, dim, descending }) => sortedAlong(input, normalizeDim(dim, input.ndim), descending),
  vjp: { input: (g, { shapes, dim, others }) => valuesBackward(g, shapes.input, dim, others[0]!) },
  samples: [() => [sample([2, 5])], () => [sample([4, 2]), 0, true], () => [sample([]), { stable: true }]],
  errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
});

type ArgsortSignature = GeneralSignature<
  [dim?: number | SortOptions, descending?: boolean | SortOptions, options?: SortOptions],
  "int64"
>;

/**
 * The positions that put the elements along a dimension in order.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.argsort`.
 */
export const argsort: Operator<ArgsortSignature> = operator({
  name: "argsort",
  parameters: { input: tensor, dim: integer(-1), descending: flag(false), stable: stableParameter },
  forward: ({ input, dim, descending }) => sortedAlong(input, normalizeDim(dim, input.ndim), descending)[1],
  vjp: null,
  samples: [() => [sample([2, 5])], () => [sample([4, 2]), 0, true]],
});

interface TopkOptions {
  readonly dim?: number;
  readonly axis?: number;
  readonly largest?: boolean;
  readonly sorted?: boolean;
}

interface TopkSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    k: number | (TopkOptions & { readonly k: number }),
    dim?: number | TopkOptions,
    largest?: boolean | TopkOptions,
    sorted?: boolean | Pick<TopkOptions, "sorted">,
  ) => ValuesAndIndices<DTypeOf<T>>;
  readonly method: <T extends Tensor>(
    this: T,
    k: number | (TopkOptions & { readonly k: number }),
    dim?: number | TopkOptions,
    largest?: boolean | TopkOptions,
    sorted?: boolean | Pick<TopkOptions, "sorted">,
  ) => ValuesAndIndices<DTypeOf<T>>;
}

/** Up to so many results are kept in order while walking along a row; for more it is sorted whole. */
const fewResults = 128;

/** The first `k` along `axis`; of equal elements the first. */
function topAlong(input: Tensor, axis: number, k: number, largest: boolean): readonly [Tensor, Tensor] {
  if (k > fewResults) {
    const [values, indices] = sortedAlong(input, axis, largest);
    return [firstAlong(values, axis, k), firstAlong(indices, axis, k)];
  }
  return sortAlong(input, axis, k, (values, indices, rows) =>
    backendOf(input).topRows(values, indices, rows, largest),
  );
}

function firstAlong(input: Tensor, axis: number, count: number): Tensor {
  return input.shape[axis] === count ? input : duplicate(slice_dim(input, axis, 0, count));
}

/** Whether neighbours along `axis` are equal somewhere. */
function hasTies(input: Tensor, axis: number): boolean {
  const size = input.shape[axis]!;
  if (size < 2) return false;
  const shifted = narrow(input, axis, 1, size - 1);
  return Boolean(any(eq(shifted, narrow(input, axis, 0, size - 1))).item());
}

type Elements = ReturnType<typeof elementsOf>;

/** Whether one element is larger than another; NaN is larger than every number. */
function beyond(left: number | bigint, right: number | bigint): boolean {
  return left > right || (Number.isNaN(left) && !Number.isNaN(right));
}

/** The elements of each row along `axis` that `choose` picks, and their positions. It gets the places of a row's elements among all. */
function choosePositions(
  input: Tensor,
  axis: number,
  count: number,
  choose: (places: Uint32Array, elements: Elements) => Uint32Array,
): readonly [Tensor, Tensor] {
  const rows = movedim(input, axis, -1);
  const size = rows.shape.at(-1)!;
  const elements = elementsOf(rows);
  const positions = new Float64Array((elements.length / size) * count);
  for (let start = 0, at = 0; start < elements.length; start += size, at += count) {
    const places = Uint32Array.from({ length: size }, (_, i) => start + i);
    choose(places, elements).forEach((place, i) => (positions[at + i] = place - start));
  }
  const chosen = fromPositions(positions, [...rows.shape.slice(0, -1), count]);
  return [duplicate(movedim(gather(rows, -1, chosen), -1, axis)), duplicate(movedim(chosen, -1, axis))];
}

/** The first `k` along `axis` where equal elements are among them: PyTorch's order of those follows from its algorithm. */
function topWithTies(
  input: Tensor,
  axis: number,
  k: number,
  { largest, sorted }: { readonly largest: boolean; readonly sorted: boolean },
): readonly [Tensor, Tensor] {
  return choosePositions(input, axis, k, (order, elements) => {
    unstableTop(order, k, sorted, (left, right) =>
      largest ? beyond(elements[left]!, elements[right]!) : beyond(elements[right]!, elements[left]!),
    );
    return order.subarray(0, k);
  });
}

/**
 * The `k` largest elements along a dimension, or the smallest, in order, and where they are: `const [values, indices] = x.topk(3)`.
 *
 * @throws RuntimeError when there are fewer than `k`, IndexError when there is no such dimension.
 * Source: `torch.topk`.
 */
export const topk: Operator<TopkSignature> = operator({
  resultNames: ["values", "indices"],
  out: true,
  name: "topk",
  parameters: { input: tensor, k: integer(), dim: integer(-1), largest: flag(true), sorted: flag(true) },
  forward: ({ input, k, dim, largest, sorted }) => {
    const axis = normalizeDim(dim, input.ndim);
    if (input.dtype === bool)
      throw new RuntimeError("topk does not support bool dtypes on CPU. Convert with .int() first.");
    const size = input.shape[axis] ?? 1;
    if (k < 0 || k > size)
      throw new RuntimeError(
        `selected index k out of range: topk of ${k} elements along a dimension of ${size}. k goes from 0 to ${size}.`,
      );
    if (input.ndim === 0 && k === 0)
      return [allocateZeros([], input.dtype), allocateZeros([], int64)] as const;
    if (input.ndim === 0 || k === 0 || input.numel() === 0) return topAlong(input, axis, k, largest);
    // One more than is wanted shows whether the last one has equals that are left out.
    const [values, indices] = topAlong(input, axis, Math.min(k + 1, size), largest);
    if (hasTies(values, axis)) return topWithTies(input, axis, k, { largest, sorted });
    return [firstAlong(values, axis, k), firstAlong(indices, axis, k)] as const;
  },
  vjp: { input: (g, { shapes, dim, others }) => valuesBackward(g, shapes.input, dim, others[0]!) },
  samples: [() => [sample([2, 5]), 3], () => [sample([4, 2]), 2, 0, false]],
  errors: [{ args: () => [sample([2]), 3], error: "RuntimeError", message: /k out of range/ }],
});

interface KeepOptions extends KeepOption {
  readonly dim?: number;
  readonly axis?: number;
}

interface KthvalueSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    k: number | (KeepOptions & { readonly k: number }),
    dim?: number | KeepOptions,
    keepdim?: boolean | KeepOptions,
  ) => ValuesAndIndices<DTypeOf<T>>;
  readonly method: <T extends Tensor>(
    this: T,
    k: number | (KeepOptions & { readonly k: number }),
    dim?: number | KeepOptions,
    keepdim?: boolean | KeepOptions,
  ) => ValuesAndIndices<DTypeOf<T>>;
}

/**
 * The `k`-th smallest element along a dimension, counted from 1, and where it is.
 *
 * @throws RuntimeError when there are fewer than `k`, IndexError when there is no such dimension.
 * Source: `torch.kthvalue`.
 */
export const kthvalue: Operator<KthvalueSignature> = operator({
  resultNames: ["values", "indices"],
  out: true,
  name: "kthvalue",
  parameters: { input: tensor, k: integer(), dim: integer(-1), keepdim: flag(false) },
  forward: ({ input, k, dim, keepdim }) => {
    const axis = normalizeDim(dim, input.ndim);
    const size = input.shape[axis] ?? 1;
    refuseEmpty("kthvalue", input, input.ndim === 0 ? [] : axis);
    if (input.dtype === bool)
      throw new NotImplementedError(`"kthvalue_cpu" not implemented for 'Bool': convert with .int() first.`);
    if (k < 1 || k > size)
      throw new RuntimeError(
        `kthvalue(): selected number k out of range for dimension ${axis}: got ${k} of ${size}. k is counted from 1.`,
      );
    if (input.ndim === 0) return [duplicate(input), allocateZeros([], int64)] as const;
    const chosen = choosePositions(input, axis, 1, (order, elements) => {
      quickSelect(order, k - 1, (left, right) => beyond(elements[left]!, elements[right]!));
      return order.subarray(k - 1, k);
    });
    const back = (tensor: Tensor): Tensor => (keepdim ? tensor : duplicate(select(tensor, axis, 0)));
    return [back(chosen[0]), back(chosen[1])] as const;
  },
  vjp: {
    input: (g, { shapes, dim, keepdim, others }) => {
      const axis = normalizeDim(dim, shapes.input.length);
      const back = (value: Tensor): Tensor => (keepdim ? value : unsqueeze(value, axis));
      return shapes.input.length === 0 ? g : valuesBackward(back(g), shapes.input, axis, back(others[0]!));
    },
  },
  samples: [() => [sample([2, 5]), 2], () => [sample([4, 2]), 1, 0, true]],
  errors: [{ args: () => [sample([2]), 3], error: "RuntimeError", message: /k out of range/ }],
});
