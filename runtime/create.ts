/** New tensors: from data, from a shape, like another tensor. */
import { describe } from "./binding.ts";
import { toElement } from "./elements.ts";
import { type Device, toDevice } from "./device.ts";
import {
  allocateArray,
  bool,
  DType,
  dtypes,
  float64,
  get_default_dtype,
  int64,
  scalarDtype,
  writeElement,
  type DTypeName,
  type TypedArray,
} from "./dtype.ts";
import { integersInto, normalInto, permutationInto, uniformInto } from "./drawing.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { ValueError } from "./errors/valueError.ts";
import { default_generator, type Generator } from "./random.ts";
import { allocate, allocateZeros, broadcastTo, convert, copyInto, duplicate, fromArray } from "./settle.ts";
import { formatShape, numel, type Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import type { Nested, NestedDType, NestedShape, Scalar } from "./types.ts";

/** What every creation function takes by name. */
export interface TensorOptions<D extends DTypeName = DTypeName> {
  readonly dtype?: DType<D> | null;
  readonly device?: Device | string | null;
  /** Whether operations on the tensor are recorded for `backward`. */
  readonly requires_grad?: boolean;
}

/** Options that also choose the source of random numbers. */
export interface RandomOptions<D extends DTypeName = DTypeName> extends TensorOptions<D> {
  readonly generator?: Generator | null;
}

const optionNames = new Set(["dtype", "device", "requires_grad", "generator"]);

/** @throws TypeError for an option that does not exist or has the wrong type. */
function checkOptions(name: string, options: TensorOptions): void {
  for (const key of Object.keys(options))
    if (!optionNames.has(key))
      throw new TypeError(
        `${name}() got an unexpected keyword argument '${key}'. It takes: dtype, device, requires_grad.`,
      );
  if (options.dtype && !(options.dtype instanceof DType))
    throw new TypeError(
      `${name}(): argument 'dtype' must be a torch.dtype such as torch.float32, not ${describe(options.dtype)}.`,
    );
  if (options.device) toDevice(options.device);
}

function finish<T extends Tensor>(tensor: T, options: TensorOptions): T {
  return options.requires_grad ? tensor.requires_grad_(true) : tensor;
}

/** The array's own dtype. */
function arrayDtype(data: TypedArray): DType {
  const name = Object.keys(dtypes).find(
    (key) => key !== "bool" && allocateArray(dtypes[key as DTypeName], 0).constructor === data.constructor,
  );
  return dtypes[name as DTypeName]; // every kind of `TypedArray` is the array of one dtype
}

function isTypedArray(data: unknown): data is TypedArray {
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
    if (typeof data !== "number" && typeof data !== "bigint" && typeof data !== "boolean")
      throw notData(data, dim, shape);
    into.push(data);
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

function fromValues(values: readonly Scalar[], shape: Shape, dtype: DType): Tensor {
  const data = allocateArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) writeElement(dtype, data, i, toElement(values[i]!, dtype));
  return fromArray(data, dtype, shape);
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
  data: readonly (TypedArray | Nested<Scalar>)[],
  options?: TensorOptions<D>,
): Tensor<Shape, D>;
export function tensor(data: unknown, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options);
  if (data instanceof Tensor) return finish(duplicate(data, options.dtype ?? data.dtype), options);
  if (isTypedArray(data))
    return finish(
      convert(fromArray(data.slice(), arrayDtype(data), [data.length]), options.dtype ?? arrayDtype(data)),
      options,
    );
  const shape = nestedShape(data);
  const values: Scalar[] = [];
  flatten(data, shape, 0, values);
  return finish(fromValues(values, shape, options.dtype ?? inferDtype(values)), options);
}

/** A 1-D tensor that shares memory with a typed array: each sees what is written into the other. Source: `torch.from_numpy`. */
export function from_typed_array(data: TypedArray): Tensor {
  return fromArray(data, arrayDtype(data), [data.length], true);
}

/**
 * The data as a tensor, without a copy where it is a tensor or a typed array of that dtype already.
 *
 * @throws as `torch.tensor`.
 * Source: `torch.as_tensor`.
 */
export function as_tensor(data: Nested<Scalar> | TypedArray | Tensor, options: TensorOptions = {}): Tensor {
  const wanted = options.dtype ?? null;
  if (data instanceof Tensor)
    return wanted === null || wanted === data.dtype ? data : data.to({ dtype: wanted });
  if (isTypedArray(data) && (wanted === null || wanted === arrayDtype(data))) return from_typed_array(data);
  return tensor(data as Nested<Scalar>, options); // the typed array of another dtype takes the same way
}

/** What functions of a shape take: one array, or separate numbers, and options. */
export type SizeArguments<O = TensorOptions> =
  | readonly [size: Shape, options?: O]
  | readonly [...sizes: number[]]
  | readonly [...sizes: number[], options: O];

interface ReadSize<O> {
  readonly shape: Shape;
  readonly options: O;
}

