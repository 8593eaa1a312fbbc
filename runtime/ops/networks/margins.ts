/** Losses of classes by margins: the right ones are to lead the others by some distance. Derivatives: `ATen/native/LossMultiMargin.cpp`, `LossMultiLabelMargin.cpp`. */
import type { ByName } from "../../keywords.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { choice, integer, number, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, clamp, div, masked_fill, mul, sub } from "../elementwise/arithmetic.ts";
import { eq, gt, lt, ne } from "../elementwise/comparison.ts";
import { index_select } from "../shaping/indexing.ts";
import { any, argmax, sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { gather, scatter_add } from "../shaping/scattering.ts";
import { narrow } from "../shaping/slicing.ts";
import { reshape, unsqueeze } from "../shaping/view.ts";
import {
  lossParameters,
  reduceLoss,
  reductionOf,
  refuseGradient,
  type LossOptions,
  type LossReduction,
  type LossSignature,
} from "./reduction.ts";

const how: Parameter<LossReduction> = choice(["mean", "sum", "none"], "mean");

/** @throws RuntimeError when the predictions are no rows of classes. */
function checkRows(input: Tensor): void {
  const fits = input.ndim < 2 ? input.numel() > 0 : input.ndim === 2 && input.shape[1]! > 0;
  if (!fits)
    throw new RuntimeError(
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${formatShape(input.shape)}. The predictions are [C] or [N, C].`,
    );
}

/** @throws when there is no kernel for these dtypes. */
function checkDtypes(kernel: string, input: Tensor, target: Tensor): void {
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${input.dtype.typeName}': call .float() on the predictions.`,
    );
  if (target.dtype !== int64)
    throw new RuntimeError(
      `expected scalar type Long but found ${target.dtype.typeName}: targets are class numbers of dtype int64. Make them from bigints ([0n, 2n]), or call target.long().`,
    );
}

/** One row as a batch of one. */
function asMatrix(rows: Tensor): Tensor {
  return rows.ndim === 2 ? rows : reshape(rows, [1, -1]);
}

/** The losses of the rows in their shape, reduced. */
function finish(losses: Tensor, shape: Shape, reduction: LossReduction): Tensor {
  return reduceLoss(shape.length === 2 ? losses : reshape(losses, []), reduction);
}

/** The gradient of each row's loss, shape `[N, 1]` or one number. */
function gradOfRows(grad: Tensor, shape: Shape, reduction: LossReduction): Tensor {
  const rows = shape.length === 2 ? shape[0]! : 1;
  if (reduction === "mean") return div(grad, rows);
  return reduction === "none" && shape.length === 2 ? unsqueeze(grad, 1) : grad;
}

/** By how much each class is too near to the right one, shape `[N, C]`; 0 for the right one itself. */
function shortfalls(rows: Tensor, labels: Tensor, margin: number): Tensor {
  const right = gather(rows, 1, labels);
  const short = clamp(add(sub(rows, right), margin), 0);
  return masked_fill(short, eq(labels, classNumbers(rows)), 0);
}

function classNumbers(rows: Tensor): Tensor {
  return given([...Array(rows.size(1)).keys()], int64);
}

/** What each row counts, divided by the number of classes. */
function rowWeights(rows: Tensor, labels: Tensor, weight: Tensor | null): Tensor {
  if (weight === null) return given([1 / rows.size(1)], rows.dtype);
  return unsqueeze(div(index_select(weight, 0, reshape(labels, [-1])), rows.size(1)), 1);
}

interface MultiMarginArguments {
  readonly input: Tensor;
  readonly target: Tensor;
  readonly p: number;
  readonly margin: number;
  readonly weight: Tensor | null;
}

/** @throws RuntimeError when targets or weights do not fit the predictions. */
function checkMultiMargin({ input, target, weight }: MultiMarginArguments): void {
  checkRows(input);
  const count = input.ndim === 2 ? input.shape[0]! : 1;
  const classes = input.ndim === 0 ? 1 : input.size(-1);
  if (target.ndim > 1 || target.numel() !== count)
    throw new RuntimeError(
      `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${count}], but got ${formatShape(target.shape)}. Input has shape ${formatShape(input.shape)}.`,
    );
  if (weight !== null && weight.numel() !== classes)
    throw new RuntimeError(
      `inconsistent weight size, expected ${classes} but got ${formatShape(weight.shape)}: there is one weight for each class.`,
    );
  checkDtypes("multi_margin_loss_cpu_kernel", input, target);
  if (any(lt(target, 0).logical_or(gt(target, classes - 1))).item())
    throw new RuntimeError(
      `target out of range: there are ${classes} classes, numbered 0 to ${classes - 1}. Check the labels, or the size of the last layer.`,
    );
}

/** The multi-class margin loss of checked arguments. */
export const multiMarginError: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        target: Tensor,
        p: number,
        margin: number,
        weight: Tensor | null,
        reduction: LossReduction,
      ) => Tensor
    >,
    "input, target, p?, margin?, weight?, reduction?"
  >
