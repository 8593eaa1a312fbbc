/** Other shapes of the same elements. A view shares its storage with its input, and each sees what is written into the other. */
import type { ByName } from "../../keywords.ts";
import { unrecordedBecause } from "../../autograd/modes.ts";
import { isKeywords } from "../../binding.ts";
import { DType, int64, uint8, type DTypeName } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { contiguous_format } from "../../memoryFormat.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import {
  dims,
  flag,
  integer,
  keywordOnly,
  requiredDims,
  sizes,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { alias, duplicate } from "../../settle.ts";
import {
  contiguousStrides,
  formatShape,
  inferSize,
  normalizeDim,
  normalizeDims,
  numel,
  type Shape,
} from "../../shape.ts";
import type {
  DimByName,
  Dims,
  FunctionSignature,
  GeneralSignature,
  Signature,
  SizesSignature,
  TransposedSignature,
} from "../../signatures.ts";
import { shareAddress } from "../../untypedStorage.ts";
import { Tensor } from "../../tensor.ts";
import { clone } from "./copying.ts";
import { sample } from "../samples.ts";
import { reinterpretedLayout } from "./reinterpreting.ts";

/** A view: the same storage, with the tensor that owns it remembered. */
export function viewOf(
  input: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number = input.offset,
): Tensor {
  const view = alias(input, shape, strides, offset);
  view.base = input.base ?? input;
  view.viewVersion = input.storage.version;
  view.viewOrigin = input.viewOrigin ?? unrecordedBecause();
  return view;
}

/**
 * Strides under which the same memory has another shape, or `null` where it cannot.
 *
 * Source: `computeStride` in `aten/src/ATen/TensorUtils.cpp`: dimensions that lie in one run are joined, and each run is cut anew.
 */
function stridesForView(shape: Shape, strides: readonly number[], wanted: Shape): number[] | null {
  if (numel(shape) === 0) return contiguousStrides(wanted);
  const result: number[] = Array.from<number>({ length: wanted.length }).fill(1);
  let target = wanted.length - 1;
  let runStride = strides.at(-1) ?? 1;
  let runSize = 1;
  let cut = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    runSize *= shape[dim]!;
    const runEnds = dim === 0 || (shape[dim - 1] !== 1 && strides[dim - 1] !== runSize * runStride);
    if (!runEnds) continue;
    while (target >= 0 && (cut < runSize || wanted[target] === 1)) {
      result[target] = cut * runStride;
      cut *= wanted[target]!;
      target--;
    }
    if (cut !== runSize) return null;
    if (dim > 0) [runStride, runSize, cut] = [strides[dim - 1]!, 1, 1];
  }
  return target === -1 || shape.length === 0 ? result : null;
}

function tryView(input: Tensor, wanted: Shape): Tensor | null {
  const shape = inferSize(wanted, input.numel());
  const strides = stridesForView(input.shape, input.strides, shape);
  return strides === null ? null : viewOf(input, shape, strides);
}

const wrongSize = {
  args: () => [sample([2, 3]), [4]],
  error: "RuntimeError",
  message: /shape '\[4\]' is invalid for input of size 6/,
};

/**
 * The same elements in another shape, without a copy. Users write `view`.
 */
export const viewShape: Operator<ByName<SizesSignature, "input, size?">> = operator({
  name: "view",
  parameters: { input: tensor, size: sizes },
  forward: ({ input, size }) => {
    const result = tryView(input, size);
    if (result === null)
      throw new RuntimeError(
        `view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces): ${formatShape(input.shape)} with strides ${formatShape(input.strides)} cannot be seen as ${formatShape(size)}. Use .reshape(...) instead.`,
      );
    return result;
  },
  vjp: { input: (g, { shapes }) => reshape(g, shapes.input) },
  samples: [() => [sample([2, 3]), [3, 2]], () => [sample([2, 3]), -1], () => [sample([2, 3]), 1, 6]],
  errors: [
    wrongSize,
    { args: () => [sample([2, 3]).t(), [6]], error: "RuntimeError", message: /Use \.reshape/ },
    {
      args: () => [sample([2, 3]), [-1, -1]],
      error: "RuntimeError",
      message: /only one dimension can be inferred/,
    },
  ],
});

