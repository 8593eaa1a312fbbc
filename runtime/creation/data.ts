/** Tensors from data that the program has already. */
import { bind, describe } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import {
  allocateArray,
  arrayOver,
  bool,
  dtypes,
  get_default_dtype,
  int64,
  writeElement,
  type DType,
  type DTypeName,
  type TypedArray,
} from "../dtype.ts";
import { cpu, type Device } from "../device.ts";
import { toDevice } from "../devices.ts";
import { toElement } from "../elements.ts";
import { ValueError } from "../errors/valueError.ts";
import { integer, keywordOnly, optionalFlag, type Parameter } from "../parameters.ts";
import { currentDevice } from "../placement.ts";
import { convert, fromArray, fromArrayOnCpu, sentTo } from "../settle.ts";
import { formatShape, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Nested, NestedDType, NestedShape, Scalar } from "../types.ts";
import { finish, made, optionParameters, type TensorOptions } from "./options.ts";

/** The array's own dtype. */
function arrayDtype(data: TypedArray): DType {
  const name = Object.keys(dtypes).find(
    (key) => key !== "bool" && allocateArray(dtypes[key as DTypeName], 0).constructor === data.constructor,
  );
  return dtypes[name as DTypeName]; // every kind of `TypedArray` is the array of one dtype
}

/** Whether a value is an array whose elements have a dtype. */
export function isTypedArray(data: unknown): data is TypedArray {
  return [Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, BigInt64Array, Uint8Array].some(
    (kind) => data instanceof kind,
  );
}

/** Lengths along the first items of nested arrays. */
function nestedShape(data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level) || isTypedArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

/** Appends the numbers of `data` in row-major order. @throws ValueError where an array has another length than its neighbours. */
function flatten(data: unknown, shape: Shape, dim: number, into: Scalar[]): void {
  if (dim === shape.length) {
    if (data instanceof Tensor && data.numel() === 1) into.push(data.item());
    else if (typeof data === "number" || typeof data === "bigint" || typeof data === "boolean")
      into.push(data);
    else throw notData(data, dim, shape);
    return;
  }
  if (!Array.isArray(data) && !isTypedArray(data)) throw notData(data, dim, shape);
  if (data.length !== shape[dim])
    throw new ValueError(
      `expected sequence of length ${shape[dim]} at dim ${dim} (got ${data.length}): the nested arrays must all have the same lengths, like the rows of a table.`,
    );
  for (const item of data) flatten(item, shape, dim + 1, into);
}

function notData(data: unknown, dim: number, shape: Shape): Error {
  if (Array.isArray(data))
    return new ValueError(
      `expected a number at dim ${dim}, got an array of ${data.length}: the nested arrays must all be equally deep; the first ones have shape ${formatShape(shape)}.`,
    );
  return new TypeError(
    `tensor(): data must be numbers, bigints, booleans, typed arrays or nested arrays of them, not ${describe(data)}.`,
  );
}

/** One dtype for all: floating-point as soon as one is a number, else int64, else bool. */
function inferDtype(values: readonly Scalar[]): DType {
  if (values.length === 0 || values.some((value) => typeof value === "number")) return get_default_dtype();
  return values.some((value) => typeof value === "bigint") ? int64 : bool;
}

/** A tensor of these elements. */
export function fromValues(values: readonly Scalar[], shape: Shape, dtype: DType): Tensor {
  const data = allocateArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) writeElement(dtype, data, i, toElement(values[i]!, dtype));
  return fromArray(data, dtype, shape);
}

/** Data, which whoever reads it checks. */
export const anything: Parameter<unknown> = { expects: "data", convert: (value) => value };

/** What functions that take data take. */
export interface DataArguments<D extends DTypeName = DTypeName> extends TensorOptions<D> {
  readonly data: Nested<Scalar> | TypedArray | Tensor;
}

/**
 * A tensor from data: a number, nested arrays, a typed array, or another tensor (a copy, without history).
 *
 * Numbers become the default dtype (float32) even when they are whole, bigints int64 (`torch.tensor([0n, 1n])`), booleans bool, and a typed array keeps
 * its type; `dtype` overrides.
 *
 * @throws ValueError when nested arrays are ragged, TypeError for anything that is not a number, RuntimeError when `requires_grad` meets a dtype without
 * fractions.
 * Source: `torch.tensor`.
 */
