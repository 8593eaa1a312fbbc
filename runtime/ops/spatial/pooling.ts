/**
 * Pooling of planes, with settled windows. Each map is linear, or, for the largest numbers, linear once the positions are known; so each has a partner that is
 * its derivative, and whose derivative it is. Derivatives: PyTorch's `derivatives.yaml`.
 */
import type { ByName } from "../../keywords.ts";
import type { AveragingPlaneWindows, PlaneWindows } from "../../backends/pooling.ts";
import { bool, int32, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { operator, type Operator } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { alias, allocate, allocateZeros, backendOf, duplicate } from "../../settle.ts";
import { contiguousStrides, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { adaptiveWindows, averageWindows, maxWindows } from "./poolingWindows.ts";
import { given, sample } from "../samples.ts";

/** Settled windows, which no user writes. */
export function settled<W extends PlaneWindows>(): Parameter<W> {
  return {
    expects: "settled windows",
    convert: (value) =>
      typeof value === "object" && value !== null && "rows" in value ? (value as W) : undefined,
  };
}

/** The tensor in row-major order, with one dimension for everything but rows and columns. */
function planesOf(tensor: Tensor): Tensor {
  const plain = tensor.is_contiguous() ? tensor : duplicate(tensor);
  const shape = [numel(plain.shape.slice(0, -2)), plain.size(-2), plain.size(-1)];
  return alias(plain, shape, contiguousStrides(shape));
}

/** The shape of what is pooled, and of the result. */
function coarse(shape: Shape, { rows, columns }: PlaneWindows): Shape {
  return [...shape.slice(0, -2), rows.start.length, columns.start.length];
}

function fine(shape: Shape, { rows, columns }: PlaneWindows): Shape {
  return [...shape.slice(0, -2), rows.size, columns.size];
}

type PositionsSignature = FunctionSignature<
  (values: Tensor, positions: Tensor, options: { readonly windows: PlaneWindows }) => Tensor
>;

const sampleWindows: PlaneWindows = {
  rows: maxWindows(3, { kernel: 2, stride: 1, padding: 0, dilation: 1 }, false),
  columns: maxWindows(3, { kernel: 2, stride: 1, padding: 0, dilation: 1 }, false),
};

const samplePositions = (): Tensor => given([0, 1, 4, 4], int32, [1, 2, 2]);

/** Adds numbers to the positions that they were found at, in planes of zeros: the derivative of the largest number of each window. */
export const maxPoolSpread: Operator<PositionsSignature> = operator({
  name: "max_pool_spread",
  parameters: { grad: tensor, positions: tensor, windows: settled() },
  saves: ["positions"],
  forward: ({ grad, positions, windows }) => {
    const shape = fine(grad.shape, windows);
    if (numel(grad.shape) === 0) return allocateZeros(shape, grad.dtype);
    const result = allocate(shape, grad.dtype);
    backendOf(grad).maxPoolSpread(planesOf(result), planesOf(grad), planesOf(positions), windows);
    return result;
  },
  vjp: { grad: (g, { positions, windows }) => maxPoolPick(g, positions, { windows }), positions: null },
  gradFn: "MaxPool2DWithIndicesBackwardBackward0",
  samples: [() => [sample([1, 2, 2]), samplePositions(), { windows: sampleWindows }]],
});

/** The numbers at the positions that were found. */
export const maxPoolPick: Operator<ByName<PositionsSignature, "input, positions, windows">> = operator({
  name: "max_pool_pick",
  parameters: { input: tensor, positions: tensor, windows: settled() },
  saves: ["positions"],
  forward: ({ input, positions }) => {
    const result = allocate(positions.shape, input.dtype);
    if (numel(result.shape) > 0)
      backendOf(input).maxPoolPick(planesOf(result), planesOf(input), planesOf(positions));
    return result;
  },
  vjp: { input: (g, { positions, windows }) => maxPoolSpread(g, positions, { windows }), positions: null },
  samples: [() => [sample([1, 3, 3]), samplePositions(), { windows: sampleWindows }]],
});

/** The largest numbers of the windows, and where they are. */
export type MaxPool = FunctionSignature<
  (input: Tensor, options: { readonly windows: PlaneWindows }) => [values: Tensor, positions: Tensor]
>;

/** The largest number of each window of planes `[…, H, W]`, and its position (int32, counted within the plane). */
function maxPool(
  name: string,
  gradFn: string,
  dtypes: "all but bool" | "floating point only",
  windows: PlaneWindows,
): Operator<MaxPool> {
  return operator({
    name,
    parameters: { input: tensor, windows: settled() },
    forward: ({ input, windows }) => {
      if (input.dtype === bool || (dtypes !== "all but bool" && !input.dtype.is_floating_point))
        throw new NotImplementedError(
          `"${dtypes === "all but bool" ? "" : "adaptive_"}max_pool2d" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
        );
      const shape = coarse(input.shape, windows);
      const [values, positions] = [allocate(shape, input.dtype), allocate(shape, int32)];
      if (numel(shape) > 0)
        backendOf(input).maxPool(planesOf(values), planesOf(positions), planesOf(input), windows);
      return [values, positions];
    },
    vjp: { input: (g, { others, windows }) => maxPoolSpread(g, others[0]!, { windows }) },
    gradFn,
    samples: [() => [sample([2, 3, 3]), { windows }]],
  });
}

/** Windows of one size. Source: `torch._C._nn.max_pool2d_with_indices`. */
export const maxPoolWindows: Operator<MaxPool> = maxPool(
  "max_pool_windows",
  "MaxPool2DWithIndicesBackward0",
  "all but bool",
  sampleWindows,
);

/** Windows that share the input evenly. Source: `torch._C._nn.adaptive_max_pool2d`. */
export const adaptiveMaxPoolWindows: Operator<MaxPool> = maxPool(
  "adaptive_max_pool_windows",
  "AdaptiveMaxPool2DBackward0",
  "floating point only",
  { rows: adaptiveWindows(3, 2), columns: adaptiveWindows(3, 1) },
);

type AveragePool = FunctionSignature<
  (input: Tensor, options: { readonly windows: AveragingPlaneWindows }) => Tensor
>;

const averageSample: AveragingPlaneWindows = {
  rows: averageWindows(3, { kernel: 2, stride: 1, padding: 1, dilation: 1 }, false, true),
  columns: averageWindows(3, { kernel: 2, stride: 2, padding: 0, dilation: 1 }, true, false),
};

/** Divides each number by its window's divisor and adds it to everything that the window covers: the derivative of the windows' means. */
export const averagePoolSpread: Operator<AveragePool> = operator({
  name: "average_pool_spread",
  parameters: { grad: tensor, windows: settled<AveragingPlaneWindows>() },
  forward: ({ grad, windows }) => {
    const shape = fine(grad.shape, windows);
    if (numel(grad.shape) === 0) return allocateZeros(shape, grad.dtype);
    const result = allocate(shape, grad.dtype);
    backendOf(grad).averagePoolSpread(planesOf(result), planesOf(grad), windows);
    return result;
  },
  vjp: { grad: (g, { windows }) => averagePoolWindows(g, { windows }) },
  gradFn: "AvgPool2DBackwardBackward0",
  samples: [() => [sample([2, 4, 2]), { windows: averageSample }]],
});

/** The sum of each window of planes `[…, H, W]` over its divisor. */
function averagePool(name: string, gradFn: string, kernel: string, dtypes: string): Operator<AveragePool> {
  return operator({
    name,
    parameters: { input: tensor, windows: settled<AveragingPlaneWindows>() },
    forward: ({ input, windows }) => {
      if (!input.dtype.is_floating_point && !(dtypes === "and int64" && input.dtype === int64))
        throw new NotImplementedError(
          `"${kernel}" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
        );
      const result = allocate(coarse(input.shape, windows), input.dtype);
      if (numel(result.shape) > 0) backendOf(input).averagePool(planesOf(result), planesOf(input), windows);
      return result;
    },
    vjp: { input: (g, { windows }) => averagePoolSpread(g, { windows }) },
    gradFn,
    samples: [() => [sample([2, 3, 3]), { windows: averageSample }]],
  });
}

/** Windows of one size. Source: `torch._C._nn.avg_pool2d`. */
export const averagePoolWindows: Operator<AveragePool> = averagePool(
  "average_pool_windows",
  "AvgPool2DBackward0",
  "avg_pool2d",
  "and int64",
);

/** Windows that share the input evenly. Source: `torch._C._nn._adaptive_avg_pool2d`. */
export const adaptiveAveragePoolWindows: Operator<AveragePool> = averagePool(
  "adaptive_average_pool_windows",
  "AdaptiveAvgPool2DBackward0",
  "adaptive_avg_pool2d",
  "floating point only",
);
