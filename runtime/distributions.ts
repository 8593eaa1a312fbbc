/** Random numbers of each distribution, one at a time, drawn from a generator as PyTorch draws them on the CPU. */
import type { Generator } from "./random.ts";

/** Draws one number. */
export type Draw = (generator: Generator) => number;

/** The next number of a normal distribution. Source: `normal_distribution` in `aten/src/ATen/core/DistributionsHelper.h`. */
export function normalDraw(mean: number, std: number): Draw {
  return (generator) => generator.normalDouble() * std + mean;
}

/** Source: `transformation::exponential` in `aten/src/ATen/core/TransformationHelper.h`. */
export function exponentialDraw(lambd: number): Draw {
  return (generator) => -Math.log1p(-generator.uniformDouble()) / lambd;
}

/** Source: `transformation::cauchy`. */
export function cauchyDraw(median: number, sigma: number): Draw {
  return (generator) => median + sigma * Math.tan(Math.PI * (generator.uniformDouble() - 0.5));
}

/** Source: `transformation::geometric`. */
export function geometricDraw(p: number): Draw {
  return (generator) => Math.ceil(Math.log(generator.uniformDouble()) / Math.log(1 - p));
}

/** Source: `lognormal_distribution`. */
export function logNormalDraw(mean: number, std: number): Draw {
  const draw = normalDraw(mean, std);
  return (generator) => Math.exp(draw(generator));
}

/** 1 with probability `p`; a probability of single precision takes a number of 24 random bits. Source: `bernoulli_distribution`. */
export function bernoulliDraw(generator: Generator, p: number, double: boolean): number {
  const u = double ? generator.uniformDouble() : generator.uniformFloat();
  return u < p ? 1 : 0;
}

/** Coefficients of the series of ln Γ(k + 1). */
function stirlingTail(k: number): number {
  const table = [
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
  ];
  if (k <= 9) return table[k]!;
  const square = (k + 1) ** 2;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

/** The natural logarithm of k!, for whole k. */
function logFactorial(k: number): number {
  if (k < 2) return 0;
  const n = k + 1;
  // Stirling's series; small ones by multiplication.
  if (n < 20) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  return (
    (n - 0.5) * Math.log(n) -
    n +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * n) -
    1 / (360 * n ** 3) +
    1 / (1260 * n ** 5)
  );
}

/** Small rates: how many uniform factors keep a product above e^−λ. */
function poissonByProduct(generator: Generator, lambda: number): number {
  if (lambda === 0) return 0;
  const threshold = Math.exp(-lambda);
  let product = 1;
  for (let count = 0; ; count++) {
    product *= generator.uniformDouble();
    if (product <= threshold) return count;
  }
}

/** Large rates, by transformed rejection. Source: W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), PTRS. */
function poissonByRejection(generator: Generator, lambda: number): number {
  const logLambda = Math.log(lambda);
  const b = 0.931 + 2.53 * Math.sqrt(lambda);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const limit = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.uniformDouble() - 0.5;
    const v = generator.uniformDouble();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + lambda + 0.43);
    if (distance >= 0.07 && v <= limit) return k;
    if (k < 0 || (distance < 0.013 && v > distance)) continue;
    const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (distance * distance) + b);
    if (left <= -lambda + k * logLambda - logFactorial(k)) return k;
  }
}

/** A number of events at rate `lambda`. Source: `sample_poisson` in `aten/src/ATen/native/Distributions.cpp`. */
export function poissonDraw(generator: Generator, lambda: number): number {
  return lambda >= 10 ? poissonByRejection(generator, lambda) : poissonByProduct(generator, lambda);
}

/** Few expected successes: sums of geometric distances. */
function binomialByInversion(generator: Generator, count: number, p: number): number {
  const logComplement = Math.log1p(-p);
  let [sum, successes] = [0, 0];
  for (;;) {
    sum += Math.ceil(Math.log(generator.uniformDouble()) / logComplement);
    if (sum > count) return successes;
    successes++;
  }
}

/** Many, by transformed rejection. Source: W. Hörmann, "The generation of binomial random variates" (1993), BTRS. */
function binomialByRejection(generator: Generator, count: number, p: number): number {
  const deviation = Math.sqrt(count * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = count * p + 0.5;
  const limit = 0.92 - 4.2 / b;
  const ratio = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((count + 1) * p);
  for (;;) {
    const u = generator.uniformDouble() - 0.5;
    const v = generator.uniformDouble();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + c);
    if (distance >= 0.07 && v <= limit) return k;
    if (k < 0 || k > count) continue;
    const left = Math.log((v * alpha) / (a / (distance * distance) + b));
    const right =
      (mode + 0.5) * Math.log((mode + 1) / (ratio * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((ratio * (count - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (left <= right) return k;
  }
}

/** Successes among `count` trials of probability `p`. Source: `sample_binomial` in `aten/src/ATen/native/Distributions.h`. */
export function binomialDraw(generator: Generator, count: number, p: number): number {
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  const small = Math.min(p, 1 - p);
  const successes =
    count * small >= 10
      ? binomialByRejection(generator, count, small)
      : binomialByInversion(generator, count, small);
  return p <= 0.5 ? successes : count - successes;
}