const dtypeParameter: Parameter<DType> = {
  expects: "a torch.dtype such as torch.float32",
  convert: (value) => (value instanceof DType ? value : undefined),
};

/** What `reshape` gives of a tensor that is not row-major and yet needs no copy: PyTorch has another name for it. */
const reshapeAlias: typeof viewShape = operator({
  ...viewShape.declaration!,
  gradFn: "ReshapeAliasBackward0",
});

/** Views a tensor's bytes as elements of another dtype. */
const viewDType: Operator<GeneralSignature<[dtype: DType]>> = operator({
  name: "view",
  parameters: { input: tensor, dtype: dtypeParameter },
  forward: ({ input, dtype }) => {
    const { shape, strides, offset } = reinterpretedLayout(input, dtype);
    const storage = dtype === input.dtype ? input.storage : input.storage.reinterpret(dtype);
    if (storage !== input.storage)
      shareAddress(input.storage, storage, input.storage.length * input.dtype.itemsize);
    return new Tensor({ storage, dtype: dtype, shape, strides, offset });
  },
  vjp: null,
  samples: [() => [sample([2, 3]), int64], () => [sample([2]), uint8]],
  errors: [
    {
      args: () => [sample([]), uint8],
      error: "RuntimeError",
      message: /dim\(\) cannot be 0 to view Double as Byte/,
    },
    { args: () => [sample([2, 2]).t(), uint8], error: "RuntimeError", message: /stride\(-1\) must be 1/ },
  ],
});

/** Another shape, as `SizesSignature`, or another dtype. */
interface ViewSignature extends Signature {
  readonly function: SizesSignature["function"] &
    (<D extends DTypeName>(input: Tensor, dtype: DType<D>) => Tensor<Shape, D>);
  readonly method: SizesSignature["method"] &
    (<D extends DTypeName>(dtype: DType<D> | { readonly dtype: DType<D> }) => Tensor<Shape, D>);
}

/**
 * The same elements in another shape, without a copy; one size may be −1. With a dtype, the same bytes as elements of that dtype: where their sizes differ, the
 * last dimension becomes longer or shorter. No gradient flows through that.
 *
 * @throws RuntimeError when the number of elements differs, or the strides cannot express the shape (use `reshape`).
 * Source: `torch.Tensor.view`.
 */
export const view: Operator<ViewSignature> = overloaded({
  name: "view",
  forms: [viewShape, viewDType],
  choose: (_, size) =>
    size instanceof DType || (isKeywords(size) && "dtype" in size) ? viewDType : viewShape,
});

/** A view of the tensor as it is: what `x[...]` gives. */
export const sameView: Operator<ByName<FunctionSignature<(input: Tensor) => Tensor>, "input">> = operator({
  name: "alias",
  parameters: { input: tensor },
  forward: ({ input }) => viewOf(input, input.shape, input.strides),
  vjp: { input: (g) => g },
  samples: [() => [sample([2, 3])]],
});

/** A fresh copy, which nothing else shares, in another shape. @internal */
export const unsafeView: Operator<FunctionSignature<(input: Tensor, size: Shape) => Tensor>> = operator({
  name: "_unsafe_view",
  parameters: { input: tensor, size: sizes },
  gradFn: "UnsafeViewBackward0",
  forward: ({ input, size }) => {
    const shape = inferSize(size, input.numel());
    // What was computed element by element lies as its operands did.
    return alias(input.is_contiguous() ? input : duplicate(input), shape, contiguousStrides(shape));
  },
  vjp: { input: (g, { shapes }) => reshape(g, shapes.input) },
  samples: [() => [sample([2, 3]), [3, 2]]],
});

/**
 * The same elements in another shape: a view where the strides allow it, else a copy. One size may be −1.
 *
 * @throws RuntimeError when the number of elements differs.
 * Source: `torch.reshape`.
 */
