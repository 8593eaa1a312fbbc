/**
 * Settles work before it reaches a backend: allocates results, promotes dtypes, broadcasts shapes. What these functions make is not recorded;
 * operators call them from their `forward`.
 */
import type { Backend } from "./backends/backend.ts";
import type { ArgReduction, Reduction } from "./backends/reductions.ts";
import { cpuBackend } from "./backends/cpu/index.ts";
import { cpu, type Device } from "./device.ts";
import { checkHolds, commonDevice, holds } from "./devices.ts";
import { accelerated, backendAt, currentBackend, currentDevice, placedOn } from "./placement.ts";
import {
  allocateArray,
  float32,
  get_default_dtype,
  int64,
  promote,
  bool,
  type DType,
  type PromotionOperand,
  type TypedArray,
} from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import type { Expression } from "./expression.ts";
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  normalizeDims,
  numel,
  reducedShape,
  sameShape,
  type Shape,
} from "./shape.ts";
import { stridesOfResult } from "./layout.ts";
import { noteAllocation } from "./scope.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** The backend that holds a tensor's elements. */
export function backendOf(tensor: Tensor): Backend {
  return accelerated ? backendAt(tensor.storage.device) : cpuBackend;
}

/** The backend that makes tensors now. @throws TypeError for a dtype that its device does not have. */
function backendFor(dtype: DType): Backend {
  if (!accelerated) return cpuBackend;
  checkHolds(currentDevice(), dtype);
  return currentBackend();
}

/** A new tensor whose elements are arbitrary: whoever asks for it writes every one of them. It is where tensors are made now, with the operator's own. */
export function allocate(shape: Shape, dtype: DType): Tensor {
  return owned(backendFor(dtype).allocate(dtype, numel(shape)), dtype, shape);
}

/** A new tensor of zeros, where tensors are made now. */
export function allocateZeros(shape: Shape, dtype: DType): Tensor {
  return owned(backendFor(dtype).allocateZeros(dtype, numel(shape)), dtype, shape);
}

/** A tensor over a new storage. Inside of an operator it is gone when the operator returns, unless it is in the result: nothing may keep it. */
function owned(storage: Storage, dtype: DType, shape: Shape): Tensor {
  noteAllocation(storage);
  return new Tensor({ storage, dtype, shape });
}

/**
 * A tensor over a typed array, without a copy, where tensors are made now; `shared` when somebody else goes on using the array: then the tensor is on the CPU, as one
 * is whose dtype the device does not have.
 */
export function fromArray(data: TypedArray, dtype: DType, shape: Shape, shared = false): Tensor {
  const backend = accelerated && !shared && holds(currentDevice(), dtype) ? currentBackend() : cpuBackend;
  return new Tensor({ storage: backend.adopt(data, dtype, shared), dtype, shape });
}

/** As `fromArray`, but always on the CPU. */
export function fromArrayOnCpu(data: TypedArray, dtype: DType, shape: Shape): Tensor {
  return new Tensor({ storage: cpuBackend.adopt(data, dtype, false), dtype, shape });
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
  view.inference = tensor.inference;
  return view;
}

/** Copies the elements of `source`, of the same shape, into `target`, also from one device to another. */
export function copyInto(target: Tensor, source: Tensor): void {
  const operand = accelerated && target.device !== source.device ? reachable(target, source) : source;
  backendOf(target).copy(target, operand);
}

/** `source`, from another device, as a tensor that the device of `target` can read. Every device reads single numbers of the CPU. */
function reachable(target: Tensor, source: Tensor): Tensor {
  if (source.device === cpu && source.storage.length === 1) return source;
  return sentTo(target.device, source, target.dtype);
}

/** A row-major copy on `device`, in a dtype. It is converted on the CPU. */
export function sentTo(device: Device, tensor: Tensor, dtype: DType = tensor.dtype): Tensor {
  checkHolds(device, dtype);
  const onCpu = tensor.device === cpu ? tensor : broughtToCpu(tensor);
  const converted = onCpu.dtype === dtype && onCpu.is_contiguous() ? onCpu : duplicate(onCpu, dtype);
  if (device === cpu) return converted === tensor ? duplicate(tensor) : converted;
  const storage = backendAt(device).adopt(exactly(converted), dtype, false);
  noteAllocation(storage);
  return new Tensor({ storage, dtype, shape: tensor.shape });
}

/** Brings a tensor to the device of another one, in place: what belongs to a tensor that may have been moved. */
export function follow(tensor: Tensor, leader: Tensor): Tensor {
  if (tensor.device !== leader.device) tensor.become(sentTo(leader.device, tensor));
  return tensor;
}

/** The elements of a row-major tensor in an array of its own. */
function exactly({ storage, offset, shape }: Tensor): TypedArray {
  return storage.peek().slice(offset, offset + numel(shape));
}