/** Splits sizes from options. @throws TypeError when a size is not a whole number, RuntimeError when it is negative. */
function readSize<O extends TensorOptions>(name: string, args: readonly unknown[]): ReadSize<O> {
  const last = args.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  // What is behind the sizes is the caller's options object; `checkOptions` looks at its fields.
  const options = (hasOptions ? last : {}) as O;
  checkOptions(name, options);
  const rest = hasOptions ? args.slice(0, -1) : args.filter((value) => value !== undefined);
  const shape: readonly unknown[] = rest.length === 1 && Array.isArray(rest[0]) ? rest[0] : rest;
  for (const size of shape) {
    if (typeof size !== "number" || !Number.isInteger(size))
      throw new TypeError(
        `${name}(): argument 'size' must be whole numbers, or one array of them, not ${describe(size)}. Write for example ${name}(2, 3) or ${name}([2, 3]).`,
      );
    if (size < 0)
      throw new RuntimeError(
        `Trying to create tensor with negative dimension ${size}: [${shape.join(", ")}]. Sizes are 0 or more.`,
      );
  }
  return { shape: [...(shape as number[])], options };
}

function filled(shape: Shape, value: Scalar, dtype: DType): Tensor {
  if (value === 0) return allocateZeros(shape, dtype);
  const result = allocate(shape, dtype);
  copyInto(result, broadcastTo(fromValues([value], [], dtype), shape));
  return result;
}

/** A function that makes tensors of a shape: `zeros(2, 3)`, `zeros([2, 3], {dtype: torch.int64})`. */
export interface OfSize {
  <const S extends Shape, D extends DTypeName = "float32">(size: S, options?: TensorOptions<D>): Tensor<S, D>;
  <const S extends Shape>(...sizes: S): Tensor<S, "float32">;
  // oxlint-disable-next-line typescript/no-explicit-any -- sizes followed by options: the compiler does not follow the shape here
  (...args: SizeArguments): Tensor<any, any>;
}

function ofSize(name: string, make: (shape: Shape, dtype: DType) => Tensor): OfSize {
  const create = (...args: readonly unknown[]): Tensor => {
    const { shape, options } = readSize(name, args);
    return finish(make(shape, options.dtype ?? get_default_dtype()), options);
  };
  return create as OfSize; // `readSize` checks the forms
}

/** A tensor of zeros. `torch.zeros(2, 3)`, `torch.zeros([2, 3], {dtype: torch.int64})`. Source: `torch.zeros`. */
export const zeros: OfSize = ofSize("zeros", allocateZeros);

/** A tensor of ones. Source: `torch.ones`. */
export const ones: OfSize = ofSize("ones", (shape, dtype) => filled(shape, 1, dtype));

/** A tensor whose elements nobody has chosen yet: whatever was in the memory before. Source: `torch.empty`. */
export const empty: OfSize = ofSize("empty", allocate);

/**
 * A tensor of one value. A whole number gives int64 and a boolean bool, as in PyTorch; other numbers the default dtype.
 *
 * Source: `torch.full`.
 */
export function full<const S extends Shape, D extends DTypeName = DTypeName>(
  size: S,
  fill_value: Scalar,
  options: TensorOptions<D> = {},
): Tensor<S, D> {
  const { shape } = readSize("full", [size, options]);
  return finish(filled(shape, fill_value, options.dtype ?? scalarDtype(fill_value)), options) as Tensor<S, D>;
}

/**
 * The numbers from `start` (0 unless given) up to but without `end`, in steps. Whole numbers give int64, others the default dtype.
 *
 * `arange(5)`, `arange(1, 10, 2)`, `arange(0, 1, 0.25)`.
 *
 * @throws RuntimeError when the step is 0 or leads away from `end`.
 * Source: `torch.arange`.
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: readonly (number | TensorOptions | undefined)[]): Tensor {
  const last = args.at(-1);
  const options = typeof last === "object" ? last : {};
  checkOptions("arange", options);
  const numbers = args.filter((value): value is number => typeof value === "number");
  if (numbers.length === 0)
    throw new TypeError(
      "arange() missing 1 required positional argument: 'end'. Write arange(end), arange(start, end) or arange(start, end, step).",
    );
  const [start, end] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0]!, numbers[1]!];
  const step = numbers[2] ?? 1;
  if (step === 0) throw new RuntimeError("step must be nonzero: arange(start, end, 0) would never arrive.");
  if ((end - start) * step < 0)
    throw new RuntimeError(
      `upper bound and lower bound inconsistent with step sign: from ${start} to ${end} in steps of ${step}. Change the step's sign.`,
    );
  const dtype = options.dtype ?? (numbers.every(Number.isInteger) ? int64 : get_default_dtype());
  const count = Math.ceil((end - start) / step);
  const values = Array.from({ length: count }, (_, i) => start + i * step);
  // Counting goes on where a small dtype ends, from its other end.
  const wide = dtype.is_floating_point || values.some((value) => !Number.isInteger(value)) ? dtype : int64;
  return finish(convert(fromValues(values, [count], wide), dtype), options);
}

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances.
 *
 * @throws RuntimeError when `steps` is negative.
 * Source: `torch.linspace`.
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  checkOptions("linspace", options);
  if (!Number.isInteger(steps) || steps < 0)
    throw new RuntimeError(`number of steps must be non-negative, got ${steps}.`);
  const dtype = options.dtype ?? get_default_dtype();
  const round = dtype === float64 ? (value: number): number => value : Math.fround;
  const step = round((end - start) / Math.max(steps - 1, 1));
  // As in PyTorch, each half counts from its own end, so that both ends are exact.
  const values = Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? start + step * i : end - step * (steps - i - 1),
  );
  return finish(fromValues(values, [steps], dtype), options);
}

/** The identity matrix: ones on the diagonal. Source: `torch.eye`. */
export function eye(n: number, m: number | TensorOptions = n, options: TensorOptions = {}): Tensor {
  const columns = typeof m === "number" ? m : n;
  const { shape, options: all } = readSize("eye", [n, columns, typeof m === "number" ? options : m]);
  const dtype = all.dtype ?? get_default_dtype();
  const values = Array.from({ length: numel(shape) }, (_, i) =>
    Number(Math.floor(i / columns) === i % columns),
  );
  return finish(fromValues(values, shape, dtype), all);
}

