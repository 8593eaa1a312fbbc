/** Connectionist temporal classification. Derivatives: `ATen/native/LossCTC.cpp`. */
import type { ByName } from "../../keywords.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, integer, tensor, type Parameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { div, mul, where } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { mean, sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { reshape, unsqueeze } from "../shaping/view.ts";
import { readIndices } from "../shaping/advanced.ts";
import { alignmentLosses, labelShares, type Alignment } from "./alignment.ts";
import {
  numberedReduction,
  reductionNumber,
  reductionOf,
  reductionParameter,
  type LossReduction,
} from "./reduction.ts";

/** Lengths as an array of numbers, or as a tensor of them. */
type Lengths = Tensor | readonly number[];

const lengths: Parameter<Lengths> = {
  expects: "an int64 Tensor or an array of whole numbers",
  convert: (value) =>
    value instanceof Tensor || (Array.isArray(value) && value.every(Number.isInteger))
      ? (value as Lengths)
      : undefined,
};

const settled: Parameter<Alignment> = {
  expects: "labels and lengths",
  convert: (value) => value as Alignment, // only `ctc_loss` calls with one
};

interface Facts {
  readonly log_probs: Tensor;
  readonly alignment: Alignment;
  readonly zero_infinity: boolean;
  readonly result: Tensor;
}

/** The gradient of the log-probabilities, which is PyTorch's: it takes them to be a log-softmax, whose own derivative it thereby contains. */
function gradient(grad: Tensor, { log_probs, alignment, zero_infinity, result }: Facts): Tensor {
  const each = where(eq(result, Infinity), zero_infinity ? 0 : NaN, grad);
  const slopes = log_probs.exp().sub(labelShares(log_probs, alignment));
  return mul(where(lengthMask(log_probs, alignment), slopes, 0), unsqueeze(each, 1));
}

/** Which steps belong to a sequence: `[T, N, 1]`. */
function lengthMask({ shape }: Tensor, { inputLengths }: Alignment): Tensor {
  const [steps, batch] = shape as readonly [number, number, number];
  const inside = Array.from({ length: steps }, (_, step) =>
    inputLengths.map((length) => Number(step < length)),
  );
  return given(inside.flat(), int64, [steps, batch, 1]).bool();
}

/** The loss of each sequence: minus the logarithm of the probability of all ways to read its labels. */
export const sequenceLosses: Operator<
  ByName<
    FunctionSignature<(log_probs: Tensor, alignment: Alignment, zero_infinity: boolean) => Tensor>,
    "log_probs, alignment, zero_infinity?"
  >
> = operator({
  name: "ctc_loss",
  parameters: { log_probs: tensor, alignment: settled, zero_infinity: flag(false) },
  saves: ["log_probs", "result"],
  forward: ({ log_probs, alignment }) => alignmentLosses(log_probs, alignment),
  vjp: {
    log_probs: (g, context) => gradient(g, context),
  },
  samples: [
    // The derivative is that of a log-softmax too, except where all probabilities are next to nothing.
    () => [
      sample([4, 2, 3], { low: -41, high: -39 }),
      { labels: [[1, 1], [2]], inputLengths: [4, 3], targetLengths: [2, 1], blank: 0 },
      false,
    ],
  ],
});

interface CtcArguments {
  readonly log_probs: Tensor;
  readonly targets: Tensor;
  readonly input_lengths: Lengths;
  readonly target_lengths: Lengths;
  readonly blank: number;
}

const checking = "(while checking arguments for ctc_loss_allocate_outputs)";

/** @throws RuntimeError when lengths are no whole numbers, not as many as sequences, or out of range. */
function readLengths(name: string, given: Lengths, batch: number, most: number | null): readonly number[] {
  if (given instanceof Tensor && (given.dtype.is_floating_point || given.dtype.name === "bool"))
    throw new RuntimeError(`${name} must be integral, got ${given.dtype.toString()}. Call .long() on it.`);
  const values = given instanceof Tensor ? Array.from(readIndices(given.long())) : given;
  if (values.length !== batch)
    throw new RuntimeError(
      `${name} must be of size batch_size: there are ${batch} sequences in log_probs [T, N, C], and ${values.length} lengths.`,
    );
  for (const value of values) {
    if (value < 0)
      throw new RuntimeError(
        `Expected ${name} to have value at least 0, but got value ${value} ${checking}.`,
      );
    if (most !== null && value > most)
      throw new RuntimeError(
        `Expected ${name} to have value at most ${most}, but got value ${value} ${checking}: log_probs has ${most} steps.`,
      );
  }
  return values;
}

