/** The methods of `Tensor` that write random numbers over its elements, the same as PyTorch draws after the same seed. */
import { applyInPlace, checkWritable, markWritten } from "./autograd/inplace.ts";
import { is_grad_enabled } from "./autograd/modes.ts";
import { bind } from "./binding.ts";
import { generatorParameter } from "./creation/options.ts";
import { bernoulliDraw, cauchyDraw, exponentialDraw, geometricDraw, logNormalDraw } from "./distributions.ts";
import { bernoulliInto, drawInto, integersInto, normalInto, uniformInto, writeDrawn } from "./drawing.ts";
import { bool, float64, int64, type DType } from "./dtype.ts";
import { NotImplementedError } from "./errors/notImplementedError.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { integerLimits } from "./limits.ts";
import { number, type ArgumentsOf, type Parameter, type Parameters } from "./parameters.ts";
import { fill } from "./ops/shaping/conversion.ts";
import { default_generator, type Generator } from "./random.ts";
import { broadcastTo } from "./settle.ts";
import { readValues, Tensor } from "./tensor.ts";

/** The source of the numbers; the default generator unless given. */
interface From {
  readonly generator?: Generator | null;
}

/** Methods that overwrite a tensor with random numbers, and return it. Leaves that require grad need `torch.no_grad`. */
export interface RandomMethods {
  /** Numbers from [from, to). @throws RuntimeError when `from` is above `to`. Source: `torch.Tensor.uniform_`. */
  uniform_<T extends Tensor>(
    this: T,
    from?: number | (From & { from?: number; to?: number }),
    to?: number | From,
    options?: From,
  ): T;
  /** Normal numbers. @throws RuntimeError when `std` is negative. Source: `torch.Tensor.normal_`. */
  normal_<T extends Tensor>(
    this: T,
    mean?: number | (From & { mean?: number; std?: number }),
    std?: number | (From & { std?: number }),
    options?: From,
  ): T;
  /** 1 with probability `p` and 0 otherwise; `p` may be a tensor of probabilities. @throws RuntimeError when `p` is no probability. Source: `torch.Tensor.bernoulli_`. */
  bernoulli_<T extends Tensor>(
    this: T,
    p?: number | Tensor | (From & { p?: number | Tensor }),
    options?: From,
  ): T;
  /**
   * Whole numbers from [from, to); without bounds, all that the dtype can hold exactly from 0 on.
   *
   * @throws RuntimeError when the range is empty or does not fit the dtype.
   * Source: `torch.Tensor.random_`.
   */
  random_<T extends Tensor>(
    this: T,
    from?: number | bigint | (From & { from?: number | bigint; to?: number | bigint | null }),
    to?: number | bigint | null | (From & { to?: number | bigint | null }),
    options?: From,
  ): T;
  /** Numbers of the exponential distribution with rate `lambd`. @throws RuntimeError when it is not positive. Source: `torch.Tensor.exponential_`. */
  exponential_<T extends Tensor>(this: T, lambd?: number | (From & { lambd?: number }), options?: From): T;
  /** Numbers of the Cauchy distribution. @throws RuntimeError when `sigma` is not positive. Source: `torch.Tensor.cauchy_`. */
  cauchy_<T extends Tensor>(
    this: T,
    median?: number | (From & { median?: number; sigma?: number }),
    sigma?: number | From,
    options?: From,
  ): T;
  /** How many trials of probability `p` it took to the first success. @throws RuntimeError when `p` is not in (0, 1). Source: `torch.Tensor.geometric_`. */
  geometric_<T extends Tensor>(this: T, p: number | (From & { p: number }), options?: From): T;
  /** Exponentials of normal numbers. @throws RuntimeError when `std` is not positive. Source: `torch.Tensor.log_normal_`. */
  log_normal_<T extends Tensor>(
    this: T,
    mean?: number | (From & { mean?: number; std?: number }),
    std?: number | From,
    options?: From,
  ): T;
}

/** Checks the tensor and the arguments, then writes. */
function randomMethod<P extends Parameters>(
  name: string,
  parameters: P,
  write: (target: Tensor, args: ArgumentsOf<P>, generator: Generator) => void,
): (self: Tensor, ...args: unknown[]) => Tensor {
  const all = { ...parameters, generator: generatorParameter };
  return (self, ...args) => {
    // Both tables are in `all`.
    const bound = bind(name, all, args) as ArgumentsOf<P> & { readonly generator: Generator | null };
    checkWritable(self);
    // No gradient flows to what was there before.
    if (self.requires_grad && is_grad_enabled()) applyInPlace(fill, self, [0]);
    write(self, bound, bound.generator ?? default_generator);
    markWritten(self);
    return self;
  };
}

function positive(name: string, what: string, value: number): void {
  if (!(value > 0))
    throw new RuntimeError(`${name} expects ${what} > 0.0, but found ${what}=${value}. It must be positive.`);
}

/** @throws NotImplementedError for dtypes without fractions. */
function floatingOnly(kernel: string, { dtype }: Tensor): void {
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${dtype.typeName}': the numbers are fractions. Use a floating-point dtype.`,
    );
}

/** @throws RuntimeError for dtypes without fractions, where PyTorch names the distribution. */
function continuousOnly(distribution: string, { dtype }: Tensor): void {
  if (!dtype.is_floating_point)
    throw new RuntimeError(
      `${distribution} distribution is a continuous probability distribution. dtype must be a floating point but you specified ${dtype.typeName}: convert with .float() first.`,
    );
}