function random(name: string, fill: typeof uniformInto): OfSize {
  const create = (...args: readonly unknown[]): Tensor => {
    const { shape, options } = readSize<RandomOptions>(name, args);
    const result = allocate(shape, options.dtype ?? get_default_dtype());
    fill(name, result, options.generator ?? default_generator, 0, 1);
    return finish(result, options);
  };
  return create as OfSize; // `readSize` checks the forms
}

/** Random numbers from [0, 1), the same as PyTorch draws after the same seed. Source: `torch.rand`. */
export const rand: OfSize = random("rand", uniformInto);

/** Random numbers from the standard normal distribution, as PyTorch draws them. Source: `torch.randn`. */
export const randn: OfSize = random("randn", normalInto);

/**
 * Random whole numbers from `low` (0 unless given) up to but without `high`, as int64.
 *
 * `randint(10, [2, 3])`, `randint(1, 7, [5])`.
 *
 * @throws RuntimeError when the range is empty.
 * Source: `torch.randint`.
 */
export function randint(high: number, size: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: Shape, options?: RandomOptions): Tensor;
export function randint(...args: readonly unknown[]): Tensor {
  const numbers = args.filter((value): value is number => typeof value === "number");
  const size = args.find((value): value is Shape => Array.isArray(value));
  if (size === undefined || numbers.length === 0)
    throw new TypeError(
      "randint(): expected a bound and a size, such as randint(10, [2, 3]) or randint(1, 7, [5]).",
    );
  const { shape, options } = readSize<RandomOptions>("randint", [
    size,
    (args.at(-1) === size ? {} : args.at(-1)) as RandomOptions,
  ]);
  const [low, high] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0]!, numbers[1]!];
  if (low >= high)
    throw new RuntimeError(
      `random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}. The upper bound is not included.`,
    );
  const generator = options.generator ?? default_generator;
  const result = allocate(shape, int64);
  integersInto(result, generator, low, high);
  return finish(convert(result, options.dtype ?? int64), options);
}

/** The numbers 0 to n − 1 in random order, as int64. Source: `torch.randperm`. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { shape } = readSize("randperm", [n, options]);
  const result = allocate(shape, int64);
  permutationInto(result, options.generator ?? default_generator);
  return finish(convert(result, options.dtype ?? int64), options);
}

function like(
  name: string,
  create: OfSize,
): <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> {
  return (input, options = {}) => {
    if (!(input instanceof Tensor))
      throw new TypeError(`${name}(): argument 'input' must be a Tensor, not ${describe(input)}.`);
    checkOptions(name, options);
    return create(input.shape as Shape, { ...options, dtype: options.dtype ?? input.dtype }) as Tensor;
  };
}

/** Zeros in the shape and dtype of another tensor. Source: `torch.zeros_like`. */
export const zeros_like: <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> = like(
  "zeros_like",
  zeros,
);
/** Ones in the shape and dtype of another tensor. Source: `torch.ones_like`. */
export const ones_like: <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> = like(
  "ones_like",
  ones,
);
/** A tensor in the shape and dtype of another, to be filled. Source: `torch.empty_like`. */
export const empty_like: <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> = like(
  "empty_like",
  empty,
);
/** Random numbers from [0, 1) in the shape and dtype of another tensor. Source: `torch.rand_like`. */
export const rand_like: <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> = like(
  "rand_like",
  rand,
);
/** Normal random numbers in the shape and dtype of another tensor. Source: `torch.randn_like`. */
export const randn_like: <T extends Tensor>(input: T, options?: TensorOptions) => Tensor<T["shape"]> = like(
  "randn_like",
  randn,
);

/** One value in the shape and dtype of another tensor. Source: `torch.full_like`. */
export function full_like(input: Tensor, fill_value: Scalar, options: TensorOptions = {}): Tensor {
  return full(input.shape as Shape, fill_value, { ...options, dtype: options.dtype ?? input.dtype });
}