/** The labels of each sequence: rows of a matrix, or one behind the other. */
function readTargets(targets: Tensor, lengths: readonly number[]): number[][] {
  const labels = Array.from(readIndices(targets.long()));
  if (targets.ndim < 2) {
    const total = lengths.reduce((count, length) => count + length, 0);
    if (labels.length !== total)
      throw new RuntimeError(
        `Expected tensor to have size ${total} at dimension 0, but got size ${labels.length} for argument #2 'targets' ${checking}: it is as long as all target_lengths together.`,
      );
    let start = 0;
    return lengths.map((length) => labels.slice(start, (start += length)));
  }
  const width = targets.size(1);
  const longest = Math.max(0, ...lengths);
  if (targets.shape[0] !== lengths.length || width < longest)
    throw new RuntimeError(
      `Expected tensor to have size at least ${longest} at dimension 1, but got size ${width} for argument #2 'targets' ${checking}: it is [${lengths.length}, S] with every label of the longest sequence.`,
    );
  return lengths.map((length, row) => labels.slice(row * width, row * width + length));
}

/** @throws when the arguments do not belong together. */
function settle({ log_probs, targets, input_lengths, target_lengths, blank }: CtcArguments): Alignment {
  if (!log_probs.dtype.is_floating_point || log_probs.dtype.itemsize < 4)
    throw new NotImplementedError(
      `"ctc_loss_cpu" not implemented for '${log_probs.dtype.typeName}': log_probs are the result of log_softmax.`,
    );
  if (log_probs.ndim !== 3)
    throw new RuntimeError(
      `Expected 3-dimensional tensor, but got ${log_probs.ndim}-dimensional tensor for argument #1 'log_probs' ${checking}: it takes [T, N, C], or [T, C] for one sequence.`,
    );
  const [steps, batch, classes] = log_probs.shape as readonly [number, number, number];
  if (blank < 0 || blank >= classes)
    throw new RuntimeError(`blank must be in label range: got ${blank}, and there are ${classes} classes.`);
  const inputLengths = readLengths("input_lengths", input_lengths, batch, steps);
  const targetLengths = readLengths("target_lengths", target_lengths, batch, null);
  const labels = readTargets(targets, targetLengths);
  for (const label of labels.flat())
    if (label < 0 || label >= classes)
      throw new RuntimeError(
        `ctc_loss: a target is ${label}, and there are ${classes} classes, numbered 0 to ${classes - 1}.`,
      );
  return { labels, inputLengths, targetLengths, blank };
}

/** The losses of the sequences, reduced: the mean is over the labels of each, and then over the sequences. */
function reduced(losses: Tensor, { targetLengths }: Alignment, how: LossReduction): Tensor {
  if (how === "sum") return sum(losses);
  if (how === "none") return losses;
  const counts = given(
    targetLengths.map((length) => Math.max(1, length)),
    losses.dtype,
  );
  return mean(div(losses, counts));
}

function ctc(args: CtcArguments, how: LossReduction, zeroInfinity: boolean): Tensor {
  const single = args.log_probs.ndim === 2;
  const batched = single
    ? { ...args, log_probs: unsqueeze(args.log_probs, 1), targets: reshape(args.targets, [1, -1]) }
    : args;
  const alignment = settle(batched);
  const raw = sequenceLosses(batched.log_probs, alignment, zeroInfinity);
  const losses = zeroInfinity ? where(eq(raw, Infinity), 0, raw) : raw;
  const result = reduced(losses, alignment, how);
  return single && how === "none" ? reshape(result, []) : result;
}