/** Numbers below this are exact in the dtype, and one is added: what `random_()` draws modulo. Source: `transformation::uniform_int`. */
function defaultRange({ is_floating_point, itemsize, name, is_signed }: DType): bigint {
  if (name === "bool") return 2n;
  if (!is_floating_point) return 1n << BigInt(8 * itemsize - (is_signed ? 1 : 0));
  const digits = { float64: 53n, float32: 24n, float16: 11n, bfloat16: 8n }[name as "float64"]; // one of the four
  return (1n << digits) + 1n;
}

/** @throws RuntimeError when a bound does not fit the dtype. */
function checkBounds(from: bigint, last: bigint, dtype: DType): void {
  if (dtype.is_floating_point) return;
  const { min: least, max: largest } = integerLimits(dtype);
  for (const [value, what] of [
    [from, "from"],
    [last, "to - 1"],
  ] as const)
    if (value < least || value > largest)
      throw new RuntimeError(
        `${what} is out of bounds for ${dtype.toString()}: ${value} is not in [${least}, ${largest}].`,
      );
}

function randomInto(self: Tensor, low: bigint | null, high: bigint | null, generator: Generator): void {
  const { dtype } = self;
  if (low === null) {
    // Wide dtypes take 64 random bits, the others 32.
    if (dtype === int64 || dtype === float64) {
      const range = defaultRange(dtype);
      writeDrawn(self, () => BigInt.asIntN(64, generator.random64() % range));
    } else integersInto(self, generator, 0n, defaultRange(dtype));
    return;
  }
  // One bound is the upper one.
  const from = high === null ? 0n : low;
  const to = high ?? low;
  if (from >= to)
    throw new RuntimeError(
      `random_ expects 'from' to be less than 'to', but got from=${from} >= to=${to}. The upper bound is not included.`,
    );
  checkBounds(from, to - 1n, dtype);
  integersInto(self, generator, from, to - from);
}

function toWhole(value: unknown): bigint | null | undefined {
  if (value === null || typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

const wholeBound: Parameter<bigint | null> = { expects: "a whole number", fallback: null, convert: toWhole };

const probability: Parameter<number | Tensor> = {
  expects: "a number or a Tensor of probabilities",
  fallback: 0.5,
  convert: (value) => (value instanceof Tensor || typeof value === "number" ? value : undefined),
};

/** @throws RuntimeError when `p` is no probability. */
function checkProbability(name: string, p: number): void {
  if (!(p >= 0 && p <= 1))
    throw new RuntimeError(`${name} expects p to be in [0, 1], but got p=${p}. It is a probability.`);
}

/** Draws each element with a probability of its own. @throws RuntimeError when one is no probability. */
export function bernoulliOf(target: Tensor, p: Tensor, generator: Generator): void {
  if (!p.dtype.is_floating_point)
    throw new RuntimeError(
      `expected probabilities tensor to have floating type, got ${p.dtype.typeName}. Convert it with .float() first.`,
    );
  const probabilities = Array.from(readValues(broadcastTo(p.detach(), target.shape)), Number);
  for (const value of probabilities) checkProbability("bernoulli_", value);
  let position = 0;
  drawInto(target, generator, (source) =>
    bernoulliDraw(source, probabilities[position++]!, p.dtype === float64),
  );
}

/** The implementations; the first argument is the tensor that the method is called on. */
export const randomMethods: {
  readonly [K in keyof RandomMethods]: (self: Tensor, ...args: unknown[]) => Tensor;
} = {
  uniform_: randomMethod("uniform_", { from: number(0), to: number(1) }, (self, { from, to }, generator) => {
    if (from > to)
      throw new RuntimeError(
        `uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}. Exchange them.`,
      );
    uniformInto("check_uniform_bounds", self, generator, from, to);
  }),
  normal_: randomMethod("normal_", { mean: number(0), std: number(1) }, (self, { mean, std }, generator) => {
    if (!(std >= 0))
      throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}. It is a distance.`);
    normalInto("normal_kernel_cpu", self, generator, mean, std);
  }),
  bernoulli_: randomMethod("bernoulli_", { p: probability }, (self, { p }, generator) => {
    if (p instanceof Tensor) {
      bernoulliOf(self, p, generator);
      return;
    }
    checkProbability("bernoulli_", p);
    bernoulliInto(self, generator, p, 1);
  }),
  random_: randomMethod("random_", { from: wholeBound, to: wholeBound }, (self, { from, to }, generator) =>
    randomInto(self, from, to, generator),
  ),
  exponential_: randomMethod("exponential_", { lambd: number(1) }, (self, { lambd }, generator) => {
    positive("exponential_", "lambda", lambd);
    continuousOnly("Exponential", self);
    drawInto(self, generator, exponentialDraw(lambd));
  }),
  cauchy_: randomMethod(
    "cauchy_",
    { median: number(0), sigma: number(1) },
    (self, { median, sigma }, generator) => {
      positive("cauchy_", "sigma", sigma);
      continuousOnly("Cauchy", self);
      drawInto(self, generator, cauchyDraw(median, sigma));
    },
  ),
  geometric_: randomMethod("geometric_", { p: number() }, (self, { p }, generator) => {
    if (!(p > 0 && p < 1))
      throw new RuntimeError(
        `geometric_ expects p to be in (0, 1), but got p=${p}. It is the chance of a success.`,
      );
    if (self.dtype === bool)
      throw new NotImplementedError(
        `"geometric_cpu" not implemented for 'Bool': the numbers count trials. Use a dtype that can count.`,
      );
    drawInto(self, generator, geometricDraw(p));
  }),
  log_normal_: randomMethod(
    "log_normal_",
    { mean: number(1), std: number(2) },
    (self, { mean, std }, generator) => {
      positive("log_normal_", "std", std);
      floatingOnly("log_normal_cpu", self);
      drawInto(self, generator, logNormalDraw(mean, std));
    },
  ),
};
