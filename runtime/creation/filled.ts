/** Tensors of a shape, filled with one value or not at all. */
import { cpu } from "../device.ts";
import type { CallForms } from "../callForms.ts";
import { get_default_dtype, scalarDtype, type DType, type DTypeName } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { stridesIn } from "../layout.ts";
import { contiguous_format, type MemoryFormat } from "../memoryFormat.ts";
import { integer, optionalInteger, scalar, sizes, type Parameter } from "../parameters.ts";
import { placedOn } from "../placement.ts";
import { alias, allocate, allocateZeros, broadcastTo, copyInto } from "../settle.ts";
import { contiguousStrides, numel, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Scalar } from "../types.ts";
import { fromValues } from "./data.ts";
import {
  checkSize,
  creation,
  floatDtype,
  memoryFormatParameter,
  sizeList,
  type OutOptions,
  type TensorOptions,
} from "./options.ts";

/** What functions of a shape take: one array, or separate numbers, and options. */
export type SizeArguments<O = OutOptions> =
  | readonly [size: Shape, options?: O]
  | readonly [...sizes: number[]]
  | readonly [...sizes: number[], options: O];

/** A function that makes tensors of a shape: `zeros(2, 3)`, `zeros([2, 3], {dtype: torch.int64})`. */
export interface OfSize {
  <const S extends Shape, D extends DTypeName = "float32">(size: S, options?: OutOptions<D>): Tensor<S, D>;
  <const S extends Shape, D extends DTypeName = "float32">(
    all: OutOptions<D> & { readonly size: S },
  ): Tensor<S, D>;
  <const S extends Shape>(...sizes: S): Tensor<S, "float32">;
  <const S extends Shape, D extends DTypeName = "float32">(
    ...args: readonly [...sizes: S, options: OutOptions<D>]
  ): Tensor<S, D>;
  (...args: SizeArguments): Tensor;
}

/** Options of a tensor that is not filled. */
interface FormatOptions extends OutOptions {
  readonly memory_format: MemoryFormat | null;
}

/** Overwrites a tensor with one value. */
export function fillWith(result: Tensor, value: Scalar): void {
  // Every device takes a single number from the CPU.
  const number = placedOn(cpu, () => fromValues([value], [], result.dtype));
  copyInto(result, broadcastTo(number, result.shape));
}

/** A tensor of one value. */
export function filled(shape: Shape, value: Scalar, dtype: DType): Tensor {
  checkSize(shape);
  if (value === 0) return allocateZeros(shape, dtype);
  const result = allocate(shape, dtype);
  fillWith(result, value);
  return result;
}

function ofSize(name: string, make: (shape: Shape, dtype: DType) => Tensor): OfSize {
  return creation(name, { size: sizes }, (args) => {
    checkSize(args.size);
    return make([...args.size], floatDtype(args));
  }) as OfSize; // binding checks the forms
}

/** A tensor of zeros. `torch.zeros(2, 3)`, `torch.zeros([2, 3], {dtype: torch.int64})`. Source: `torch.zeros`. */
export const zeros: OfSize = ofSize("zeros", allocateZeros);

/** A tensor of ones. Source: `torch.ones`. */
export const ones: OfSize = ofSize("ones", (shape, dtype) => filled(shape, 1, dtype));

/** A tensor whose elements nobody has chosen yet: whatever was in the memory before. Source: `torch.empty`. */
export const empty: OfSize & ((size: Shape, options: FormatOptions) => Tensor) = creation(
  "empty",
  { size: sizes, memory_format: memoryFormatParameter },
  ({ size, memory_format: format, ...options }) => {
    checkSize(size);
    const strides = stridesIn(format ?? contiguous_format, size, contiguousStrides(size));
    return alias(allocate([...size], floatDtype(options)), [...size], strides);
  },
) as OfSize; // binding checks the forms

/** What tensors are filled with: a number, or a tensor of one element, which counts as its number. */
export const fillValue: Parameter<Scalar> = {
  expects: "a number, or a Tensor of one element",
  convert: (value) => (value instanceof Tensor ? value.item() : scalar().convert(value)),
};

const fullOf: (...args: unknown[]) => Tensor = creation(
  "full",
  { size: sizeList, fill_value: fillValue },
  ({ size, fill_value, dtype }) => filled(size, fill_value, dtype ?? scalarDtype(fill_value)),
);

/**
 * A tensor of one value. A whole number gives int64 and a boolean bool, as in PyTorch; other numbers the default dtype.
 *
 * Source: `torch.full`.
 */
export function full<const S extends Shape, D extends DTypeName = DTypeName>(
  size: S | number,
  fill_value: Scalar | Tensor,
  options?: OutOptions<D>,
): Tensor<S, D>;
export function full<const S extends Shape, D extends DTypeName = DTypeName>(
  size: S | number,
  named: OutOptions<D> & { readonly fill_value: Scalar | Tensor },
): Tensor<S, D>;
export function full<const S extends Shape, D extends DTypeName = DTypeName>(
  all: OutOptions<D> & { readonly size: S; readonly fill_value: Scalar | Tensor },
): Tensor<S, D>;
export function full(...args: readonly unknown[]): Tensor {
  return fullOf(...args);
}