> = operator({
  name: "multi_margin_loss",
  parameters: {
    input: tensor,
    target: tensor,
    p: integer(1),
    margin: number(1),
    weight: optionalTensor,
    reduction: how,
  },
  saves: ["input", "target", "weight"],
  forward: ({ input, target, p, margin, weight, reduction }) => {
    const [rows, labels] = [asMatrix(input), reshape(target, [-1, 1])];
    const short = shortfalls(rows, labels, margin);
    const terms = mul(p === 1 ? short : mul(short, short), rowWeights(rows, labels, weight));
    return finish(sum(terms, 1), input.shape, reduction);
  },
  vjp: {
    input: (g, { input, target, p, margin, weight, reduction }) => {
      const [rows, labels] = [asMatrix(input), reshape(target, [-1, 1])];
      const short = shortfalls(rows, labels, margin);
      const slopes = p === 1 ? gt(short, 0).to({ dtype: rows.dtype }) : mul(short, 2);
      const each = mul(mul(slopes, rowWeights(rows, labels, weight)), gradOfRows(g, input.shape, reduction));
      const right = eq(labels, classNumbers(rows)).to({ dtype: rows.dtype });
      return reshape(sub(each, mul(right, sum(each, 1, true))), input.shape);
    },
    target: null,
    weight: null,
  },
  samples: [
    () => [sample([3, 4]), given([1, 0, 3], int64), 1, 1, null, "mean"],
    () => [
      sample([3, 4]),
      given([1, 0, 3], int64),
      2,
      0.5,
      sample([4], { low: 0.5, requiresGrad: false }),
      "none",
    ],
    () => [sample([4]), given([1], int64, []), 2, 1, null, "sum"],
  ],
});

type MultiMarginOptions = LossOptions & {
  readonly p?: number;
  readonly margin?: number;
  readonly weight?: Tensor | null;
};

/**
 * The multi-class margin loss: for each class but the right one `max(0, margin − x[right] + x[class])` to the power `p`, 1 or 2, times the right class's `weight`;
 * added up and divided by the number of classes, and then reduced to the mean over the rows, their sum, or not.
 *
 * Shapes: `input` `[N, C]` or `[C]`, `target` `[N]` or `[]` of class numbers (int64), `weight` `[C]`.
 *
 * @throws ValueError for another power or reduction, RuntimeError when shapes or dtypes do not fit or a label is no class.
 * Source: `torch.nn.functional.multi_margin_loss`.
 */
export const multi_margin_loss: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, options?: MultiMarginOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        p: number,
        margin?: number | MultiMarginOptions,
        weight?: Tensor | null,
        size_average?: boolean | null,
        reduce?: boolean | null,
        reduction?: LossReduction,
      ): Tensor;
    }>,
    "input, target, p?, margin?, weight?, size_average?, reduce?, reduction?"
  >
> = composite({
  name: "multi_margin_loss",
  parameters: {
    input: tensor,
    target: tensor,
    p: number(1),
    margin: number(1),
    weight: optionalTensor,
    ...lossParameters,
  },
  define: ({ input, target, p, margin, weight, ...options }) => {
    const reduction = reductionOf(options);
    if (p !== 1 && p !== 2) throw new ValueError(`only p == 1 and p == 2 supported, got ${p}.`);
    if (weight !== null && weight.ndim !== 1)
      throw new ValueError(
        `weight must be one-dimensional: there is one weight for each class, got shape ${formatShape(weight.shape)}.`,
      );
    refuseGradient("multi_margin_loss", "weight", weight);
    checkMultiMargin({ input, target, p, margin, weight });
    return multiMarginError(input, target, p, margin, weight, reduction);
  },
  samples: [() => [sample([3, 4]), given([1, 0, 3], int64), { p: 2, margin: 0.5 }]],
  errors: [
    {
      args: () => [sample([2, 3]), given([0, 3], int64)],
      error: "RuntimeError",
      message: /target out of range: there are 3 classes/,
    },
    {
      args: () => [sample([2, 3]), sample([2])],
      error: "RuntimeError",
      message: /expected scalar type Long but found Double/,
    },
    { args: () => [sample([2, 3]), given([0, 1], int64), 3], error: "ValueError", message: /only p == 1/ },
  ],
});

/** The labels of each row as far as any row has some, and where they are labels. */
function listedLabels(target: Tensor): { readonly labels: Tensor; readonly listed: Tensor } {
  const ends = eq(target, -1);
  // A row's labels end at its first −1.
  const lengths = endsOfRows(ends);
  const longest = Math.max(0, ...lengths);
  const listed = given(
    lengths.flatMap((length) => Array.from({ length: longest }, (_, place) => (place < length ? 1 : 0))),
    int64,
    [lengths.length, longest],
  );
  return { labels: mul(narrow(target, 1, 0, longest), listed), listed };
}

/** The position of the first true element of each row, or the row's length. */
function endsOfRows(ends: Tensor): number[] {
  const found = any(ends, 1).tolist() as boolean[];
  const first = argmax(ends.to({ dtype: int64 }), 1).tolist() as number[];
  return found.map((has, row) => (has ? first[row]! : ends.size(1)));
}

