/** Tensors of random numbers, the same as PyTorch draws after the same seed. */
import type { CallForms } from "../callForms.ts";
import { int64, type DType, type DTypeName } from "../dtype.ts";
import { integersInto, normalInto, permutationInto, uniformInto } from "../drawing.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { integer, required } from "../parameters.ts";
import { default_generator, type Generator } from "../random.ts";
import { allocate, convert } from "../settle.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { OfSize, SizeArguments } from "./filled.ts";
import {
  checkSize,
  creation,
  floatDtype,
  generatorParameter,
  sizeList,
  type LikeOptions,
  type RandomOptions,
} from "./options.ts";
import { sizes } from "../parameters.ts";

/** A function that draws tensors of a shape, also from a generator of the caller's. */
interface RandomOfSize extends OfSize {
  <const S extends Shape, D extends DTypeName = "float32">(size: S, options?: RandomOptions<D>): Tensor<S, D>;
  <const S extends Shape, D extends DTypeName = "float32">(
    all: RandomOptions<D> & { readonly size: S },
  ): Tensor<S, D>;
  <const S extends Shape>(...sizes: S): Tensor<S, "float32">;
  <const S extends Shape, D extends DTypeName = "float32">(
    ...args: readonly [...sizes: S, options: RandomOptions<D>]
  ): Tensor<S, D>;
  (...args: SizeArguments<RandomOptions>): Tensor;
}

function random(name: string, fill: typeof uniformInto): RandomOfSize {
  return creation(name, { size: sizes, generator: generatorParameter }, (args) => {
    checkSize(args.size);
    const result = allocate([...args.size], floatDtype(args));
    fill(name, result, args.generator ?? default_generator, 0, 1);
    return result;
  }) as RandomOfSize; // binding checks the forms
}

/** Random numbers from [0, 1), the same as PyTorch draws after the same seed. Source: `torch.rand`. */
export const rand: RandomOfSize = random("rand", uniformInto);

/** Random numbers from the standard normal distribution, as PyTorch draws them. Source: `torch.randn`. */
export const randn: RandomOfSize = random("randn", normalInto);

/** Whole numbers from [low, high) in a dtype. @throws RuntimeError when the range is empty. */
export function integers(
  shape: Shape,
  low: number,
  high: number,
  dtype: DType,
  generator: Generator | null,
): Tensor {
  if (low >= high)
    throw new RuntimeError(
      `random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}. The upper bound is not included.`,
    );
  checkSize(shape);
  const result = allocate(shape, int64);
  integersInto(result, generator ?? default_generator, low, high - low);
  return convert(result, dtype);
}

const randintOf: (...args: unknown[]) => Tensor = creation(
  "randint",
  { low: integer(0), high: required(integer()), size: sizeList, generator: generatorParameter },
  ({ low, high, size, dtype, generator }) => integers([...size], low, high, dtype ?? int64, generator),
);

/** The keyword form of `torch.randint`. */
export interface RandintOptions extends RandomOptions {
  readonly low?: number;
  readonly high?: number;
  readonly size?: Shape;
}

/**
 * Random whole numbers from `low` (0 unless given) up to but without `high`, as int64.
 *
 * `randint(10, [2, 3])`, `randint(1, 7, [5])`.
 *
 * @throws RuntimeError when the range is empty.
 * Source: `torch.randint`.
 */
export function randint(high: number, size: Shape, options?: RandintOptions): Tensor;
export function randint(low: number, high: number, size: Shape, options?: RandintOptions): Tensor;
export function randint(low: number, high: number, options: RandintOptions): Tensor;
export function randint(high: number, options: RandintOptions): Tensor;
export function randint(all: RandintOptions & { readonly high: number; readonly size: Shape }): Tensor;
export function randint(...args: readonly unknown[]): Tensor {
  const [, second] = args;
  const last = args.at(-1);
  const named = typeof last === "object" && last !== null && !Array.isArray(last) ? last : {};
  const oneBound =
    Array.isArray(second) || (args.length <= 2 && !("high" in named && typeof args[0] === "number"));
  return oneBound && typeof args[0] === "number" ? randintOf(0, ...args) : randintOf(...args);
}

/** What `torch.randperm` takes. */
interface PermutationArguments extends RandomOptions {
  /** How many numbers. */
  readonly n: number;
}

type Permutation = (...args: CallForms<PermutationArguments, [n: number]>) => Tensor;

/** The numbers 0 to n − 1 in random order, as int64. @throws RuntimeError when `n` is negative. Source: `torch.randperm`. */
export const randperm: Permutation = creation(
  "randperm",
  { n: integer(), generator: generatorParameter },
  ({ n, dtype, generator }) => {
    if (n < 0) throw new RuntimeError(`n must be non-negative, got ${n}: it is the number of elements.`);
    const result = allocate([n], int64);
    permutationInto(result, generator ?? default_generator);
    return convert(result, dtype ?? int64);
  },
);

/** Options of the random functions that make a tensor like another one. */
export interface RandomLikeOptions extends LikeOptions {
  readonly generator?: Generator | null;
}
