/**
 * Settles work before it reaches a backend: allocates results, promotes dtypes, broadcasts shapes. What these functions make is not recorded;
 * operators call them from their `forward`.
 */
import type { Backend, Reduction, ArgReduction } from "./backends/backend.ts";
import { cpuBackend } from "./backends/cpu/index.ts";
import {
  get_default_dtype,
  int64,
  promote,
  bool,
  type DType,
  type PromotionOperand,
  type TypedArray,
} from "./dtype.ts";
import type { Expression } from "./expression.ts";
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  normalizeDims,
  numel,
  reducedShape,
  type Shape,
} from "./shape.ts";
import { noteAllocation } from "./scope.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** The backend that holds a tensor's elements. */
export function backendOf(_tensor: Tensor | null): Backend {
  return cpuBackend;
}

/** A new tensor whose elements are arbitrary: whoever asks for it writes every one of them. */
export function allocate(shape: Shape, dtype: DType): Tensor {
  return owned(cpuBackend.allocate(dtype, numel(shape)), dtype, shape);
}

/** A new tensor of zeros. */
export function allocateZeros(shape: Shape, dtype: DType): Tensor {
  return owned(cpuBackend.allocateZeros(dtype, numel(shape)), dtype, shape);
}

/** A tensor over a new storage. Inside of an operator it is gone when the operator returns, unless it is in the result: nothing may keep it. */
function owned(storage: Storage, dtype: DType, shape: Shape): Tensor {
  noteAllocation(storage);
  return new Tensor({ storage, dtype, shape });
}

/** A tensor over a typed array, without a copy; `shared` when somebody else goes on using the array. */
export function fromArray(data: TypedArray, dtype: DType, shape: Shape, shared = false): Tensor {
  return new Tensor({ storage: cpuBackend.adopt(data, dtype, shared), dtype, shape });
}

/** The same elements under another shape, strides and offset. */
export function alias(
  tensor: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number = tensor.offset,
): Tensor {
  const view = new Tensor({ storage: tensor.storage, dtype: tensor.dtype, shape, strides, offset });
  view.isNumber = tensor.isNumber;
  return view;
}

/** Copies the elements of `source`, of the same shape, into `target`. */
export function copyInto(target: Tensor, source: Tensor): void {
  backendOf(target).copy(target, source);
}

/** A row-major copy, of the same dtype or another. */
export function duplicate(tensor: Tensor, dtype: DType = tensor.dtype): Tensor {
  const result = allocate(tensor.shape, dtype);
  copyInto(result, tensor);
  return result;
}

/** The tensor in `dtype`: itself when it has that already. */
export function convert(tensor: Tensor, dtype: DType): Tensor {
  return tensor.dtype === dtype ? tensor : duplicate(tensor, dtype);
}

/** The tensor as one of `shape`, repeated along broadcast dimensions without a copy. */
export function broadcastTo(tensor: Tensor, shape: Shape): Tensor {
  return tensor.shape === shape
    ? tensor
    : alias(tensor, shape, broadcastStrides(tensor.shape, tensor.strides, shape));
}

/** The dtype that an operand promotes as: a plain number with a fraction counts as the default dtype, although it is held more exactly. */
function dtypeInPromotion(tensor: Tensor): DType {
  return tensor.isNumber && tensor.dtype.is_floating_point ? get_default_dtype() : tensor.dtype;
}

function weight(tensor: Tensor): PromotionOperand {
  const kind = tensor.isNumber ? "number" : tensor.ndim === 0 ? "zeroDimensional" : "dimensioned";
  return { dtype: dtypeInPromotion(tensor), kind };
}

/** The dtype to which PyTorch promotes these operands. */
export function promoteTensors(operands: readonly Tensor[]): DType {
  const first = dtypeInPromotion(operands[0]!);
  if (operands.every((operand) => dtypeInPromotion(operand) === first)) return first;
  return promote(operands.map(weight));
}

/** A dtype that can hold fractions: the dtype itself, or the default one for whole numbers. */
function floatOf(dtype: DType): DType {
  return dtype.is_floating_point ? dtype : get_default_dtype();
}

/** How the result's dtype follows from the operands': as promoted, as a floating-point dtype, or truth values. */
export type DTypeRule = "promote" | "float" | "bool";

/** Computes `expression` for operands that broadcast. */
export function elementwise(
  expression: Expression,
  operands: readonly Tensor[],
  rule: DTypeRule = "promote",
): Tensor {
  const promoted = promoteTensors(operands);
  const compute = rule === "float" ? floatOf(promoted) : promoted;
  const shape = operands.map((operand): Shape => operand.shape).reduce(broadcastShapes);
  const result = allocate(shape, rule === "bool" ? bool : compute);
  const inputs = operands.map((operand) => broadcastTo(convert(operand, compute), shape));
  backendOf(result).pointwise(expression, compute, result, inputs);
  return result;
}

/** Computes `expression` into `output`; the operands have its shape and dtype, and none overlaps it unless it is the same view. */
export function elementwiseInto(output: Tensor, expression: Expression, operands: readonly Tensor[]): void {
  backendOf(output).pointwise(expression, output.dtype, output, operands);
}

/** The tensor with the given dimensions moved behind the others. */
function moveLast(tensor: Tensor, dims: readonly number[]): Tensor {
  const order = [...tensor.shape.keys()].filter((dim) => !dims.includes(dim)).concat(dims);
  return alias(
    tensor,
    order.map((dim) => tensor.shape[dim]!),
    order.map((dim) => tensor.strides[dim]!),
  );
}

/** Combines along `dims`, in `dtype`, into a result of dtype `resultDtype`. */
export function reduceDims(
  reduction: Reduction,
  tensor: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  dtype: DType = tensor.dtype,
  resultDtype: DType = dtype,
): Tensor {
  const result = allocate(reducedShape(tensor.shape, dims, false), resultDtype);
  backendOf(tensor).reduce(reduction, result, moveLast(convert(tensor, dtype), dims), dims.length);
  return keepdim ? reshaped(result, reducedShape(tensor.shape, dims, true)) : result;
}

/** Positions of extreme elements along `dim`, or, for `null`, in the whole tensor. */
export function searchDims(
  reduction: ArgReduction,
  tensor: Tensor,
  dim: number | null,
  keepdim: boolean,
): Tensor {
  const dims = normalizeDims(dim, tensor.ndim);
  const result = allocate(reducedShape(tensor.shape, dims, false), int64);
  backendOf(tensor).argReduce(reduction, result, moveLast(tensor, dims), dims.length);
  return keepdim ? reshaped(result, reducedShape(tensor.shape, dims, true)) : result;
}

/** A row-major tensor under another shape. */
export function reshaped(tensor: Tensor, shape: Shape): Tensor {
  return alias(tensor, shape, contiguousStrides(shape));
}

/** Where each element lies in the storage, in row-major order. */
export function positionsOf(shape: Shape, strides: readonly number[], offset: number): Int32Array {
  const result = new Int32Array(numel(shape));
  if (result.length === 0) return result;
  result[0] = offset;
  // Each dimension, from the last, repeats what is there already at its own stride.
  let filled = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const stride = strides[dim]!;
    for (let i = 1; i < shape[dim]!; i++)
      for (let j = 0; j < filled; j++) result[i * filled + j] = result[j]! + i * stride;
    filled *= shape[dim]!;
  }
  return result;
}