export function tensor<D extends DTypeName = DTypeName>(
  data: TypedArray | Tensor,
  options?: TensorOptions<D>,
): Tensor<Shape, D>;
export function tensor<const T extends Nested<Scalar>, D extends DTypeName = NestedDType<T>>(
  data: T,
  options?: TensorOptions<D>,
): Tensor<NestedShape<T>, D>;
export function tensor<D extends DTypeName = DTypeName>(
  data: readonly (TypedArray | Nested<Scalar | Tensor>)[],
  options?: TensorOptions<D>,
): Tensor<Shape, D>;
export function tensor<D extends DTypeName = DTypeName>(all: DataArguments<D>): Tensor<Shape, D>;
export function tensor(...args: readonly unknown[]): Tensor {
  const { data, ...options } = bind("tensor", { data: anything, ...optionParameters }, args);
  if (data instanceof Tensor)
    return finish(
      made(options, data, () => sentTo(currentDevice(), data, options.dtype ?? data.dtype)),
      options,
    );
  return finish(
    made(options, null, () => fromData(data, options.dtype)),
    options,
  );
}

/** What is no tensor, as a tensor where tensors are made now. */
function fromData(data: unknown, dtype: DType | null): Tensor {
  if (isTypedArray(data)) {
    const own = arrayDtype(data);
    const plain = fromArrayOnCpu(data.slice(), own, [data.length]);
    return currentDevice() === cpu
      ? convert(plain, dtype ?? own)
      : sentTo(currentDevice(), plain, dtype ?? own);
  }
  const shape = nestedShape(data);
  const values: Scalar[] = [];
  flatten(data, shape, 0, values);
  return fromValues(values, shape, dtype ?? inferDtype(values));
}

/** A 1-D tensor that shares memory with a typed array: each sees what is written into the other. Source: `torch.from_numpy`. */
export function from_typed_array(data: TypedArray): Tensor {
  if (!isTypedArray(data))
    throw new TypeError(
      `expected a typed array such as Float32Array, got ${describe(data)}. Use torch.tensor for nested arrays.`,
    );
  return fromArray(data, arrayDtype(data), [data.length], true);
}

/**
 * The data as a tensor, without a copy where it is a tensor or a typed array of that dtype already.
 *
 * @throws as `torch.tensor`.
 * Source: `torch.as_tensor`.
 */
export function as_tensor(
  ...args: CallForms<DataArguments, [data: Nested<Scalar> | TypedArray | Tensor]>
): Tensor {
  const { data, ...options } = bind("as_tensor", { data: anything, ...optionParameters }, args);
  const wanted = options.dtype;
  if (data instanceof Tensor) return data.to({ dtype: wanted, device: options.device });
  const shares = isTypedArray(data) && (wanted === null || wanted === arrayDtype(data));
  if (shares && placeOf(options) === cpu) return from_typed_array(data);
  return tensor(data as Nested<Scalar>, options); // the typed array of another dtype takes the same way
}

/** The device that options name, or the one on which tensors are made now. */
function placeOf({ device = null }: TensorOptions): Device {
  return device === null ? currentDevice() : toDevice(device);
}

const arrayParameters = {
  obj: anything,
  dtype: optionParameters.dtype,
  device: optionParameters.device,
  copy: keywordOnly(optionalFlag),
  requires_grad: keywordOnly(optionalFlag),
};

/** What `torch.asarray` takes. */
export interface AsArrayArguments extends TensorOptions {
  readonly obj: Nested<Scalar> | TypedArray | Tensor;
  /** `true`: always a copy; `false`: never one, or an error; `null`: only where it must be. */
  readonly copy?: boolean | null;
}

/**
 * The data as a tensor: a tensor or a typed array without a copy where dtype and `copy` allow it. A tensor keeps its history, unless `requires_grad` is `false`.
 *
 * @throws ValueError when `copy` is `false` and a copy is needed, and as `torch.tensor`.
 * Source: `torch.asarray`.
 */