export const reshape: Operator<SizesSignature<"shape">> = composite({
  name: "reshape",
  parameters: { input: tensor, shape: sizes },
  define: ({ input, shape }) => {
    const wanted = inferSize(shape, input.numel());
    const fits = stridesForView(input.shape, input.strides, wanted) !== null;
    if (fits) return (input.is_contiguous() ? viewShape : reshapeAlias)(input, wanted);
    return unsafeView(clone(input, { memory_format: contiguous_format }), wanted);
  },
  samples: [() => [sample([2, 3]), [3, 2]], () => [sample([2, 3]).t(), -1]],
  errors: [wrongSize],
});

/**
 * Joins the dimensions from `start_dim` to `end_dim` into one.
 *
 * @throws IndexError when a dimension is out of range, RuntimeError when they are in the wrong order.
 * Source: `torch.flatten`.
 */
export const flatten: Operator<
  GeneralSignature<[start_dim?: number, end_dim?: number], "same", ["start_dim", "end_dim"]>
> = composite({
  name: "flatten",
  parameters: { input: tensor, start_dim: integer(0), end_dim: integer(-1) },
  define: ({ input, start_dim, end_dim }) => {
    const start = normalizeDim(start_dim, input.ndim);
    const end = normalizeDim(end_dim, input.ndim);
    if (start > end)
      throw new RuntimeError(
        `flatten() has invalid args: start_dim cannot come after end_dim (${start_dim} and ${end_dim} of ${input.ndim} dimensions).`,
      );
    if (input.ndim === 0) return reshape(input, [1]);
    if (start === end) return input;
    const { shape } = input;
    return reshape(input, [
      ...shape.slice(0, start),
      numel(shape.slice(start, end + 1)),
      ...shape.slice(end + 1),
    ]);
  },
  samples: [
    () => [sample([2, 3, 2])],
    () => [sample([2, 3, 2]), 1],
    () => [sample([2, 3, 2]), { start_dim: 0, end_dim: 1 }],
    () => [sample([])],
  ],
  errors: [{ args: () => [sample([2, 3]), 2], error: "IndexError", message: /Dimension out of range/ }],
});

/**
 * Without the dimensions of size 1: all of them, or those in `dim`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.squeeze`.
 */
export const squeeze: Operator<
  GeneralSignature<[dim?: Dims | DimByName<Dims>], "same", [], Partial<DimByName<Dims>>>
> = operator({
  name: "squeeze",
  parameters: { input: tensor, dim: dims },
  gradFn: ({ dim }) => `SqueezeBackward${dim === null ? 0 : typeof dim === "number" ? 1 : 2}`,
  forward: ({ input, dim }) => {
    const chosen = Array.isArray(dim) && dim.length === 0 ? [] : normalizeDims(dim, input.ndim);
    const kept = [...input.shape.keys()].filter(
      (position) => input.shape[position] !== 1 || !chosen.includes(position),
    );
    return viewOf(
      input,
      kept.map((position) => input.shape[position]!),
      kept.map((position) => input.strides[position]!),
    );
  },
  vjp: { input: (g, { shapes }) => reshape(g, shapes.input) },
  samples: [
    () => [sample([1, 3, 1])],
    () => [sample([1, 3, 1]), 0],
    () => [sample([1, 3, 1]), [0, 2]],
    () => [sample([2, 3]), 0],
  ],
  errors: [{ args: () => [sample([2, 3]), 2], error: "IndexError", message: /Dimension out of range/ }],
});

/** The squeeze of a fresh result, which PyTorch does in place and numbers otherwise. */
export const squeezeResult: typeof squeeze = operator({
  ...squeeze.declaration!,
  gradFn: "SqueezeBackward4",
});

/**
 * With a new dimension of size 1 at position `dim`.
 *
 * @throws IndexError when `dim` is not between −ndim − 1 and ndim.
 * Source: `torch.unsqueeze`.
 */