/** What `torch.scalar_tensor` takes. */
interface ScalarTensorArguments extends TensorOptions {
  readonly s: Scalar;
}

/** A 0-d tensor of the default dtype, or of the one that is given. Source: `torch.scalar_tensor`. */
export const scalar_tensor: (...args: CallForms<ScalarTensorArguments, [s: Scalar]>) => Tensor<[]> = creation(
  "scalar_tensor",
  { s: scalar() },
  ({ s, dtype }) => filled([], s, dtype ?? get_default_dtype()),
) as () => Tensor<[]>; // the shape is given above

/** What `torch.eye` takes. */
interface EyeArguments extends OutOptions {
  /** Number of rows. */
  readonly n: number;
  /** Number of columns; `n` unless given. */
  readonly m?: number | null;
}

type EyeFunction = (...args: CallForms<EyeArguments, [n: number, m?: number | null]>) => Tensor;

/** The identity matrix: ones on the diagonal. Source: `torch.eye`. */
export const eye: EyeFunction = creation(
  "eye",
  { n: integer(), m: optionalInteger },
  ({ n, m, ...options }) => {
    const columns = m ?? n;
    for (const [name, size] of [
      ["n", n],
      ["m", columns],
    ] as const)
      if (size < 0)
        throw new RuntimeError(
          `${name} must be greater or equal to 0, got ${size}: it is a number of rows or columns.`,
        );
    const result = allocateZeros([n, columns], floatDtype(options));
    const diagonal = alias(result, [Math.min(n, columns)], [columns + 1]);
    fillWith(diagonal, 1);
    return result;
  },
);

/** What `torch.empty_strided` takes. */
interface StridedArguments extends TensorOptions {
  readonly size: Shape;
  /** How many elements lie between neighbours along each dimension. */
  readonly stride: readonly number[];
}

type StridedFunction = (
  ...args: CallForms<StridedArguments, [size: Shape, stride: readonly number[]], ["size", "stride"]>
) => Tensor;

/** How many elements a storage needs for this layout. */
function storageLength(size: Shape, stride: readonly number[]): number {
  if (numel(size) === 0) return 0;
  return 1 + size.reduce((last, length, dim) => last + (length - 1) * stride[dim]!, 0);
}

/** A tensor with arbitrary elements that lie at these strides. */
export function allocateStrided(size: Shape, stride: readonly number[], dtype: DType): Tensor {
  checkSize(size);
  if (size.length !== stride.length)
    throw new RuntimeError(
      `mismatch in length of strides and shape: ${stride.length} strides for ${size.length} dimensions. Give one stride for each size.`,
    );
  const negative = stride.find((step) => step < 0);
  if (negative !== undefined)
    throw new RuntimeError(
      `as_strided: Negative strides are not supported at the moment, got strides: [${stride.join(", ")}]. Use flip to turn a dimension round.`,
    );
  return alias(allocate([storageLength(size, stride)], dtype), size, stride);
}

/**
 * A tensor with arbitrary elements that lie at the given strides.
 *
 * @throws RuntimeError when there are not as many strides as sizes, or one is negative.
 * Source: `torch.empty_strided`.
 */
export const empty_strided: StridedFunction = creation(
  "empty_strided",
  { size: sizeList, stride: sizeList },
  ({ size, stride, ...options }) => allocateStrided(size, stride, floatDtype(options)),
);

/** What `torch.empty_permuted` takes. */
interface PermutedArguments extends TensorOptions {
  readonly size: Shape;
  /** The dimensions in the order of their strides, the largest first. */
  readonly physical_layout: readonly number[];
}

type PermutedFunction = (
  ...args: CallForms<
    PermutedArguments,
    [size: Shape, physical_layout: readonly number[]],
    ["size", "physical_layout"]
  >
) => Tensor;

/**
 * A tensor with arbitrary elements whose dimensions lie in memory in the order of `physical_layout`, the outermost first.
 *
 * @throws RuntimeError when the layout is no order of the dimensions.
 * Source: `torch.empty_permuted`.
 */
export const empty_permuted: PermutedFunction = creation(
  "empty_permuted",
  { size: sizeList, physical_layout: sizeList },
  ({ size, physical_layout: order, ...options }) => {
    checkSize(size);
    if (order.length !== size.length)
      throw new RuntimeError(
        `Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = ${size.length} is not equal to len(physical_layout) = ${order.length}.`,
      );
    order.forEach((dim, position) => {
      if (dim < 0 || dim >= size.length)
        throw new RuntimeError(
          `Dimension out of range (expected to be between 0 and ${size.length - 1}, but got ${dim} at index ${position}). Negative dimensions are not taken here.`,
        );
      if (order.indexOf(dim) !== position)
        throw new RuntimeError(`Duplicate dim not allowed: ${dim} stands more than once in physical_layout.`);
    });
    const strides: number[] = [];
    let step = 1;
    for (const dim of order.toReversed()) {
      strides[dim] = step;
      step *= Math.max(size[dim]!, 1);
    }
    return alias(allocate(size, floatDtype(options)), size, strides);
  },
);
