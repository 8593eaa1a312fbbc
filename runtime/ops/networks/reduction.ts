/** How losses are reduced to one number: the parameter that says so, its older forms, and what it does. */
import { is_grad_enabled } from "../../autograd/modes.ts";
import { get_default_dtype } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import type { ErrorCase } from "../../operator.ts";
import { integer, type Parameter } from "../../parameters.ts";
import { broadcastShapes, formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div } from "../elementwise/arithmetic.ts";
import { mean, sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { expand } from "../shaping/view.ts";

/** How the losses of the elements become one number: their mean, their sum, or not at all. */
export type LossReduction = "mean" | "sum" | "none";

/** What every loss takes by name. */
export interface LossOptions {
  /** The older form of `reduction`: `false` is `"sum"`. */
  readonly size_average?: boolean | null;
  /** The older form of `reduction`: `false` is `"none"`. */
  readonly reduce?: boolean | null;
  readonly reduction?: LossReduction;
}

/** A loss of a prediction and a target, with options by name, or with the older ones by position. */
export type LossSignature<Options extends LossOptions = LossOptions> = FunctionSignature<{
  (input: Tensor, target: Tensor, options?: Options): Tensor;
  (
    input: Tensor,
    target: Tensor,
    size_average: boolean | null,
    reduce?: boolean | null,
    reduction?: LossReduction | Options,
    options?: Options,
  ): Tensor;
}>;

/** The reduction by name. Words that are none are refused by the loss itself, as in PyTorch. */
export const reductionParameter: Parameter<string> = {
  expects: '"mean", "sum" or "none"',
  fallback: "mean",
  convert: (value) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined),
};

/** `size_average` and `reduce`. */
export const legacyParameter: Parameter<boolean | null> = {
  expects: 'true, false or null: the reduction is given by name, {reduction: "sum"}',
  fallback: null,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

/** The parameters of most losses behind their own, in PyTorch's order. */
export const lossParameters: {
  readonly size_average: Parameter<boolean | null>;
  readonly reduce: Parameter<boolean | null>;
  readonly reduction: Parameter<string>;
} = { size_average: legacyParameter, reduce: legacyParameter, reduction: reductionParameter };

/** The reduction as a loss gets it, and the older options where it has them. */
export interface ReductionSettings {
  readonly reduction: string;
  readonly size_average?: boolean | null;
  readonly reduce?: boolean | null;
}

/** What the older options mean. Source: `torch/nn/_reduction.py`. */
function legacyReduction(average: boolean | null, reduce: boolean | null): LossReduction {
  const meaning = !(reduce ?? true) ? "none" : (average ?? true) ? "mean" : "sum";
  console.warn(
    `UserWarning: size_average and reduce args will be deprecated, please use reduction='${meaning}' instead: {reduction: "${meaning}"}.`,
  );
  return meaning;
}

/** @throws ValueError for a word that is no reduction. */
export function reductionOf({ reduction, size_average, reduce }: ReductionSettings): LossReduction {
  if ((size_average ?? null) !== null || (reduce ?? null) !== null)
    return legacyReduction(size_average ?? null, reduce ?? null);
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return reduction;
  throw new ValueError(
    `${reduction} is not a valid value for reduction: it is "mean", "sum", or "none" for the loss of each element.`,
  );
}

/** The mean or the sum of the losses, or the losses. */
export function reduceLoss(losses: Tensor, how: LossReduction): Tensor {
  return how === "none" ? losses : how === "sum" ? sum(losses) : mean(losses);
}

/** The gradient of each element's loss, up to broadcasting, from that of the reduced loss. */
export function spreadGrad(grad: Tensor, how: LossReduction, ...shapes: readonly Shape[]): Tensor {
  return how === "mean" ? div(grad, numel(shapes.reduce(broadcastShapes))) : grad;
}

/** Reductions as functions of `torch` number them. */
const numberedReductions: readonly LossReduction[] = ["none", "mean", "sum"];

/** The reduction as functions of `torch` take it: 0 for none, 1 for the mean, 2 for the sum. */
export const reductionNumber: Parameter<number> = integer(1);

/** @throws ValueError for a number that is no reduction. */
export function numberedReduction(number: number): LossReduction {
  const how = numberedReductions[number];
  if (how !== undefined) return how;
  throw new ValueError(
    `${number} is not a valid value for reduction: it is 0 for none, 1 for the mean, 2 for the sum. torch.nn.functional takes words.`,
  );
}

/** Both in one shape, with a warning where that makes one larger: each element is then compared with each. */
export function broadcastPair(input: Tensor, target: Tensor): readonly [input: Tensor, target: Tensor] {
  if (sameShape(input.shape, target.shape)) return [input, target];
  console.warn(
    `UserWarning: using a target size ${formatShape(target.shape)} that is different to the input size ${formatShape(input.shape)}. This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size, for example with target.reshape(input.shape).`,
  );
  const shape = broadcastShapes(input.shape, target.shape);
  return [expand(input, shape), expand(target, shape)];
}

/** @throws RuntimeError where a gradient is asked of an argument that has none. */
export function refuseGradient(name: string, argument: string, tensor: Tensor | null): void {
  if (tensor !== null && tensor.requires_grad && is_grad_enabled())
    throw new RuntimeError(
      `The function '${name}' is not differentiable with respect to argument '${argument}'. This input cannot have requires_grad True. Call .detach() on it.`,
    );
}

/** What becomes of whole numbers once they meet a margin: that is a float in PyTorch, also where it happens to be whole. */
export function withFractions(tensor: Tensor): Tensor {
  return tensor.dtype.is_floating_point ? tensor : tensor.to({ dtype: get_default_dtype() });
}

/** A word that is no reduction. */
export const wrongReduction: ErrorCase = {
  args: () => [sample([2]), sample([2]), { reduction: "avg" }],
  error: "ValueError",
  message: /^avg is not a valid value for reduction/,
};