export const unsqueeze: Operator<GeneralSignature<[dim: number | DimByName], "same", [], DimByName>> =
  operator({
    name: "unsqueeze",
    parameters: { input: tensor, dim: integer() },
    forward: ({ input, dim }) => {
      const position = normalizeDim(dim, input.ndim + 1);
      const stride = position < input.ndim ? input.shape[position]! * input.strides[position]! : 1;
      return viewOf(
        input,
        input.shape.toSpliced(position, 0, 1),
        input.strides.toSpliced(position, 0, stride),
      );
    },
    vjp: { input: (g, { dim, shapes }) => squeeze(g, normalizeDim(dim, shapes.input.length + 1)) },
    samples: [() => [sample([2, 3]), 0], () => [sample([2, 3]), -1], () => [sample([]), 0]],
    errors: [
      { args: () => [sample([2, 3]), 3], error: "IndexError", message: /range of \[-3, 2\], but got 3/ },
    ],
  });

function permuted(input: Tensor, order: readonly number[]): Tensor {
  return viewOf(
    input,
    order.map((dim) => input.shape[dim]!),
    order.map((dim) => input.strides[dim]!),
  );
}

function swapped(rank: number, dim0: number, dim1: number): number[] {
  const order = Array.from({ length: rank }, (_, dim) => dim);
  if (rank > 0) [order[dim0], order[dim1]] = [dim1, dim0];
  return order;
}

/**
 * With two dimensions exchanged.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.transpose`.
 */
export const transpose: Operator<GeneralSignature<[dim0: number, dim1: number], "same", ["dim0", "dim1"]>> =
  operator({
    name: "transpose",
    parameters: { input: tensor, dim0: integer(), dim1: integer() },
    forward: ({ input, dim0, dim1 }) =>
      permuted(input, swapped(input.ndim, normalizeDim(dim0, input.ndim), normalizeDim(dim1, input.ndim))),
    vjp: { input: (g, { dim0, dim1 }) => transpose(g, dim0, dim1) },
    samples: [() => [sample([2, 3]), 0, 1], () => [sample([2, 3, 4]), -1, 0]],
    errors: [{ args: () => [sample([2, 3]), 0, 2], error: "IndexError", message: /Dimension out of range/ }],
  });

/**
 * A matrix's transpose; a tensor of fewer dimensions as it is.
 *
 * @throws RuntimeError for more than two dimensions.
 * Source: `torch.t`.
 */
export const t: Operator<TransposedSignature> = operator({
  name: "t",
  parameters: { input: tensor },
  forward: ({ input }) => {
    if (input.ndim > 2)
      throw new RuntimeError(
        `t() expects a tensor with <= 2 dimensions, but self is ${input.ndim}D, of shape ${formatShape(input.shape)}. Use transpose(-2, -1) or mT.`,
      );
    return permuted(input, swapped(input.ndim, 0, input.ndim - 1));
  },
  vjp: { input: (g) => t(g) },
  samples: [() => [sample([2, 3])], () => [sample([3])], () => [sample([])]],
  errors: [{ args: () => [sample([2, 3, 4])], error: "RuntimeError", message: /<= 2 dimensions/ }],
});

/**
 * With the dimensions in another order.
 *
 * @throws RuntimeError when `dims` does not name each dimension once.
 * Source: `torch.permute`.
 */
export const permute: Operator<SizesSignature<"dims">> = operator({
  name: "permute",
  parameters: { input: tensor, dims: sizes },
  forward: ({ input, dims }) => {
    if (dims.length !== input.ndim)
      throw new RuntimeError(
        `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${input.ndim} is not equal to len(dims) = ${dims.length}. Name each of the ${input.ndim} dimensions once.`,
      );
    return permuted(input, input.ndim === 0 ? [] : normalizeDims(dims, input.ndim));
  },
  vjp: {
    input: (g, { dims }) => {
      const order = dims.length === 0 ? [] : normalizeDims(dims, dims.length);
      return permute(
        g,
        order.map((_, dim) => order.indexOf(dim)),
      );
    },
  },
  samples: [() => [sample([2, 3, 4]), [2, 0, 1]], () => [sample([2, 3]), 1, 0]],
  errors: [
    { args: () => [sample([2, 3]), [0]], error: "RuntimeError", message: /is not equal to len\(dims\) = 1/ },
    { args: () => [sample([2, 3]), [0, 0]], error: "RuntimeError", message: /dim 0 appears multiple times/ },
  ],
});