/** A row-major copy on the CPU of a tensor that is elsewhere. */
function broughtToCpu(tensor: Tensor): Tensor {
  return fromArrayOnCpu(
    exactly(tensor.is_contiguous() ? tensor : duplicate(tensor)),
    tensor.dtype,
    tensor.shape,
  );
}

/** A row-major copy, of the same dtype or another, on the tensor's device; of a plain number where tensors are made now. */
export function duplicate(tensor: Tensor, dtype: DType = tensor.dtype): Tensor {
  const result =
    accelerated && !tensor.isNumber
      ? placedOn(tensor.device, () => allocate(tensor.shape, dtype))
      : allocate(tensor.shape, dtype);
  copyInto(result, tensor);
  return result;
}

/** A new tensor with arbitrary elements that lies in memory as another one of its shape does; without gaps. */
export function allocateInOrderOf({ shape, strides }: Tensor, dtype: DType): Tensor {
  return alias(allocate(shape, dtype), shape, stridesOfResult(shape, [strides]));
}

/** A copy that lies in memory as the tensor does. */
export function duplicateInOrder(tensor: Tensor): Tensor {
  const copy = allocateInOrderOf(tensor, tensor.dtype);
  copyInto(copy, tensor);
  return copy;
}

/** Numbers in the dtypes that they were needed in. */
const convertedNumbers = new WeakMap<Tensor, Tensor[]>();

/** A plain number in `dtype`; programs repeat their numbers, so that it is kept. */
function convertNumber(number: Tensor, dtype: DType): Tensor {
  let known = convertedNumbers.get(number);
  if (known === undefined) convertedNumbers.set(number, (known = []));
  for (const tensor of known) if (tensor.dtype === dtype) return tensor;
  const converted = fromArrayOnCpu(allocateArray(dtype, 1), dtype, []);
  copyInto(converted, number);
  converted.isNumber = true;
  known.push(converted);
  return converted;
}

/** The tensor in `dtype`: itself when it has that already. Nothing may be written into what comes back. */
export function convert(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  return tensor.isNumber ? convertNumber(tensor, dtype) : duplicate(tensor, dtype);
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
  for (let i = 1; i < operands.length; i++)
    if (dtypeInPromotion(operands[i]!) !== first) return promote(operands.map(weight));
  return first;
}

/** A dtype that can hold fractions: the dtype itself, or the default one for whole numbers. */
function floatOf(dtype: DType): DType {
  return dtype.is_floating_point ? dtype : get_default_dtype();
}

/** How the result's dtype follows from the operands': as promoted, as a floating-point dtype, or truth values. */
export type DTypeRule = "promote" | "float" | "bool";

/** Whether a result may be written straight into `output`: it fits, and no operand sees a half-written one. */
function isSafeOutput(output: Tensor, dtype: DType, shape: Shape, operands: readonly Tensor[]): boolean {
  if (output.dtype !== dtype || !sameShape(output.shape, shape)) return false;
  for (const operand of operands)
    if (operand.storage === output.storage && !isSameView(operand, output)) return false;
  return true;
}

function isSameView(left: Tensor, right: Tensor): boolean {
  return (
    left.offset === right.offset &&
    left.dtype === right.dtype &&
    sameShape(left.shape, right.shape) &&
    sameShape(left.strides, right.strides)
  );
}

/**
 * Whether a plain number beside fractions of 16 bits keeps float32's digits, in which such dtypes are computed: a factor, a divisor, and whatever is neither of the two
 * operands. Source: `mul_kernel`, `div_true_kernel` and `add_kernel` in `aten/src/ATen/native/cpu/BinaryOpsKernel.cpp`.
 */
function keepsDigits(expression: Expression, position: number): boolean {
  if (position !== 1) return position > 1;
  return expression.kind === "binary" && (expression.name === "mul" || expression.name === "div");
}

/** The operands with plain numbers in the compute dtype; the others are converted as they are read. */
function withNumbersIn(
  dtype: DType,
  operands: readonly Tensor[],
  expression: Expression,
  rule: DTypeRule,
): readonly Tensor[] {
  if (dtype.bits !== null) {
    // Comparisons are of rounded numbers.
    if (rule === "bool") return operands.map((each) => convert(each, dtype));
    return operands.map((each, position) =>
      each.isNumber ? convert(each, keepsDigits(expression, position) ? float32 : dtype) : each,
    );
  }
  for (const operand of operands)
    if (operand.isNumber && operand.dtype !== dtype)
      return operands.map((each) => (each.isNumber ? convert(each, dtype) : each));
  return operands;
}

/**
 * Computes `expression`, with `parameters` for its plain numbers, for operands that broadcast. The result is written into `output` where one is given and can take
 * it: whether it did, shows in the storage of what is returned.
 */
