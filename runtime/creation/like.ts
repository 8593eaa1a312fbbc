/** Tensors in the shape and dtype of another one. */
import { normalInto, uniformInto } from "../drawing.ts";
import { stridesIn } from "../layout.ts";
import { preserve_format } from "../memoryFormat.ts";
import { integer, scalar, sizes, tensor } from "../parameters.ts";
import { default_generator } from "../random.ts";
import { alias, allocate } from "../settle.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Nested, Scalar } from "../types.ts";
import { tensor as tensorOf } from "./data.ts";
import { allocateStrided, filled, fillWith } from "./filled.ts";
import {
  checkSize,
  creation,
  generatorParameter,
  memoryFormatParameter,
  sizeList,
  type LikeOptions,
  type Options,
  type TensorOptions,
} from "./options.ts";
import { integers, type RandomLikeOptions } from "./random.ts";
import type { DType } from "../dtype.ts";
import type { MemoryFormat } from "../memoryFormat.ts";

/** A function that makes a tensor like another one: `zeros_like(x)`, `zeros_like(x, {dtype: torch.int64})`. */
export type Like<O = LikeOptions> = <T extends Tensor>(input: T, options?: O) => Tensor<T["shape"]>;

/** A new tensor with arbitrary elements that lies in memory as `input` does, or as a format says. */
function allocateLike(input: Tensor, dtype: DType, format: MemoryFormat | null): Tensor {
  const result = allocate(input.shape, dtype);
  const strides = stridesIn(format ?? preserve_format, input.shape, input.strides);
  return input.is_contiguous() && strides === input.strides ? result : alias(result, input.shape, strides);
}

type Fill = (result: Tensor, args: Options & Record<string, unknown>) => void;

function like(name: string, fill: Fill): Like {
  const parameters = {
    input: tensor,
    memory_format: memoryFormatParameter,
    generator: generatorParameter,
  };
  return creation(name, parameters, (args) => {
    const result = allocateLike(args.input, args.dtype ?? args.input.dtype, args.memory_format);
    fill(result, args);
    return result;
  }) as Like; // binding checks the form
}

/** Zeros in the shape and dtype of another tensor. Source: `torch.zeros_like`. */
export const zeros_like: Like = like("zeros_like", (result) => fillWith(result, 0));
/** Ones in the shape and dtype of another tensor. Source: `torch.ones_like`. */
export const ones_like: Like = like("ones_like", (result) => fillWith(result, 1));
/** A tensor in the shape and dtype of another, to be filled. Source: `torch.empty_like`. */
export const empty_like: Like = like("empty_like", () => undefined);

function randomLike(name: string, fill: typeof uniformInto): Like<RandomLikeOptions> {
  const parameters = { input: tensor, memory_format: memoryFormatParameter, generator: generatorParameter };
  return creation(name, parameters, (args) => {
    const result = allocateLike(args.input, args.dtype ?? args.input.dtype, args.memory_format);
    fill(name, result, args.generator ?? default_generator, 0, 1);
    return result;
  }) as Like<RandomLikeOptions>; // binding checks the form
}

/** Random numbers from [0, 1) in the shape and dtype of another tensor. Source: `torch.rand_like`. */
export const rand_like: Like<RandomLikeOptions> = randomLike("rand_like", uniformInto);
/** Normal random numbers in the shape and dtype of another tensor. Source: `torch.randn_like`. */
export const randn_like: Like<RandomLikeOptions> = randomLike("randn_like", normalInto);

const randintLike: (...args: unknown[]) => Tensor = creation(
  "randint_like",
  {
    input: tensor,
    low: integer(),
    high: integer(),
    memory_format: memoryFormatParameter,
    generator: generatorParameter,
  },
  ({ input, low, high, dtype, generator }) =>
    integers(input.shape, low, high, dtype ?? input.dtype, generator),
);

/** What `torch.randint_like` takes by name. */
export interface RandintLikeOptions extends RandomLikeOptions {
  readonly low?: number;
  readonly high?: number;
}

/**
 * Random whole numbers from `low` (0 unless given) up to but without `high`, in the shape and dtype of another tensor.
 *
 * @throws RuntimeError when the range is empty.
 * Source: `torch.randint_like`.
 */
