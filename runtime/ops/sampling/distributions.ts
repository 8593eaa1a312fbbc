/** Random numbers whose distribution depends on tensors. */
import type { ByName } from "../../keywords.ts";
import { binomialDraw, poissonDraw } from "../../distributions.ts";
import { bernoulliInto, drawInto, normalInto } from "../../drawing.ts";
import { get_default_dtype, int64, type DType } from "../../dtype.ts";
import {
  generatorParameter,
  optionParameters,
  sizeList,
  finish,
  type RandomOptions,
} from "../../creation/options.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { isKeywords } from "../../binding.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { number, numberTensor, operand, optionalNumber, tensor } from "../../parameters.ts";
import { default_generator, type Generator } from "../../random.ts";
import { bernoulliOf } from "../../randomMethods.ts";
import { allocate, broadcastTo, fromArray } from "../../settle.ts";
import { broadcastShapes, formatShape, type Shape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import { readValues, Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { sample } from "../samples.ts";

interface From {
  readonly generator?: Generator | null;
}

const noGrad = { requiresGrad: false } as const;

function zero(grad: Tensor): Tensor {
  return mul(grad, 0);
}

/**
 * 1 with the probability that each element says, and 0 otherwise; with `p`, one probability for all.
 *
 * `torch.bernoulli(probabilities)`, `torch.bernoulli(x, 0.3)`. Of the input's shape and dtype; no gradient flows.
 *
 * @throws RuntimeError when an element is no probability, NotImplementedError for whole numbers.
 * Source: `torch.bernoulli`.
 */
export const bernoulli: Operator<GeneralSignature<[p?: number | From | null, options?: From]>> = operator({
  name: "bernoulli",
  parameters: { input: tensor, p: optionalNumber, generator: generatorParameter },
  out: true,
  forward: ({ input, p, generator }) => {
    const result = allocate(input.shape, input.dtype);
    const source = generator ?? default_generator;
    if (p === null) {
      if (!input.dtype.is_floating_point)
        throw new NotImplementedError(
          `"bernoulli_tensor_cpu_p_" not implemented for '${input.dtype.typeName}': the elements are probabilities. Convert with .float() first.`,
        );
      bernoulliOf(result, input, source);
      return result;
    }
    if (!(p >= 0 && p <= 1))
      throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}. It is a probability.`);
    bernoulliInto(result, source, p, 1);
    return result;
  },
  vjp: { input: zero },
  samples: [
    () => [sample([2, 3], { low: 1, high: 1, ...noGrad })],
    () => [sample([3]), 0],
    () => [sample([0], noGrad)],
  ],
  errors: [{ args: () => [sample([2]).mul(3)], error: "RuntimeError", message: /in \[0, 1\]/ }],
});

/** @throws RuntimeError for a weight that is negative or not finite, or when no weight is positive. */
function checkWeights(row: Float64Array): void {
  for (const weight of row) {
    if (!Number.isFinite(weight) || weight < 0)
      throw new RuntimeError(
        `probability tensor contains either \`inf\`, \`nan\` or element < 0: ${weight}. Weights are finite and not negative; they need not sum to 1.`,
      );
  }
  if (row.every((weight) => weight === 0))
    throw new RuntimeError(
      "invalid multinomial distribution (sum of probabilities <= 0): at least one weight of a row must be positive.",
    );
}

/** Positions by the cumulative sum of the weights, which is kept in the weights' own precision. */
function withReplacement(row: Float64Array, count: number, single: boolean, generator: Generator): number[] {
  const round = single ? Math.fround : (value: number): number => value;
  let total = 0;
  const sums = Array.from(row, (weight) => (total = round(total + weight)));
  const cumulative = sums.map((value) => round(value / total));
  cumulative[cumulative.length - 1] = 1;
  return Array.from({ length: count }, () => {
    const u = generator.uniformDouble();
    let [low, high] = [0, cumulative.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < u) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Positions of the largest quotients of a weight and an exponential number. */
function withoutReplacement(
  row: Float64Array,
  draws: Float64Array,
  count: number,
  single: boolean,
): number[] {
  const round = single ? Math.fround : (value: number): number => value;
  const quotients = Array.from(row, (weight, i) => round(weight / draws[i]!));
  return [...quotients.keys()].toSorted((a, b) => quotients[b]! - quotients[a]! || a - b).slice(0, count);
}

type MultinomialOptions = From & { readonly num_samples?: number; readonly replacement?: boolean };

const replacementParameter = {
  expects: "true or false",
  fallback: false,
  convert: (value: unknown) => (typeof value === "boolean" ? value : undefined),
};

const wholeNumber = {
  expects: "a whole number",
  convert: (value: unknown) => (typeof value === "number" && Number.isInteger(value) ? value : undefined),
};

/** PyTorch counts categories in float32. */
const mostCategories = 2 ** 24;

/** @throws RuntimeError when the weights or the number of samples do not fit. */
function checkMultinomial(input: Tensor, count: number, replacement: boolean): void {
  const categories = input.shape.at(-1) ?? 0;
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(
      `multinomial only supports floating-point dtypes for input, got: ${input.dtype.typeName}. Convert with .float() first.`,
    );
  if (input.ndim < 1 || input.ndim > 2)
    throw new RuntimeError(
      `prob_dist must be 1 or 2 dim: one weight for each category, or a row of them for each distribution; got shape ${formatShape(input.shape)}.`,
    );
  if (count <= 0) throw new RuntimeError(`cannot sample n_sample <= 0 samples, got ${count}.`);
  if (!replacement && count > categories)
    throw new RuntimeError(
      `cannot sample n_sample > prob_dist.size(-1) samples without replacement: ${count} of ${categories}. Pass {replacement: true}.`,
    );
  if (categories > mostCategories)
    throw new RuntimeError(
      `number of categories cannot exceed 2^24, got ${categories}. Draw a group of categories first, and then one of the group.`,
    );
}

/**
 * Positions that are drawn by weight: `num_samples` of each row.
 *
 * Shapes: `[C]` gives `[num_samples]`, `[N, C]` gives `[N, num_samples]`, as int64. Weights need not sum to 1.
 *
 * @throws RuntimeError for weights that are negative, not finite or all zero, or when there are fewer categories than samples without replacement.
 * Source: `torch.multinomial`.
 */
export const multinomial: Operator<
  GeneralSignature<
    [num_samples: number | MultinomialOptions, replacement?: boolean | MultinomialOptions, options?: From],
    "int64",
    [],
    MultinomialOptions
  >
> = operator({
  name: "multinomial",
  parameters: {
    input: tensor,
    num_samples: wholeNumber,
    replacement: replacementParameter,
    generator: generatorParameter,
  },
  out: true,
  forward: ({ input, num_samples: count, replacement, generator }) => {
    checkMultinomial(input, count, replacement);
    const source = generator ?? default_generator;
    const categories = input.shape.at(-1)!;
    const rows = input.ndim === 1 ? 1 : input.shape[0]!;
    const weights = Float64Array.from(Array.from(readValues(input), Number));
    const single = input.dtype.name !== "float64";
    const rowAt = (values: Float64Array, row: number): Float64Array =>
      values.subarray(row * categories, (row + 1) * categories);
    for (let row = 0; row < rows; row++) checkWeights(rowAt(weights, row));
    const positions: number[] = [];
    if (replacement && count > 1)
      for (let row = 0; row < rows; row++)
        positions.push(...withReplacement(rowAt(weights, row), count, single, source));
    else {
      // All numbers are drawn first, in the weights' precision.
      const draws = Float64Array.from(weights, () => {
        const value = -Math.log1p(-source.uniformDouble());
        return single ? Math.fround(value) : value;
      });
      for (let row = 0; row < rows; row++)
        positions.push(...withoutReplacement(rowAt(weights, row), rowAt(draws, row), count, single));
    }
    const shape = input.ndim === 1 ? [count] : [rows, count];
    return int64Of(positions, shape);
  },
  vjp: null,
  samples: [() => [sample([1], { low: 1, high: 2, ...noGrad }), 3, true]],
  errors: [
    {
      args: () => [sample([2], { low: -2, high: -1, ...noGrad }), 1],
      error: "RuntimeError",
      message: /element < 0/,
    },
    {
      args: () => [sample([2], { low: 1, ...noGrad }), 3],
      error: "RuntimeError",
      message: /without replacement/,
    },
  ],
});

function int64Of(positions: readonly number[], shape: Shape): Tensor {
  return fromArray(BigInt64Array.from(positions, BigInt), int64, shape);
}

/**
 * Numbers of events, where each element is a rate. Of the input's shape and dtype; no gradient flows.
 *
 * @throws RuntimeError when a rate is negative.
 * Source: `torch.poisson`.
 */
export const poisson: Operator<
  ByName<FunctionSignature<(input: Tensor, options?: From | Generator) => Tensor>, "input, generator?">
> = operator({
  name: "poisson",
  parameters: { input: tensor, generator: { ...generatorParameter, keywordOnly: false as never } },
  forward: ({ input, generator }) => {
    const rates = Array.from(readValues(input), Number);
    const negative = rates.find((rate) => !(rate >= 0));
    if (negative !== undefined)
      throw new RuntimeError(`invalid Poisson rate, expected rate to be non-negative, got ${negative}.`);
    const result = allocate(input.shape, input.dtype);
    let position = 0;
    drawInto(result, generator ?? default_generator, (source) => poissonDraw(source, rates[position++]!));
    return result;
  },
  vjp: { input: zero },
  samples: [() => [sample([2], { low: 0, high: 0, ...noGrad })]],
  errors: [{ args: () => [sample([2]).sub(5)], error: "RuntimeError", message: /non-negative/ }],
});

/**
 * Numbers of successes among `count` trials of probability `prob`, both of one floating-point dtype; they broadcast.
 *
 * @throws RuntimeError when the dtypes differ.
 * Source: `torch.binomial`.
 */
export const binomial: Operator<
  ByName<
    FunctionSignature<(count: Tensor, prob: Tensor, options?: From | Generator) => Tensor>,
    "count, prob, generator?"
  >
> = operator({
  name: "binomial",
  parameters: {
    count: tensor,
    prob: tensor,
    generator: { ...generatorParameter, keywordOnly: false as never },
  },
  forward: ({ count, prob, generator }) => {
    if (count.dtype !== prob.dtype)
      throw new RuntimeError(
        `binomial: count and prob must have the same dtype, got ${count.dtype.toString()} and ${prob.dtype.toString()}. Convert one of them.`,
      );
    const shape = broadcastShapes(count.shape, prob.shape);
    const [counts, chances] = [count, prob].map((each) =>
      Array.from(readValues(broadcastTo(each, shape)), Number),
    );
    const result = allocate(shape, count.dtype);
    let position = -1;
    drawInto(result, generator ?? default_generator, (source) => {
      position++;
      return binomialDraw(source, counts![position]!, chances![position]!);
    });
    return result;
  },
  vjp: { count: zero, prob: zero },
  samples: [
    () => [sample([2], { low: 3, high: 3 }), sample([2], { low: 0, high: 0, ...noGrad })],
    () => [sample([2], { low: 0, high: 0, ...noGrad }), sample([2], { low: 0.2, high: 0.8 })],
  ],
});

/** @throws RuntimeError when a deviation is negative. */
function checkDeviation(std: Tensor | number): void {
  if (typeof std === "number" ? std >= 0 : std.numel() === 0 || std.min().item() >= 0) return;
  throw new RuntimeError(
    typeof std === "number"
      ? `normal expects std >= 0.0, but found std ${std}. It is a distance.`
      : "normal expects all elements of std >= 0.0: they are distances.",
  );
}

/** Normal numbers of mean 0. */
function noise(shape: Shape, dtype: DType, std: number, generator: Generator | null): Tensor {
  const result = allocate(shape, dtype);
  normalInto("normal_kernel_cpu", result, generator ?? default_generator, 0, std);
  return result;
}

/** With a tensor for the mean, the deviation, or both. */
const normalOfTensors: Operator<FunctionSignature<(mean: Operand, std?: Operand) => Tensor>> = operator({
  name: "normal",
  parameters: {
    mean: operand,
    std: { ...operand, fallback: numberTensor(1) },
    generator: generatorParameter,
  },
  out: true,
  forward: ({ mean, std, generator }) => {
    const deviation = std.isNumber ? Number(std.item()) : std;
    checkDeviation(deviation);
    const shape = broadcastShapes(mean.shape, std.shape);
    const { dtype } = mean.isNumber ? std : mean;
    // A single deviation is part of the numbers themselves; several are multiplied with them.
    return typeof deviation === "number"
      ? add(noise(shape, dtype, deviation, generator), mean)
      : add(mul(noise(shape, dtype, 1, generator), deviation), mean);
  },
  vjp: { mean: zero, std: zero },
  samples: [() => [sample([2, 3], noGrad), 0], () => [2.5, sample([2], { low: 0, high: 0, ...noGrad })]],
  errors: [{ args: () => [sample([2]), -1], error: "RuntimeError", message: /std >= 0/ }],
});

const normalOfSize: Operator<FunctionSignature<(mean: number, std: number, size: Shape) => Tensor>> =
  composite({
    name: "normal",
    parameters: {
      mean: number(),
      std: number(),
      size: sizeList,
      generator: generatorParameter,
      ...optionParameters,
    },
    out: true,
    define: ({ mean, std, size, generator, ...options }) => {
      checkDeviation(std);
      const result = allocate(size, options.dtype ?? get_default_dtype());
      normalInto("normal_kernel_cpu", result, generator ?? default_generator, mean, std);
      return finish(result, options);
    },
    samples: [() => [1, 0, [2]]],
  });

interface NormalOptions extends RandomOptions {
  readonly mean?: Tensor | number;
  readonly std?: Tensor | number;
  readonly size?: Shape;
}

type NormalSignature = FunctionSignature<{
  (mean: Tensor, std?: Tensor | number | NormalOptions, options?: NormalOptions): Tensor;
  (mean: number, std: Tensor, options?: NormalOptions): Tensor;
  (mean: number, std: number, size: Shape, options?: RandomOptions): Tensor;
  (mean: number, std: number, options: NormalOptions): Tensor;
  (options: NormalOptions): Tensor;
}>;

/**
 * Normal numbers with the given means and standard deviations: tensors of which one may be a number, or two numbers and a size.
 *
 * `torch.normal(means, deviations)`, `torch.normal(means, 0.1)`, `torch.normal(0, 1, [2, 3])`.
 *
 * @throws RuntimeError when a deviation is negative.
 * Source: `torch.normal`.
 */
export const normal: Operator<ByName<NormalSignature, "mean, std?, generator?, out?">> = overloaded({
  name: "normal",
  forms: [normalOfTensors, normalOfSize],
  choose: (...args) =>
    args.some((value) => value instanceof Tensor || hasTensor(value)) ? normalOfTensors : normalOfSize,
});

function hasTensor(value: unknown): boolean {
  return isKeywords(value) && (value["mean"] instanceof Tensor || value["std"] instanceof Tensor);
}