export function elementwise(
  expression: Expression,
  operands: readonly Tensor[],
  rule: DTypeRule = "promote",
  output: Tensor | null = null,
  parameters?: readonly number[],
): Tensor {
  const promoted = promoteTensors(operands);
  const compute = rule === "float" ? floatOf(promoted) : promoted;
  let { shape } = operands[0]!;
  for (let i = 1; i < operands.length; i++) shape = broadcastShapes(shape, operands[i]!.shape);
  const resultDtype = rule === "bool" ? bool : compute;
  const result =
    output !== null && isSafeOutput(output, resultDtype, shape, operands)
      ? output
      : allocateFor(operands, shape, resultDtype);
  backendOf(result).pointwise(
    expression,
    compute,
    result,
    withNumbersIn(compute, operands, expression, rule),
    parameters,
  );
  return result;
}

/** A new tensor with arbitrary elements for what is computed from `operands`. */
function allocateFor(operands: readonly Tensor[], shape: Shape, dtype: DType): Tensor {
  if (!accelerated) return allocateLike(operands, shape, dtype);
  // Plain numbers have no place of their own.
  const device = operands.every((operand) => operand.isNumber) ? currentDevice() : commonDevice(operands);
  return placedOn(device, () =>
    device === cpu ? allocateLike(operands, shape, dtype) : allocate(shape, dtype),
  );
}

/** A new tensor with arbitrary elements, which lies in memory as the operands do; it shares the description of its layout with the first of them where that fits. */
function allocateLike(operands: readonly Tensor[], shape: Shape, dtype: DType): Tensor {
  const pattern = operands[0]!;
  if (pattern.shape !== shape || !pattern.is_contiguous()) {
    const result = allocate(shape, dtype);
    if (operands.every((operand) => operand.is_contiguous())) return result;
    const strides = operands.map((operand) => broadcastStrides(operand.shape, operand.strides, shape));
    return alias(result, shape, stridesOfResult(shape, strides));
  }
  const storage = cpuBackend.allocate(dtype, pattern.numel());
  noteAllocation(storage);
  return new Tensor({ storage, dtype, shape, strides: pattern.strides });
}

/** Computes `expression` into `output`; the operands have its shape and dtype, and none overlaps it unless it is the same view. */
export function elementwiseInto(output: Tensor, expression: Expression, operands: readonly Tensor[]): void {
  backendOf(output).pointwise(expression, output.dtype, output, operands);
}

/**
 * Computes each expression, from the old values of all, over its target, in one pass. All are of one dtype, and the targets of one shape; nothing is recorded.
 */
export function replaceTogether(
  expressions: readonly Expression[],
  targets: readonly Tensor[],
  inputs: readonly Tensor[],
  parameters?: readonly number[],
): void {
  const first = targets[0]!;
  backendOf(first).pointwiseAll(expressions, first.dtype, targets, inputs, parameters);
  for (const target of targets) target.storage.markWritten();
}

/** The tensor with the given dimensions moved behind the others. */
function moveLast(tensor: Tensor, dims: readonly number[]): Tensor {
  const first = tensor.ndim - dims.length;
  if (dims.every((dim, position) => dim === first + position)) return tensor;
  const order = [...tensor.shape.keys()].filter((dim) => !dims.includes(dim)).concat(dims);
  return alias(
    tensor,
    order.map((dim) => tensor.shape[dim]!),
    order.map((dim) => tensor.strides[dim]!),
  );
}

/** PyTorch keeps the dimensions to be reduced as the bits of one number. */
const mostDims = 64;

/** Combines along `dims`, in `dtype`, into a result of dtype `resultDtype`. */
export function reduceDims(
  reduction: Reduction,
  tensor: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  dtype: DType = tensor.dtype,
  resultDtype: DType = dtype,
): Tensor {
  if (tensor.ndim > mostDims)
    throw new RuntimeError(
      `only tensors with up to ${mostDims} dims are supported, got ${tensor.ndim}. Flatten some of them first.`,
    );
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

/** The extreme element along `dim`, and its position. There must be at least one. */
export function extremesAlong(
  reduction: ArgReduction,
  tensor: Tensor,
  dim: number,
  keepdim: boolean,
): readonly [values: Tensor, positions: Tensor] {
  const shape = reducedShape(tensor.shape, [dim], keepdim);
  const [values, positions] = [allocate(shape, tensor.dtype), allocate(shape, int64)];
  const reduced = reducedShape(tensor.shape, [dim], false);
  const moved = moveLast(tensor, [dim]);
  backendOf(tensor).extremes(reduction, reshaped(values, reduced), reshaped(positions, reduced), moved, 1);
  return [values, positions];
}

/** The sum of the squared distances from the mean along `dims`, over `divisor`. */
export function varianceAlong(
  tensor: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  divisor: number,
): Tensor {
  const result = allocate(reducedShape(tensor.shape, dims, keepdim), tensor.dtype);
  const reduced = reshaped(result, reducedShape(tensor.shape, dims, false));
  backendOf(tensor).variance(reduced, moveLast(tensor, dims), dims.length, divisor);
  return result;
}

/** A row-major tensor under another shape. */
export function reshaped(tensor: Tensor, shape: Shape): Tensor {
  return alias(tensor, shape, contiguousStrides(shape));
}