/**
 * Repeated along dimensions of size 1, without a copy. A size of −1 leaves a dimension as it is.
 *
 * @throws RuntimeError when a dimension has another size than 1 and the wanted one.
 * Source: `torch.Tensor.expand`.
 */
export const expand: Operator<SizesSignature> = operator({
  name: "expand",
  // PyTorch's own code says `implicit` where broadcasting expands; it changes nothing.
  parameters: { input: tensor, size: sizes, implicit: keywordOnly(flag(false)) },
  forward: ({ input, size }) => {
    const lead = size.length - input.ndim;
    if (lead < 0)
      throw new RuntimeError(
        `expand(${input.dtype.toString()}, size=${formatShape(size)}): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${input.ndim}).`,
      );
    const shape = size.map((wanted, dim) => expandedSize(input, size, wanted, dim, lead));
    return viewOf(input, shape, expandedStrides(input, shape, lead));
  },
  vjp: { input: (g) => g },
  samples: [() => [sample([1, 3]), [2, 3]], () => [sample([3]), [2, -1]], () => [sample([]), 2, 2]],
  errors: [
    {
      args: () => [sample([2, 3]), [4, 3]],
      error: "RuntimeError",
      message: /must match the existing size \(2\)/,
    },
  ],
});

/** Strides of 0 where a dimension is repeated; a new one of size 1 goes on from those behind it. */
function expandedStrides(input: Tensor, shape: Shape, lead: number): number[] {
  const strides: number[] = [];
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const own = dim < lead ? 1 : input.shape[dim - lead]!;
    const behind = dim + 1 < shape.length ? shape[dim + 1]! * strides[dim + 1]! : 1;
    const stride = dim < lead ? behind : input.strides[dim - lead]!;
    strides[dim] = own === 1 && shape[dim] !== 1 ? 0 : stride;
  }
  return strides;
}

function expandedSize(input: Tensor, size: Shape, wanted: number, dim: number, lead: number): number {
  const own = dim < lead ? 1 : input.shape[dim - lead]!;
  if (wanted === -1 && dim >= lead) return own;
  if (wanted >= 0 && (own === 1 || own === wanted)) return wanted;
  throw new RuntimeError(
    `The expanded size of the tensor (${wanted}) must match the existing size (${own}) at non-singleton dimension ${dim}. Target sizes: ${formatShape(size)}. Tensor sizes: ${formatShape(input.shape)}. Only dimensions of size 1 can be expanded.`,
  );
}

/** @throws RuntimeError when the two lists do not name as many dimensions, each once. */
function checkMove(source: readonly number[], destination: readonly number[]): void {
  if (source.length !== destination.length)
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source (${formatShape(source)} dims) should contain the same number of dims as destination (${formatShape(destination)} dims).`,
    );
}

/**
 * With one dimension, or several, moved to other positions, and the rest in order.
 *
 * @throws IndexError when there is no such dimension, RuntimeError when one is named twice or the lists differ in length.
 * Source: `torch.movedim`.
 */
export const movedim: Operator<
  GeneralSignature<[source: Dims, destination: Dims], "same", ["source", "destination"]>
> = composite({
  name: "movedim",
  parameters: { input: tensor, source: requiredDims, destination: requiredDims },
  define: ({ input, source, destination }) => {
    const [from, to] = [[source].flat(), [destination].flat()];
    checkMove(from, to);
    if (from.length === 0) return input;
    const [sources, targets] = [normalizeDims(from, input.ndim), normalizeDims(to, input.ndim)];
    const rest = [...input.shape.keys()].filter((dim) => !sources.includes(dim));
    const order = Array.from({ length: input.ndim }, (_, position) => {
      const moved = targets.indexOf(position);
      return moved >= 0 ? sources[moved]! : rest.shift()!;
    });
    return permute(input, order);
  },
  samples: [() => [sample([2, 3, 4]), 0, -1], () => [sample([2, 3, 4]), [0, 2], [1, 0]]],
});