interface CtcOptions {
  readonly blank?: number;
  readonly reduction?: LossReduction;
  readonly zero_infinity?: boolean;
}

const ctcParameters = {
  log_probs: tensor,
  targets: { ...tensor, expects: "a Tensor of class numbers" },
  input_lengths: lengths,
  target_lengths: lengths,
  blank: integer(0),
} as const;

/**
 * The loss of a sequence of labels that is shorter than the sequence of predictions: minus the logarithm of the probability of all ways to write the labels with repetitions and
 * blanks in between. `"mean"` divides each loss by its number of labels. With `zero_infinity`, sequences that are too short for their labels count 0.
 *
 * Shapes: `log_probs` `[T, N, C]` or `[T, C]`, the result of a log-softmax; `targets` `[N, S]`, or all one behind the other; lengths `[N]`.
 *
 * @throws RuntimeError when shapes or lengths do not fit or a label is no class, NotImplementedError for whole numbers, ValueError for another reduction.
 * Source: `torch.nn.functional.ctc_loss`; Graves et al., "Connectionist temporal classification" (2006).
 */
export const ctc_loss: Operator<
  ByName<
    FunctionSignature<{
      (
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Lengths,
        target_lengths: Lengths,
        options?: CtcOptions,
      ): Tensor;
      (
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Lengths,
        target_lengths: Lengths,
        blank: number,
        reduction?: LossReduction | CtcOptions,
        zero_infinity?: boolean,
      ): Tensor;
    }>,
    "log_probs, targets, input_lengths, target_lengths, blank?, reduction?, zero_infinity?"
  >
> = composite({
  name: "ctc_loss",
  parameters: { ...ctcParameters, reduction: reductionParameter, zero_infinity: flag(false) },
  define: ({ reduction, zero_infinity, ...args }) => ctc(args, reductionOf({ reduction }), zero_infinity),
  samples: [
    () => [
      sample([4, 2, 3], { low: -41, high: -39 }),
      given([1, 2, 2, 0], int64, [2, 2]),
      [4, 3],
      given([2, 1], int64),
    ],
    () => [sample([3, 2], { requiresGrad: false }), given([1], int64), [3], [1], { reduction: "none" }],
  ],
  errors: [
    {
      args: () => [sample([3, 1, 2]), given([1], int64), [4], [1]],
      error: "RuntimeError",
      message: /input_lengths to have value at most 3, but got value 4/,
    },
    {
      args: () => [sample([3, 1, 2]), given([1], int64), [3], [2]],
      error: "RuntimeError",
      message: /size 2 at dimension 0, but got size 1 for argument #2 'targets'/,
    },
    {
      args: () => [sample([3, 1, 2]), given([1], int64), sample([1]), [1]],
      error: "RuntimeError",
      message: /input_lengths must be integral/,
    },
    {
      args: () => [sample([3, 1, 2]), given([1], int64), [3], [1], 2],
      error: "RuntimeError",
      message: /blank must be in label range/,
    },
    {
      args: () => [sample([3, 1, 2]), given([2], int64), [3], [1]],
      error: "RuntimeError",
      message: /a target is 2, and there are 2 classes/,
    },
  ],
});

/**
 * The loss of sequences as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.ctc_loss`, which is the usual form.
 * Source: `torch.ctc_loss`.
 */
export const torchCtcLoss: Operator<
  ByName<
    FunctionSignature<
      (
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Lengths,
        target_lengths: Lengths,
        blank?: number,
        reduction?: number,
        zero_infinity?: boolean,
      ) => Tensor
    >,
    "log_probs, targets, input_lengths, target_lengths, blank?, reduction?, zero_infinity?"
  >
> = composite({
  name: "ctc_loss",
  parameters: { ...ctcParameters, reduction: reductionNumber, zero_infinity: flag(false) },
  define: ({ reduction, zero_infinity, ...args }) => ctc(args, numberedReduction(reduction), zero_infinity),
  samples: [() => [sample([3, 1, 2], { requiresGrad: false }), given([1], int64), [3], [1], 0, 2]],
});
