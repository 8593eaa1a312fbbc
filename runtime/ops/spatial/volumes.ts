/**
 * Pooling of volumes, with settled windows: first over the height and width of every layer, then over the depth. The mean and the first largest number of a block
 * are what the two steps give one after the other.
 */
import { onCpu } from "../../reading.ts";
import type { AveragingPlaneWindows, AveragingWindows, PlaneWindows } from "../../backends/pooling.ts";
import { bool, float32, float64, int32, int64, type DType } from "../../dtype.ts";
import { E, input, parameter } from "../../expression.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { operator, type Operator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import {
  allocate,
  allocateZeros,
  backendOf,
  duplicate,
  elementwise,
  reshaped,
  fromArray,
} from "../../settle.ts";
import { numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { type Tensor, readValues } from "../../tensor.ts";
import { settled, type MaxPool } from "./pooling.ts";
import { adaptiveWindows, averageWindows, maxWindows, wholeWindows } from "./poolingWindows.ts";
import { chooseAlong } from "../shaping/advanced.ts";
import { sample } from "../samples.ts";
import { spreadAt } from "./positions.ts";

/** Windows over volumes. */
export interface VolumeWindows extends PlaneWindows {
  readonly depth: PlaneWindows["rows"];
}

/** Windows over volumes of which the mean is taken. */
export interface AveragingVolumeWindows extends AveragingPlaneWindows {
  readonly depth: AveragingWindows;
}

/** The two steps: over planes of each layer, and over the depth, with every plane as one row. */
interface Steps<W extends PlaneWindows> {
  readonly within: W;
  readonly across: PlaneWindows & { readonly rows: W["rows"]; readonly columns: AveragingWindows };
}

function stepsOf<W extends PlaneWindows>(windows: W & { readonly depth: W["rows"] }): Steps<W> {
  const places = windows.rows.start.length * windows.columns.start.length;
  return { within: windows, across: { rows: windows.depth, columns: wholeWindows(places) } };
}

function coarse(shape: Shape, { depth, rows, columns }: VolumeWindows): Shape {
  return [...shape.slice(0, -3), depth.start.length, rows.start.length, columns.start.length];
}

function fine(shape: Shape, { depth, rows, columns }: VolumeWindows): Shape {
  return [...shape.slice(0, -3), depth.size, rows.size, columns.size];
}

/** The layers of all volumes, as planes: `[P · D, H, W]`. */
function layers(tensor: Tensor): Tensor {
  const plain = tensor.is_contiguous() ? tensor : duplicate(tensor);
  return reshaped(plain, [numel(plain.shape.slice(0, -2)), plain.size(-2), plain.size(-1)]);
}

/** The layers with each as one row: `[P, D, H · W]`. */
function rowsOfLayers(layers: Tensor, depth: number): Tensor {
  const [count, height, width] = layers.shape as [number, number, number];
  return reshaped(layers, [count / depth, depth, height * width]);
}

type AveragePool = FunctionSignature<
  (input: Tensor, options: { readonly windows: AveragingVolumeWindows }) => Tensor
>;

const sampleSizes = { kernel: 2, stride: 1, padding: 1, dilation: 1 };
const averageSample: AveragingVolumeWindows = {
  depth: averageWindows(2, sampleSizes, false, true),
  rows: averageWindows(2, { ...sampleSizes, stride: 2 }, true, false),
  columns: averageWindows(3, { ...sampleSizes, padding: 0 }, false, true),
};

/** Divides each number by its window's divisor and adds it to everything that the window covers: the derivative of the windows' means. */
export const averageVolumesSpread: Operator<AveragePool> = operator({
  name: "average_volumes_spread",
  parameters: { grad: tensor, windows: settled<AveragingVolumeWindows>() },
  forward: ({ grad, windows }) => {
    const result = allocateZeros(fine(grad.shape, windows), grad.dtype);
    if (numel(grad.shape) === 0) return result;
    const { within, across } = stepsOf<AveragingPlaneWindows>(windows);
    const [whole, backend] = [layers(result), backendOf(grad)];
    const between = allocate(
      [whole.shape[0]!, windows.rows.start.length, windows.columns.start.length],
      grad.dtype,
    );
    const rows = rowsOfLayers(layers(grad), windows.depth.start.length);
    backend.averagePoolSpread(rowsOfLayers(between, windows.depth.size), rows, across);
    backend.averagePoolSpread(whole, between, within);
    return result;
  },
  vjp: { grad: (g, { windows }) => averageVolumes(g, { windows }) },
  gradFn: "AvgPool3DBackwardBackward0",
  samples: [() => [sample([1, 3, 2, 2]), { windows: averageSample }]],
});

/** The mean of each window of whole numbers: their sum over the three divisors together, cut off once. */
function wholeMeans(input: Tensor, windows: AveragingVolumeWindows): Tensor {
  const { depth, rows, columns } = windows;
  const sums = means(input, { depth: undivided(depth), rows: undivided(rows), columns: undivided(columns) });
  const divisors = depth.divisors.flatMap((d) =>
    rows.divisors.flatMap((h) => columns.divisors.map((w) => BigInt(d * h * w))),
  );
  const data = readValues(onCpu(sums)) as BigInt64Array; // int64 is the only dtype of whole numbers that is averaged
  for (let i = 0; i < data.length; i++) data[i]! /= divisors[i % divisors.length]!;
  return fromArray(data, int64, sums.shape);
}

function undivided(axis: AveragingWindows): AveragingWindows {
  return { ...axis, divisors: axis.divisors.map(() => 1) };
}

/** The mean of each window. */
function means(input: Tensor, windows: AveragingVolumeWindows): Tensor {
  const result = allocate(coarse(input.shape, windows), input.dtype);
  if (numel(result.shape) === 0) return result;
  const { within, across } = stepsOf<AveragingPlaneWindows>(windows);
  const [source, backend] = [layers(input), backendOf(input)];
  const between = allocate([source.shape[0]!, ...result.shape.slice(-2)], input.dtype);
  backend.averagePool(between, source, within);
  const target = rowsOfLayers(layers(result), windows.depth.start.length);
  backend.averagePool(target, rowsOfLayers(between, windows.depth.size), across);
  return result;
}

/** The sum of each window of volumes `[…, D, H, W]` over its divisor. */
function averagePool(
  name: string,
  gradFn: string,
  kernel: string,
  fits: (dtype: DType) => boolean,
): Operator<AveragePool> {
  return operator({
    name,
    parameters: { input: tensor, windows: settled<AveragingVolumeWindows>() },
    forward: ({ input, windows }) => {
      if (!fits(input.dtype))
        throw new NotImplementedError(
          `"${kernel}" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
        );
      return input.dtype === int64 ? wholeMeans(input, windows) : means(input, windows);
    },
    vjp: { input: (g, { windows }) => averageVolumesSpread(g, { windows }) },
    gradFn,
    samples: [() => [sample([1, 2, 2, 3]), { windows: averageSample }]],
  });
}

/** Windows of one size. Source: `torch._C._nn.avg_pool3d`. */
export const averageVolumes: Operator<AveragePool> = averagePool(
  "average_volumes",
  "AvgPool3DBackward0",
  "avg_pool3d_out_frame",
  (dtype) => dtype === float32 || dtype === float64 || dtype === int64,
);

/** Windows that share the input evenly. Source: `torch._C._nn.adaptive_avg_pool3d`. */
export const adaptiveAverageVolumes: Operator<AveragePool> = averagePool(
  "adaptive_average_volumes",
  "AdaptiveAvgPool3DBackward0",
  "adaptive_avg_pool3d_cpu",
  (dtype) => dtype.is_floating_point,
);

/** The position in the whole volume: how many layers lie before the one that was taken, in which an element has its own position. */
const inVolume = E.add(E.mul(E.floorDivide(input(0), parameter(0)), parameter(1)), input(1));

/** The positions in whole volumes, from the position within each layer and among the layers. */
function joinPositions(shape: Shape, within: Tensor, across: Tensor, layerSize: number): Tensor {
  const [planes, , places] = across.shape as [number, number, number];
  const taken = reshaped(across, [planes, across.numel() / planes]);
  const inLayer = allocate(taken.shape, int32);
  const ofVolume = reshaped(within, [planes, within.numel() / planes]);
  backendOf(within).take(inLayer, chooseAlong(ofVolume, 1, taken));
  return reshaped(elementwise(inVolume, [taken, inLayer], "promote", null, [places, layerSize]), shape);
}

/** The largest number of each window, and its position within the volume. */
function largest(input: Tensor, windows: VolumeWindows): readonly [Tensor, Tensor] {
  const shape = coarse(input.shape, windows);
  const values = allocate(shape, input.dtype);
  if (numel(shape) === 0) return [values, allocate(shape, int32)];
  const { within, across } = stepsOf<PlaneWindows>(windows);
  const [source, backend] = [layers(input), backendOf(input)];
  const betweenShape = [source.shape[0]!, ...shape.slice(-2)];
  const [best, inLayer] = [allocate(betweenShape, input.dtype), allocate(betweenShape, int32)];
  backend.maxPool(best, inLayer, source, within);
  const target = rowsOfLayers(layers(values), windows.depth.start.length);
  const layer = allocate(target.shape, int32);
  backend.maxPool(target, layer, rowsOfLayers(best, windows.depth.size), across);
  return [values, joinPositions(shape, inLayer, layer, windows.rows.size * windows.columns.size)];
}

/** What tells two poolings of volumes apart. */
interface MaxPoolKind {
  readonly name: string;
  readonly gradFn: string;
  readonly refuses: (input: Tensor) => boolean;
  readonly kernel: string;
}

/** The largest number of each window of volumes `[…, D, H, W]`, and its position (int32, counted within the volume). */
function maxPool({ name, gradFn, refuses, kernel }: MaxPoolKind, windows: VolumeWindows): Operator<MaxPool> {
  return operator({
    name,
    parameters: { input: tensor, windows: settled<VolumeWindows>() },
    forward: ({ input, windows }) => {
      if (refuses(input))
        throw new NotImplementedError(
          `"${kernel}" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
        );
      return largest(input, windows);
    },
    vjp: { input: (g, { others, shapes }) => spreadAt(g, others[0]!, shapes.input.slice(-3)) },
    gradFn,
    samples: [() => [sample([2, 2, 3, 2]), { windows }]],
  });
}

const sampleWindows = maxWindows(2, { ...sampleSizes, padding: 0 }, false);

/** Windows of one size. Source: `torch._C._nn.max_pool3d_with_indices`. */
export const maxVolumes: Operator<MaxPool> = maxPool(
  {
    name: "max_volumes",
    gradFn: "MaxPool3DWithIndicesBackward0",
    kernel: "max_pool3d",
    refuses: ({ dtype }) => dtype === bool,
  },
  {
    depth: sampleWindows,
    rows: maxWindows(3, { ...sampleSizes, padding: 0 }, false),
    columns: sampleWindows,
  },
);

/** Windows that share the input evenly. Source: `torch._C._nn.adaptive_max_pool3d`. */
export const adaptiveMaxVolumes: Operator<MaxPool> = maxPool(
  {
    name: "adaptive_max_volumes",
    gradFn: "AdaptiveMaxPool3DBackward0",
    kernel: "adaptive_max_pool3d_cpu",
    refuses: ({ dtype }) => !dtype.is_floating_point,
  },
  { depth: adaptiveWindows(2, 2), rows: adaptiveWindows(3, 2), columns: adaptiveWindows(2, 1) },
);