export function asarray(
  ...args: CallForms<AsArrayArguments, [obj: Nested<Scalar> | TypedArray | Tensor]>
): Tensor {
  const { obj: data, copy, requires_grad: wanted, dtype, device } = bind("asarray", arrayParameters, args);
  // What data may be, `as_tensor` says.
  const shared = as_tensor(data as Nested<Scalar>, { dtype, device });
  const isShared =
    shared === data || (isTypedArray(data) && shared.dtype === arrayDtype(data) && shared.device === cpu);
  if (copy === false && !isShared)
    throw new ValueError(
      "asarray: can't alias this data: nested arrays and other dtypes need a copy. Leave out {copy: false}.",
    );
  const result = copy === true && isShared ? shared.clone() : shared;
  if (wanted === null || wanted === result.requires_grad) return result;
  // Of a leaf this is a property that changes; a result of other tensors is let go of.
  return result.is_leaf ? result.requires_grad_(wanted) : result.detach();
}

const bytes: Parameter<ArrayBuffer | ArrayBufferView> = {
  expects: "an ArrayBuffer, or a typed array or DataView over one",
  convert: (value) => (value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value : undefined),
};

const bufferParameters = {
  buffer: bytes,
  count: keywordOnly(integer(-1)),
  offset: keywordOnly(integer(0)),
  ...optionParameters,
} as const;

/** What `torch.frombuffer` takes by name. */
export interface FromBufferOptions<D extends DTypeName = DTypeName> extends TensorOptions<D> {
  /** Number of elements; all that there are when it is negative. */
  readonly count?: number;
  /** Bytes to leave out at the start. */
  readonly offset?: number;
}

/**
 * A 1-D tensor over the bytes of a buffer, in the processor's byte order, that shares its memory where the address allows it.
 *
 * @throws ValueError when the buffer is empty or too small for what is asked.
 * Source: `torch.frombuffer`.
 */
export function frombuffer(buffer: ArrayBuffer | ArrayBufferView, options: FromBufferOptions): Tensor {
  const given = bind("frombuffer", bufferParameters, [buffer, options]);
  const { dtype, count, offset } = given;
  if (dtype === null)
    throw new TypeError("frombuffer() missing 1 required argument: 'dtype'. Write {dtype: torch.float32}.");
  const view =
    buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer)
      : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const left = view.byteLength - offset;
  if (view.byteLength === 0 || count === 0)
    throw new ValueError(
      `both buffer length (${view.byteLength}) and count (${count}) must not be 0: there is nothing to read.`,
    );
  if (offset < 0 || left < dtype.itemsize)
    throw new ValueError(
      `offset (${offset} bytes) must be non-negative and no greater than buffer length (${view.byteLength} bytes) minus 1: an element of ${dtype.toString()} takes ${dtype.itemsize} bytes.`,
    );
  if (count < 0 && left % dtype.itemsize !== 0)
    throw new ValueError(
      `buffer length (${left} bytes) after offset (${offset} bytes) must be a multiple of element size (${dtype.itemsize}). Give a count.`,
    );
  const length = count < 0 ? left / dtype.itemsize : count;
  if (length * dtype.itemsize > left)
    throw new ValueError(
      `requested buffer length (${count} * ${dtype.itemsize} bytes) after offset (${offset} bytes) must not be greater than actual buffer length (${view.byteLength} bytes).`,
    );
  const start = view.byteOffset + offset;
  const aligned = start % dtype.itemsize === 0;
  const source = aligned ? view.buffer : view.slice(offset).buffer;
  const array = arrayOver(dtype, source, aligned ? start : 0, length);
  const shared = fromArray(array, dtype, [length], true);
  return finish(
    made(given, null, () => (currentDevice() === cpu ? shared : sentTo(currentDevice(), shared))),
    given,
  );
}

export {
  /** A 1-D tensor that shares memory with a typed array, which stands for NumPy's array here. Source: `torch.from_numpy`. */
  from_typed_array as from_numpy,
};
