/** Fills tensors with random numbers, in the order in which PyTorch draws them. */
import type { Backend } from "./backends/backend.ts";
import { cpu } from "./device.ts";
import { float32, float64, int64, type DType } from "./dtype.ts";
import { NotImplementedError } from "./errors/notImplementedError.ts";
import { normalDraw, type Draw } from "./distributions.ts";
import { placedOn } from "./placement.ts";
import type { Generator } from "./random.ts";
import { alias, allocate, backendOf, copyInto, fromArrayOnCpu } from "./settle.ts";
import type { Tensor } from "./tensor.ts";

/** Up to so many numbers are drawn one by one, which costs less than to hand the generator's state over. */
const fewNumbers = 48;

/** From so many elements on, PyTorch fills a contiguous tensor with normal numbers in blocks. */
const blockSize = 16;

/** @throws NotImplementedError when random fractions are wanted in a dtype without. */
function checkFloating(name: string, { dtype }: Tensor): void {
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"${name}" not implemented for '${dtype.typeName}': random fractions need a floating-point dtype. Use randint for whole numbers.`,
    );
}

/** The tensor with its dimensions in the order in which they lie in memory: PyTorch's loops walk that way. */
function inMemoryOrder(tensor: Tensor): Tensor {
  if (tensor.is_contiguous()) return tensor;
  const { shape, strides } = tensor;
  const order = [...shape.keys()].toSorted((a, b) => strides[b]! - strides[a]! || a - b);
  return alias(
    tensor,
    order.map((dim) => shape[dim]!),
    order.map((dim) => strides[dim]!),
  );
}

/** Overwrites the elements with numbers, which are rounded to the tensor's dtype. */
function write(tensor: Tensor, values: Float64Array | BigInt64Array): void {
  const target = inMemoryOrder(tensor);
  const dtype = values instanceof Float64Array ? float64 : int64;
  copyInto(target, fromArrayOnCpu(values, dtype, target.shape));
}

/** Lets the CPU fill a contiguous tensor, whose numbers are then the same on every device. */
function filledOnCpu(tensor: Tensor, fill: (target: Tensor, backend: Backend) => void): void {
  if (tensor.device === cpu) {
    fill(tensor, backendOf(tensor));
    return;
  }
  const drawn = placedOn(cpu, () => allocate(tensor.shape, tensor.dtype));
  fill(drawn, backendOf(drawn));
  copyInto(tensor, drawn);
}

/** Overwrites the elements with the whole numbers that `draw` gives for each, in order. */
export function writeDrawn(tensor: Tensor, draw: () => bigint): void {
  write(tensor, BigInt64Array.from({ length: tensor.numel() }, draw));
}

/** Overwrites the elements with what `draw` gives for each, in order. */
export function drawInto(tensor: Tensor, generator: Generator, draw: Draw): void {
  write(
    tensor,
    Float64Array.from({ length: tensor.numel() }, () => draw(generator)),
  );
}

/** A uniform number of 53 random bits in float64, of 24 in narrower dtypes. */
function uniformDraw(dtype: DType, from: number, to: number): Draw {
  if (dtype === float64) return (generator) => generator.uniformDouble() * (to - from) + from;
  const start = Math.fround(from);
  const width = Math.fround(Math.fround(to) - start);
  // Rounded once, as PyTorch's fused multiply-add rounds: the product of two floats is exact in a double.
  return (generator) => Math.fround(generator.uniformFloat() * width + start);
}

/**
 * Overwrites a tensor with numbers from [from, to).
 *
 * @throws NotImplementedError for a dtype without fractions; the error names the operation `name`.
 * Source: `uniform_real_distribution`.
 */
export function uniformInto(
  name: string,
  tensor: Tensor,
  generator: Generator,
  from: number,
  to: number,
): void {
  checkFloating(name, tensor);
  const { dtype } = tensor;
  if (tensor.numel() <= fewNumbers || !tensor.is_contiguous() || (dtype !== float32 && dtype !== float64)) {
    drawInto(tensor, generator, uniformDraw(dtype, from, to));
    return;
  }
  const round = dtype === float32 ? Math.fround : (value: number): number => value;
  const width = round(round(to) - round(from));
  filledOnCpu(tensor, (target, backend) => backend.fillUniform(target, generator.twister, from, width));
}

/** Turns 16 uniform numbers into normal ones, element j with element j + 8. */
function boxMuller(values: Float64Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[j]!));
    const theta = 2 * Math.PI * values[j + 8]!;
    values[j] = radius * Math.cos(theta) * std + mean;
    values[j + 8] = radius * Math.sin(theta) * std + mean;
  }
}

/** Normal numbers of float64 in blocks of 16; the last 16 are drawn anew where some are left over. Source: `normal_fill`. */
function normalDoubles(count: number, generator: Generator, mean: number, std: number): Float64Array {
  const values = Float64Array.from({ length: count }, () => generator.uniformDouble());
  for (let start = 0; start + blockSize <= count; start += blockSize) boxMuller(values, start, mean, std);
  if (count % blockSize === 0) return values;
  for (let i = count - blockSize; i < count; i++) values[i] = generator.uniformDouble();
  boxMuller(values, count - blockSize, mean, std);
  return values;
}

/** Normal numbers that become fractions of 16 bits: PyTorch draws and transforms one block after the other. */
function normalHalves(tensor: Tensor, generator: Generator, mean: number, std: number): void {
  const count = tensor.numel();
  const wide = placedOn(cpu, () => allocate([count], float32));
  const whole = count - (count % blockSize);
  const fill = (length: number, offset: number): void =>
    backendOf(wide).fillNormal(alias(wide, [length], [1], offset), generator.twister, mean, std);
  fill(whole, 0);
  if (whole < count) fill(blockSize, count - blockSize);
  copyInto(tensor, alias(wide, tensor.shape, tensor.strides, 0));
}

/**
 * Overwrites a tensor with normal numbers. PyTorch draws fewer than 16, and those of a tensor with gaps, one by one in float64, and others in blocks.
 *
 * @throws NotImplementedError for a dtype without fractions; the error names the operation `name`.
 * Source: `normal_kernel` in `aten/src/ATen/native/cpu/DistributionTemplates.h`.
 */
export function normalInto(
  name: string,
  tensor: Tensor,
  generator: Generator,
  mean: number,
  std: number,
): void {
  checkFloating(name, tensor);
  if (tensor.numel() < blockSize || !tensor.is_contiguous())
    drawInto(tensor, generator, normalDraw(mean, std));
  else if (tensor.dtype === float32)
    filledOnCpu(tensor, (target, backend) => backend.fillNormal(target, generator.twister, mean, std));
  else if (tensor.dtype === float64) write(tensor, normalDoubles(tensor.numel(), generator, mean, std));
  else normalHalves(tensor, generator, mean, std);
}

/** Overwrites a tensor with `value` where a number from [0, 1) is below `p`, and 0 elsewhere. */
export function bernoulliInto(tensor: Tensor, generator: Generator, p: number, value: number): void {
  if (tensor.numel() > fewNumbers && tensor.is_contiguous() && tensor.dtype.itemsize !== 2) {
    filledOnCpu(tensor, (target, backend) => backend.fillBernoulli(target, generator.twister, p, value));
    return;
  }
  drawInto(tensor, generator, () => (generator.uniformDouble() < p ? value : 0));
}

/** The numbers 0 to n − 1 in random order. Source: `randperm_cpu`. */
export function randomPermutation(generator: Generator, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const other = i + (generator.random() % (n - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** Overwrites a contiguous int64 vector with the numbers from 0 on in random order. */
export function permutationInto(tensor: Tensor, generator: Generator): void {
  const count = tensor.numel();
  if (count > fewNumbers)
    filledOnCpu(tensor, (target, backend) => backend.fillPermutation(target, generator.twister));
  else write(tensor, BigInt64Array.from(randomPermutation(generator, count), BigInt));
}

/** A whole number from [low, low + range), for a range of at most 2⁶⁴. Source: `uniform_int_from_to`. */
function integerDraw(generator: Generator, low: bigint, range: bigint): bigint {
  const bits = range >= 1n << 32n ? generator.random64() : BigInt(generator.random());
  return BigInt.asIntN(64, (bits % range) + low);
}

/** Overwrites a tensor of any dtype with whole numbers from [low, low + range). */
export function integersInto(
  tensor: Tensor,
  generator: Generator,
  low: number | bigint,
  range: number | bigint,
): void {
  const [start, width] = [BigInt(low), BigInt(range)];
  const small = width < 1n << 32n && Number.isSafeInteger(Number(start));
  if (tensor.numel() > fewNumbers && small && tensor.dtype === int64 && tensor.is_contiguous()) {
    const [first, count] = [Number(start), Number(width)];
    filledOnCpu(tensor, (target, backend) => backend.fillIntegers(target, generator.twister, first, count));
    return;
  }
  const count = tensor.numel();
  write(
    tensor,
    BigInt64Array.from({ length: count }, () => integerDraw(generator, start, width)),
  );
}
