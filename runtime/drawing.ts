/** Fills tensors with random numbers, in the order in which PyTorch draws them. */
import { writeElement } from "./dtype.ts";
import { NotImplementedError } from "./errors/notImplementedError.ts";
import { fillNormal, fillUniform, randomInteger, randomPermutation, type Generator } from "./random.ts";
import { backendOf } from "./settle.ts";
import type { Tensor } from "./tensor.ts";

/** Up to so many numbers are drawn one by one, which costs less than to hand the generator's state over. */
const fewNumbers = 48;

/**
 * Fills a contiguous tensor with fractions, one by one; those of 16 bits are drawn as float32 and rounded.
 *
 * @throws NotImplementedError when random numbers are wanted in a dtype without fractions.
 */
function fillFractions(
  name: string,
  tensor: Tensor,
  fill: (values: Float32Array | Float64Array) => void,
): void {
  const { dtype, offset } = tensor;
  const { data } = tensor.storage;
  const count = tensor.numel();
  if (dtype.bits !== null) {
    const values = new Float32Array(count);
    fill(values);
    values.forEach((value, i) => writeElement(dtype, data, offset + i, value));
    return;
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    fill(data.subarray(offset, offset + count));
    return;
  }
  throw new NotImplementedError(
    `"${name}" not implemented for '${tensor.dtype.typeName}': random fractions need a floating-point dtype. Use randint for whole numbers.`,
  );
}

/**
 * Overwrites a contiguous tensor with numbers from [from, to).
 *
 * @throws NotImplementedError for a dtype without fractions; the error names the operation `name`.
 */
export function uniformInto(
  name: string,
  tensor: Tensor,
  generator: Generator,
  from: number,
  to: number,
): void {
  if (tensor.numel() <= fewNumbers || !tensor.dtype.is_floating_point || tensor.dtype.bits !== null)
    fillFractions(name, tensor, (values) => fillUniform(values, generator, from, to));
  else {
    const round = tensor.dtype.name === "float32" ? Math.fround : (value: number): number => value;
    backendOf(tensor).fillUniform(tensor, generator.twister, from, round(round(to) - round(from)));
  }
}

/** Normal numbers that become fractions of 16 bits: where other dtypes draw for all blocks first, PyTorch draws for one block after the other. */
function fillNormalBlocks(
  values: Float32Array | Float64Array,
  generator: Generator,
  mean: number,
  std: number,
): void {
  if (values.length < 16) {
    fillNormal(values, generator, mean, std);
    return;
  }
  for (let start = 0; start + 16 <= values.length; start += 16)
    fillNormal(values.subarray(start, start + 16), generator, mean, std);
  if (values.length % 16 !== 0) fillNormal(values.subarray(values.length - 16), generator, mean, std);
}

/**
 * Overwrites a contiguous tensor with normal numbers.
 *
 * @throws NotImplementedError for a dtype without fractions; the error names the operation `name`.
 */
export function normalInto(
  name: string,
  tensor: Tensor,
  generator: Generator,
  mean: number,
  std: number,
): void {
  if (tensor.numel() <= fewNumbers || tensor.dtype.name !== "float32")
    fillFractions(name, tensor, (values) => {
      if (tensor.dtype.bits === null) fillNormal(values, generator, mean, std);
      else fillNormalBlocks(values, generator, mean, std);
    });
  else backendOf(tensor).fillNormal(tensor, generator.twister, mean, std);
}

/** Overwrites a contiguous tensor with `value` where a number from [0, 1) is below `p`, and 0 elsewhere. */
export function bernoulliInto(tensor: Tensor, generator: Generator, p: number, value: number): void {
  if (tensor.numel() > fewNumbers) {
    backendOf(tensor).fillBernoulli(tensor, generator.twister, p, value);
    return;
  }
  const { data } = tensor.storage;
  for (let i = 0; i < tensor.numel(); i++) {
    const drawn = generator.uniformDouble() < p ? value : 0;
    writeElement(
      tensor.dtype,
      data,
      tensor.offset + i,
      data instanceof BigInt64Array ? BigInt(drawn) : drawn,
    );
  }
}

/** Overwrites a contiguous int64 vector with the numbers from 0 on in random order. */
export function permutationInto(tensor: Tensor, generator: Generator): void {
  const count = tensor.numel();
  if (count > fewNumbers) backendOf(tensor).fillPermutation(tensor, generator.twister);
  else
    tensor.storage.data.set(
      BigInt64Array.from(randomPermutation(generator, count), BigInt) as never,
      tensor.offset,
    ); // the tensor is int64
}

/** Overwrites a contiguous int64 tensor with whole numbers from [low, high). */
export function integersInto(tensor: Tensor, generator: Generator, low: number, high: number): void {
  if (tensor.numel() > fewNumbers && high - low < 2 ** 32) {
    backendOf(tensor).fillIntegers(tensor, generator.twister, low, high - low);
    return;
  }
  const data = tensor.storage.data as BigInt64Array; // the tensor is int64
  for (let i = 0; i < tensor.numel(); i++)
    data[tensor.offset + i] = randomInteger(generator, BigInt(low), BigInt(high));
}
