/** Tensors in the shape and dtype of another one. */
import { bind, isKeywords } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { normalInto, uniformInto } from "../drawing.ts";
import { stridesIn } from "../layout.ts";
import { preserve_format } from "../memoryFormat.ts";
import { integer, required, sizes, tensor } from "../parameters.ts";
import { default_generator } from "../random.ts";
import { alias, allocate } from "../settle.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Nested, Scalar } from "../types.ts";
import { anything, tensor as tensorOf, type DataArguments } from "./data.ts";
import { allocateStrided, filled, fillValue, fillWith } from "./filled.ts";
import {
  checkSize,
  creation,
  generatorParameter,
  memoryFormatParameter,
  optionParameters,
  sizeList,
  type LikeOptions,
  type Options,
  type TensorOptions,
} from "./options.ts";
import { integers, type RandomLikeOptions } from "./random.ts";
import type { DType, TypedArray } from "../dtype.ts";
import type { MemoryFormat } from "../memoryFormat.ts";

/** A function that makes a tensor like another one: `zeros_like(x)`, `zeros_like(x, {dtype: torch.int64})`. */
export interface Like<O = LikeOptions> {
  <T extends Tensor>(input: T, options?: O): Tensor<T["shape"]>;
  <T extends Tensor>(all: O & { readonly input: T }): Tensor<T["shape"]>;
}

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
    low: integer(0),
    high: required(integer()),
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
export function randint_like(all: RandintLikeOptions & { readonly input: Tensor }): Tensor;
export function randint_like(...args: readonly unknown[]): Tensor {
  const numbers = args.filter((value) => typeof value === "number").length;
  const last = args.at(-1);
  // A bound alone is the upper one.
  if (numbers === 1 && !(isKeywords(last) && "high" in last))
    return randintLike(args[0], 0, ...args.slice(1));
  return randintLike(...args);
}

/** What `torch.full_like` takes. */
interface FullLikeArguments extends LikeOptions {
  readonly input: Tensor;
  readonly fill_value: Scalar | Tensor;
}

/** One value in the shape and dtype of another tensor. Source: `torch.full_like`. */
export const full_like: (
  ...args: CallForms<FullLikeArguments, [input: Tensor, fill_value: Scalar | Tensor], ["input", "fill_value"]>
) => Tensor = creation(
  "full_like",
  { input: tensor, fill_value: fillValue, memory_format: memoryFormatParameter },
  ({ input, fill_value, dtype, memory_format }) => {
    const result = allocateLike(input, dtype ?? input.dtype, memory_format);
    fillWith(result, fill_value);
    return result;
  },
);

/** Sizes as one array, or as separate numbers, and options. */
type NewArguments = readonly (number | Shape | (TensorOptions & { readonly size?: Shape }))[];

/** What `new_full` takes. */
interface NewFullArguments extends TensorOptions {
  readonly size: Shape;
  readonly fill_value: Scalar | Tensor;
}

/** The methods that make tensors of a tensor's own dtype. */
export interface NewMethods {
  /** A tensor of the given sizes with arbitrary elements, in this one's dtype. Source: `torch.Tensor.new_empty`. */
  new_empty(...size: NewArguments): Tensor;
  /** Arbitrary elements at the given strides, in this one's dtype. Source: `torch.Tensor.new_empty_strided`. */
  new_empty_strided(size: Shape, stride: readonly number[], options?: TensorOptions): Tensor;
  /** A tensor of one value, in this one's dtype. Source: `torch.Tensor.new_full`. */
  new_full(
    ...args: CallForms<NewFullArguments, [size: Shape, fill_value: Scalar | Tensor], ["size", "fill_value"]>
  ): Tensor;
  /** Ones of the given sizes, in this one's dtype. Source: `torch.Tensor.new_ones`. */
  new_ones(...size: NewArguments): Tensor;
  /** Data as a tensor of this one's dtype. Source: `torch.Tensor.new_tensor`. */
  new_tensor(...args: CallForms<DataArguments, [data: Nested<Scalar> | TypedArray | Tensor]>): Tensor;
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

const newTensorParameters = { self: tensor, data: anything, ...optionParameters };

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
    { self: tensor, size: sizeList, fill_value: fillValue },
    ({ self, size, fill_value, dtype }) => filled(size, fill_value, dtype ?? self.dtype),
  ),
  new_ones: newOfSize("new_ones", (shape, dtype) => filled(shape, 1, dtype)),
  new_tensor: (...args) => {
    const { self, data, dtype, device, ...options } = bind("new_tensor", newTensorParameters, args);
    // What data may be, `tensor` says.
    const own = { ...options, dtype: dtype ?? self.dtype, device: device ?? self.device };
    return tensorOf(data as Nested<Scalar>, own);
  },
  new_zeros: newOfSize("new_zeros", (shape, dtype) => filled(shape, 0, dtype)),
};
