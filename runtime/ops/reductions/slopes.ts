/** Slopes of sampled functions. Source: `ATen/native/ReduceOps.cpp`, `gradient`. */
import type { ByName } from "../../keywords.ts";
import { uint8 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { dims, integer, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { normalizeDim, normalizeDims } from "../../shape.ts";
import type { Dims, FunctionSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { cat } from "../shaping/joining.ts";
import { given, sample } from "../samples.ts";
import { narrow } from "../shaping/slicing.ts";
import { reshape } from "../shaping/view.ts";
import { neighbours } from "./differences.ts";

/** The distance between samples, one for each dimension, or where the samples are. */
type Spacing = number | readonly number[] | readonly Tensor[] | null;

const spacingParameter: Parameter<Spacing> = keywordOnly({
  expects: "a number, an array of numbers, an array of Tensors, or null",
  fallback: null,
  convert: (value) =>
    value === null ||
    typeof value === "number" ||
    (Array.isArray(value) &&
      (value.every((item) => typeof item === "number") || value.every((item) => item instanceof Tensor)))
      ? (value as Spacing)
      : undefined,
});

/** The element at a position along a dimension, which is kept; negative positions count from the end. */
function at(input: Tensor, axis: number, position: number): Tensor {
  return narrow(input, axis, position < 0 ? input.shape[axis]! + position : position, 1);
}

/** The sum of three elements in a row, each times a weight. */
function weighted(
  input: Tensor,
  axis: number,
  start: number,
  length: number,
  weights: readonly (Tensor | number)[],
): Tensor {
  return weights
    .map((weight, offset) => mul(narrow(input, axis, start + offset, length), weight))
    .reduce((total, part) => add(total, part));
}

/** Slopes between samples that are `step` apart. */
function evenSlopes(input: Tensor, axis: number, step: number, edgeOrder: number): Tensor {
  const size = input.shape[axis]!;
  const center = div(sub(narrow(input, axis, 2, size - 2), narrow(input, axis, 0, size - 2)), 2 * step);
  const ends =
    edgeOrder === 1
      ? [sub(at(input, axis, 1), at(input, axis, 0)), sub(at(input, axis, -1), at(input, axis, -2))]
      : [weighted(input, axis, 0, 1, [-1.5, 2, -0.5]), weighted(input, axis, size - 3, 1, [0.5, -2, 1.5])];
  return cat([div(ends[0]!, step), center, div(ends[1]!, step)], axis);
}

/** The weights of three samples in a row in the slope of the parabola through them: at the first, the second, or the third. */
function parabolaWeights(h: Tensor, k: Tensor, where: "first" | "second" | "third"): readonly Tensor[] {
  const both = add(h, k);
  const [a, b, c] = [mul(h, both), mul(h, k), mul(k, both)];
  if (where === "second") return [div(k.neg(), a), div(sub(k, h), b), div(h, c)];
  if (where === "first") return [div(add(both, h).neg(), a), div(both, b), div(h.neg(), c)];
  return [div(k, a), div(both.neg(), b), div(add(both, k), c)];
}

/** Slopes between samples at given places. */
function unevenSlopes(input: Tensor, axis: number, places: Tensor, edgeOrder: number): Tensor {
  const size = input.shape[axis]!;
  const [behind, before] = neighbours(places, 0);
  const steps = reshape(
    sub(behind, before),
    input.shape.map((_, dim) => (dim === axis ? -1 : 1)),
  );
  const inner = parabolaWeights(narrow(steps, axis, 0, size - 2), narrow(steps, axis, 1, size - 2), "second");
  const center = weighted(input, axis, 0, size - 2, inner);
  if (edgeOrder === 1) {
    const first = div(sub(at(input, axis, 1), at(input, axis, 0)), at(steps, axis, 0));
    const last = div(sub(at(input, axis, -1), at(input, axis, -2)), at(steps, axis, -1));
    return cat([first, center, last], axis);
  }
  const first = parabolaWeights(at(steps, axis, 0), at(steps, axis, 1), "first");
  const last = parabolaWeights(at(steps, axis, -2), at(steps, axis, -1), "third");
  return cat([weighted(input, axis, 0, 1, first), center, weighted(input, axis, size - 3, 1, last)], axis);
}

interface SlopeArguments {
  readonly input: Tensor;
  readonly spacing: Spacing;
  readonly dim: Dims | null;
  readonly edge_order: number;
}

/** The dimensions, and a spacing for each. @throws RuntimeError when there are more or fewer. */
function spacingsOf({
  input,
  spacing,
  dim,
}: SlopeArguments): readonly (readonly [number, number | Tensor])[] {
  if (Array.isArray(dim) && dim.length === 0) return [];
  const list = Array.isArray(spacing) ? (spacing as readonly (number | Tensor)[]) : null;
  if (list !== null && dim === null && list.length !== input.ndim)
    throw new RuntimeError(
      `torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = ${input.ndim}', since dim argument was not given, but got a list of length ${list.length}.`,
    );
  const count = dim === null ? input.ndim : [dim].flat().length;
  if (list !== null && list.length !== count)
    throw new RuntimeError(
      `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${list.length} and a dim argument of length ${count}.`,
    );
  // A single number holds for every dimension.
  const each = typeof spacing === "number" ? spacing : 1;
  return normalizeDims(dim, input.ndim).map((axis, i) => [axis, list ? list[i]! : each] as const);
}

/** @throws RuntimeError when there are not enough samples, or not a place for each. */
function checkSamples(input: Tensor, axis: number, spacing: number | Tensor, edgeOrder: number): void {
  const size = input.shape[axis]!;
  if (size < edgeOrder + 1)
    throw new RuntimeError(
      `torch.gradient expected each dimension size to be at least edge_order+1: dimension ${axis} has ${size} elements, and edge_order is ${edgeOrder}.`,
    );
  if (typeof spacing === "number") return;
  if (spacing.ndim !== 1)
    throw new RuntimeError(
      `torch.gradient expected each element of spacing to have one dimension, but got an element with ${spacing.ndim} dimensions.`,
    );
  if (spacing.shape[0] !== size)
    throw new RuntimeError(
      `torch.gradient expected each element of spacing to have as many places as its dimension has elements: got ${spacing.shape[0]} for ${size} in dimension ${axis}.`,
    );
}

/** @throws RuntimeError */
function checkSlopes({ input, dim, edge_order }: SlopeArguments): void {
  if (input.dtype === uint8)
    throw new RuntimeError("torch.gradient does not support uint8 input. Convert with .float() first.");
  if (edge_order !== 1 && edge_order !== 2)
    throw new RuntimeError(`torch.gradient only supports edge_order=1 and edge_order=2, got ${edge_order}.`);
  for (const each of [dim ?? []].flat()) normalizeDim(each, input.ndim);
}

interface SlopeOptions {
  readonly spacing?: Spacing;
  readonly dim?: Dims | null;
  readonly edge_order?: 1 | 2;
}

/**
 * The slope of a sampled function at each sample, along each dimension or those in `dim`: a tensor for each. `spacing` is how far apart the samples are, for all
 * dimensions or for each, or tensors of places; `edge_order` 2 makes the ends as exact as the middle.
 *
 * @throws RuntimeError when there are too few samples, or `spacing` does not fit; IndexError when there is no such dimension.
 * Source: `torch.gradient`.
 */
export const gradient: Operator<
  ByName<
    FunctionSignature<(input: Tensor, options?: SlopeOptions) => readonly Tensor[]>,
    "input, spacing?, dim?, edge_order?"
  >
> = composite({
  name: "gradient",
  parameters: {
    input: tensor,
    spacing: spacingParameter,
    dim: keywordOnly(dims),
    edge_order: keywordOnly(integer(1)),
  },
  define: (args) => {
    const { input, edge_order } = args;
    checkSlopes(args);
    const axes = spacingsOf(args);
    for (const [axis, spacing] of axes) checkSamples(input, axis, spacing, edge_order);
    return axes.map(([axis, spacing]) =>
      typeof spacing === "number"
        ? evenSlopes(input, axis, spacing, edge_order)
        : unevenSlopes(input, axis, spacing, edge_order),
    );
  },
  samples: [
    () => [sample([4])],
    () => [sample([3, 4]), { dim: 1, spacing: 0.5, edge_order: 2 }],
    () => [sample([4]), { spacing: [sample([4], { requiresGrad: false })], edge_order: 2 }],
    () => [sample([4]), { spacing: [sample([4], { requiresGrad: false })] }],
  ],
  errors: [
    {
      args: () => [sample([2]), { edge_order: 3 }],
      error: "RuntimeError",
      message: /only supports edge_order/,
    },
    { args: () => [sample([1])], error: "RuntimeError", message: /at least edge_order\+1/ },
    { args: () => [given([1, 2], uint8)], error: "RuntimeError", message: /uint8/ },
    {
      args: () => [sample([3]), { spacing: [1, 2] }],
      error: "RuntimeError",
      message: /got a list of length 2/,
    },
  ],
});