export function randint_like(input: Tensor, high: number, options?: RandomLikeOptions): Tensor;
export function randint_like(input: Tensor, low: number, high: number, options?: RandomLikeOptions): Tensor;
export function randint_like(input: Tensor, options: RandintLikeOptions): Tensor;
export function randint_like(input: Tensor, ...rest: readonly unknown[]): Tensor {
  const numbers = rest.filter((value) => typeof value === "number").length;
  const last = rest.at(-1);
  const named: object = typeof last === "object" && last !== null ? last : {};
  if (numbers === 1 && !("high" in named)) return randintLike(input, 0, ...rest);
  if (numbers === 0 && !("low" in named)) return randintLike(input, { low: 0, ...named });
  return randintLike(input, ...rest);
}

const fullLike: (...args: unknown[]) => Tensor = creation(
  "full_like",
  { input: tensor, fill_value: scalar(), memory_format: memoryFormatParameter },
  ({ input, fill_value, dtype, memory_format }) => {
    const result = allocateLike(input, dtype ?? input.dtype, memory_format);
    fillWith(result, fill_value);
    return result;
  },
);

/** One value in the shape and dtype of another tensor. Source: `torch.full_like`. */
export function full_like(input: Tensor, fill_value: Scalar | Tensor, options: LikeOptions = {}): Tensor {
  const value = typeof fill_value === "object" ? fill_value.item() : fill_value;
  return fullLike(input, value, options);
}

/** Sizes as one array, or as separate numbers, and options. */
type NewArguments = readonly (number | Shape | TensorOptions)[];

/** The methods that make tensors of a tensor's own dtype. */
export interface NewMethods {
  /** A tensor of the given sizes with arbitrary elements, in this one's dtype. Source: `torch.Tensor.new_empty`. */
  new_empty(...size: NewArguments): Tensor;
  /** Arbitrary elements at the given strides, in this one's dtype. Source: `torch.Tensor.new_empty_strided`. */
  new_empty_strided(size: Shape, stride: readonly number[], options?: TensorOptions): Tensor;
  /** A tensor of one value, in this one's dtype. Source: `torch.Tensor.new_full`. */
  new_full(size: Shape, fill_value: Scalar, options?: TensorOptions): Tensor;
  /** Ones of the given sizes, in this one's dtype. Source: `torch.Tensor.new_ones`. */
  new_ones(...size: NewArguments): Tensor;
  /** Data as a tensor of this one's dtype. Source: `torch.Tensor.new_tensor`. */
  new_tensor(data: Nested<Scalar> | Tensor, options?: TensorOptions): Tensor;
  /** Zeros of the given sizes, in this one's dtype. Source: `torch.Tensor.new_zeros`. */
  new_zeros(...size: NewArguments): Tensor;
}

function newOfSize(
  name: string,
  make: (shape: Shape, dtype: DType) => Tensor,
): (...args: unknown[]) => Tensor {
  return creation(name, { self: tensor, size: sizes, memory_format: memoryFormatParameter }, (args) => {
    checkSize(args.size);
    return make([...args.size], args.dtype ?? args.self.dtype);
  });
}

/** The implementations; the first argument is the tensor that the method is called on. */
export const newMethods: { readonly [K in keyof NewMethods]: (...args: unknown[]) => Tensor } = {
  new_empty: newOfSize("new_empty", allocate),
  new_empty_strided: creation(
    "new_empty_strided",
    { self: tensor, size: sizeList, stride: sizeList },
    ({ self, size, stride, dtype }) => allocateStrided(size, stride, dtype ?? self.dtype),
  ),
  new_full: creation(
    "new_full",
    { self: tensor, size: sizeList, fill_value: scalar() },
    ({ self, size, fill_value, dtype }) => filled(size, fill_value, dtype ?? self.dtype),
  ),
  new_ones: newOfSize("new_ones", (shape, dtype) => filled(shape, 1, dtype)),
  new_tensor: (self, data, options) => {
    const { dtype = null, ...rest } = (options ?? {}) as TensorOptions; // checked by `tensor`
    // The data is checked there too.
    const own = self as Tensor;
    return tensorOf(data as Nested<Scalar>, { device: own.device, ...rest, dtype: dtype ?? own.dtype });
  },
  new_zeros: newOfSize("new_zeros", (shape, dtype) => filled(shape, 0, dtype)),
};