interface LabelLists {
  readonly labels: Tensor;
  /** 1 for a label, 0 behind the end of a row's list; `[N, K, 1]`. */
  readonly listed: Tensor;
  /** 1 for a class that is no label; `[N, 1, C]`. */
  readonly others: Tensor;
}

function readLabels(rows: Tensor, target: Tensor): LabelLists {
  const { labels, listed } = listedLabels(target);
  const counts = scatter_add(rows.mul(0).long(), 1, labels, listed);
  return {
    labels,
    listed: unsqueeze(listed.to({ dtype: rows.dtype }), 2),
    others: unsqueeze(eq(counts, 0).to({ dtype: rows.dtype }), 1),
  };
}

/** By how much each class that is no label is too near to each label, shape `[N, K, C]`. */
function labelShortfalls(rows: Tensor, { labels, listed, others }: LabelLists): Tensor {
  const right = unsqueeze(gather(rows, 1, labels), 2);
  const short = clamp(add(sub(unsqueeze(rows, 1), right), 1), 0);
  return masked_fill(short, ne(mul(listed, others), 1), 0);
}

/** The multi-label margin loss of checked arguments. */
export const multilabelMarginError: Operator<
  ByName<
    FunctionSignature<(input: Tensor, target: Tensor, reduction: LossReduction) => Tensor>,
    "input, target, reduction?"
  >
> = operator({
  name: "multilabel_margin_loss",
  parameters: { input: tensor, target: tensor, reduction: how },
  saves: ["input", "target"],
  forward: ({ input, target, reduction }) => {
    const rows = asMatrix(input);
    const short = labelShortfalls(rows, readLabels(rows, asMatrix(target)));
    return finish(div(sum(short, [1, 2]), rows.size(1)), input.shape, reduction);
  },
  vjp: {
    input: (g, { input, target, reduction }) => {
      const rows = asMatrix(input);
      const lists = readLabels(rows, asMatrix(target));
      const near = gt(labelShortfalls(rows, lists), 0).to({ dtype: rows.dtype });
      const slopes = div(scatter_add(sum(near, 1), 1, lists.labels, sum(near, 2).neg()), rows.size(1));
      return reshape(mul(slopes, gradOfRows(g, input.shape, reduction)), input.shape);
    },
    target: null,
  },
  samples: [
    () => [sample([2, 4]), given([3, 0, -1, 1, 2, -1, 0, 0], int64, [2, 4]), "mean"],
    () => [sample([2, 4]), given([3, 0, -1, 1, 2, -1, 0, 0], int64, [2, 4]), "none"],
    () => [sample([4]), given([3, 0, -1, 1], int64), "sum"],
  ],
});

/** @throws RuntimeError when the targets are no lists of labels of the predictions' shape. */
function checkMultilabel(input: Tensor, target: Tensor): void {
  checkRows(input);
  const fits =
    input.ndim === 2
      ? sameShape(target.shape, input.shape)
      : target.ndim < 2 && target.numel() === input.numel();
  if (!fits)
    throw new RuntimeError(
      `inconsistent target size: ${formatShape(target.shape)} for input of size: ${formatShape(input.shape)}. A row of targets is as long as a row of predictions: class numbers, and −1 behind the last.`,
    );
  checkDtypes("multilabel_margin_loss_forward_out_frame", input, target);
  const classes = input.ndim === 0 ? 1 : input.size(-1);
  if (any(lt(target, -1).logical_or(gt(target, classes - 1))).item())
    throw new RuntimeError(
      `argument #2 'target' is out of range: there are ${classes} classes, numbered 0 to ${classes - 1}, and −1 ends a row's list.`,
    );
}

/**
 * The multi-label margin loss: for each label of a row, and each class that is none, `max(0, 1 − x[label] + x[class])`; added up and divided by the number of
 * classes, and then reduced to the mean over the rows, their sum, or not.
 *
 * Shapes: `input` and `target` `[N, C]` or `[C]`. A row of the target is a list of class numbers (int64) that ends at its first −1.
 *
 * @throws ValueError for another reduction, RuntimeError when shapes or dtypes do not fit or a label is no class.
 * Source: `torch.nn.functional.multilabel_margin_loss`.
 */
export const multilabel_margin_loss: Operator<
  ByName<LossSignature, "input, target, size_average?, reduce?, reduction?">
> = composite({
  name: "multilabel_margin_loss",
  parameters: { input: tensor, target: tensor, ...lossParameters },
  define: ({ input, target, ...options }) => {
    const reduction = reductionOf(options);
    checkMultilabel(input, target);
    return multilabelMarginError(input, target, reduction);
  },
  samples: [() => [sample([2, 3]), given([2, -1, 0, 1, 0, -1], int64, [2, 3])]],
  errors: [
    {
      args: () => [sample([3]), given([0, 3, -1], int64)],
      error: "RuntimeError",
      message: /argument #2 'target' is out of range/,
    },
    {
      args: () => [sample([3]), given([0, 1], int64)],
      error: "RuntimeError",
      message: /inconsistent target size: \[2\] for input of size: \[3\]/,
    },
    { args: () => [sample([3]), sample([3])], error: "RuntimeError", message: /expected scalar type Long/ },
  ],
});
