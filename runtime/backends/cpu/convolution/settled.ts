/** Turns convolutions of views into jobs for threads. Each function answers whether it did the work: a kernel larger than a thread's scratch memory is refused. */
import type { View } from "../../backend.ts";
import type { ConvolutionWindow, Triple } from "../../convolution.ts";
import { tileChoices } from "../gemm/kernels.ts";
import { heapMemory, withTemporary } from "../memory/heap.ts";
import { addressOf } from "../memory/storage.ts";
import { runTask } from "../threads/parallel.ts";
import { bytesOf, kernelsOf, toArguments, type Job } from "./block.ts";
import { blocksOf, correlateTask } from "./correlate.ts";
import { chosenFor } from "./choice.ts";
import { planCorrelation, type Correlation, type Plan, type Tap } from "./plan.ts";
import { weightTask, weightUnits } from "./weight.ts";

/** Multiplications that are worth a thread's while. */
const worthThread = 1_000_000;

/** Bytes of partial sums of a weight, and of chunks of images, at most. */
const mostPartialBytes = 16 * 1024 * 1024;
const mostChunks = 8;

type Shape5 = readonly [number, number, number, number, number];

function shapeOf({ shape }: View): Shape5 {
  // Convolutions are settled with two dimensions of channels and three of space.
  return shape as Shape5;
}

function sizeOf(view: View): Triple {
  const [, , depth, rows, columns] = shapeOf(view);
  return [depth, rows, columns];
}

/** All elements of a kernel, in row-major order. */
function* kernelElements([depth, rows, columns]: Triple): Generator<{
  readonly k: Triple;
  readonly weight: number;
}> {
  for (let weight = 0; weight < depth * rows * columns; weight++)
    yield {
      k: [Math.floor(weight / (rows * columns)), Math.floor(weight / columns) % rows, weight % columns],
      weight,
    };
}

/** Combines the three dimensions of several triples. */
function perDimension(combine: (dim: 0 | 1 | 2) => number): Triple {
  return [combine(0), combine(1), combine(2)];
}

/** The taps of a convolution: where each element of the kernel looks. */
function tapsOf(kernel: Triple, { padding, dilation }: ConvolutionWindow): Tap[] {
  return Array.from(kernelElements(kernel), ({ k, weight }) => ({
    at: perDimension((dim) => k[dim] * dilation[dim] - padding[dim]),
    weight,
  }));
}

/** The two sides of a job. `target` lies on the grid, with these distances between neighbours, in numbers. */
interface Sides {
  readonly source: View;
  readonly target: View;
  readonly targetStart: Triple;
  readonly targetStep: Triple;
}

/** What a job needs besides the plan: everything that is the same for all kinds of jobs. */
function makeJob(c: Correlation, plan: Plan, groups: number, sides: Sides): Job {
  const { source, target, targetStart, targetStep } = sides;
  const [, targetChannels, ...targetSize] = shapeOf(target);
  const [, rows, columns] = targetSize;
  const { bytes } = c;
  const plane = targetSize[0] * rows * columns;
  const [depthStep, rowStep] = [rows * columns, columns];
  const [sourceDepth, sourceRows, sourceColumns] = sizeOf(source);
  return {
    float64: bytes === 8 ? 1 : 0,
    choice: 0,
    images: c.images,
    groups,
    channels: c.channels,
    rows: c.rows,
    gridDepth: c.grid[0],
    gridRows: c.grid[1],
    gridColumns: c.grid[2],
    stepDepth: c.step[0],
    stepRow: c.step[1],
    stepColumn: c.step[2],
    source: addressOf(source),
    sourceDepth,
    sourceRows,
    sourceColumns,
    target:
      addressOf(target) + (targetStart[0] * depthStep + targetStart[1] * rowStep + targetStart[2]) * bytes,
    targetImage: targetChannels * plane * bytes,
    targetChannel: plane * bytes,
    targetDepth: targetStep[0] * depthStep * bytes,
    targetRow: targetStep[1] * rowStep * bytes,
    targetColumn: targetStep[2] * bytes,
    bias: 0,
    weight: 0,
    weightGroup: 0,
    weightPanel: 0,
    planes: 0,
    planeCount: plan.planes.length,
    tapCount: c.taps.length,
    offsets: 0,
    pitch: plan.pitch,
    planeRows: plan.planeRows,
    planeSize: plan.planeSize,
    channelSize: plan.channelSize,
    blockRows: plan.blockRows,
    blockColumns: plan.blockColumns,
    blockImages: plan.blockImages,
    blockChannels: plan.blockChannels,
    resultRows: plan.resultRows,
    resultSize: plan.resultSize,
    chunkImages: c.images,
  };
}

/** Writes the tables of a plan behind `address`: planes, and where each channel's taps look. Gives the address behind them. */
function writeTables(job: Job, plan: Plan, address: number): { readonly job: Job; readonly end: number } {
  const bytes = bytesOf(job);
  const ints = new Int32Array(heapMemory.buffer, address, tableInts(plan));
  const planes = plan.planes.flat();
  const taps = plan.tapOffsets.map((offset) => offset * bytes);
  ints.set(planes);
  ints.set(taps, planes.length);
  const offsets = address + 4 * (planes.length + taps.length);
  kernelsOf(job).offsets(
    offsets,
    address + 4 * planes.length,
    taps.length,
    plan.blockChannels,
    plan.channelSize * bytes,
  );
  return { job: { ...job, planes: address, offsets }, end: address + align(4 * tableInts(plan)) };
}

function tableInts(plan: Plan): number {
  return 3 * plan.planes.length + plan.tapOffsets.length * (1 + plan.blockChannels);
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** How the rows (results) and channels (summed over) of a job lie in the weight, in numbers. */
interface WeightLayout {
  readonly weight: View;
  readonly row: number;
  readonly channel: number;
}

/** Writes the weight in panels behind `address`, for each group. */
function writeWeight(job: Job, taps: readonly Tap[], layout: WeightLayout, address: number): Job {
  const bytes = bytesOf(job);
  const { arrangeWeight } = kernelsOf(job);
  const panel = tileChoices[job.choice]!.rows;
  const source = addressOf(layout.weight);
  const offsets = new Int32Array(heapMemory.buffer, address, taps.length);
  offsets.set(taps.map(({ weight }) => weight * bytes));
  const panels = address + align(4 * taps.length);
  const group = job.rows * job.channels * taps.length * bytes;
  const sourceGroup = Math.max(job.rows * layout.row, job.channels * layout.channel) * bytes;
  for (let g = 0; g < job.groups; g++)
    arrangeWeight(
      panels + g * group,
      source + g * sourceGroup,
      job.rows,
      layout.row * bytes,
      address,
      taps.length,
      job.channels,
      layout.channel * bytes,
      panel,
    );
  return {
    ...job,
    weight: panels,
    weightGroup: group,
    weightPanel: panel * job.channels * taps.length * bytes,
  };
}

function runCorrelation(
  c: Correlation,
  plan: Plan,
  groups: number,
  sides: Sides,
  bias: View | null,
  layout: WeightLayout,
): void {
  const weightBytes = groups * c.rows * c.channels * c.taps.length * c.bytes;
  const total = align(4 * tableInts(plan)) + align(4 * c.taps.length) + weightBytes;
  withTemporary(total, (address) => {
    const work = c.images * groups * multiplicationsOf(c);
    const plain = makeJob(c, plan, groups, sides);
    const choice = chosenFor(plain.float64 === 1 ? "float64" : "float32", work);
    const { job, end } = writeTables({ ...plain, choice }, plan, address);
    const full = { ...writeWeight(job, c.taps, layout, end), bias: bias === null ? 0 : addressOf(bias) };
    const units = blocksOf(full);
    runTask(correlateTask, units, grainOf(work, units), toArguments(full));
  });
}

/** Multiplications for one group of one image. */
function multiplicationsOf({ rows, channels, taps, grid }: Correlation): number {
  return rows * channels * taps.length * grid[0] * grid[1] * grid[2];
}

/** Units of work that are worth a thread's while. */
function grainOf(work: number, units: number): number {
  return Math.max(1, Math.ceil((worthThread * units) / Math.max(work, 1)));
}

/** See `ConvolutionBackend.convolution`. */
export function convolve(
  output: View,
  input: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): boolean {
  const [images] = shapeOf(input);
  const [outChannels, channels] = shapeOf(weight);
  const kernel = sizeOf(weight);
  const correlation = {
    bytes: output.dtype.itemsize,
    images,
    channels,
    rows: outChannels / window.groups,
    grid: sizeOf(output),
    step: window.stride,
    taps: tapsOf(kernel, window),
  };
  const plan = planCorrelation(correlation);
  if (plan === null) return false;
  const taps = kernel[0] * kernel[1] * kernel[2];
  const sides = { source: input, target: output, targetStart: [0, 0, 0], targetStep: [1, 1, 1] } as const;
  runCorrelation(correlation, plan, window.groups, sides, bias, {
    weight,
    row: channels * taps,
    channel: taps,
  });
  return true;
}

/**
 * Positions of the input with one residue modulo the strides: there, a transposed convolution is a convolution with those elements of the kernel that reach
 * them.
 */
function correlationOfResidue(
  whole: Omit<Correlation, "grid" | "step" | "taps">,
  residue: Triple,
  size: Triple,
  kernel: Triple,
  { stride, padding, dilation }: ConvolutionWindow,
): Correlation {
  const taps: Tap[] = [];
  for (const { k, weight } of kernelElements(kernel)) {
    const distance = perDimension((dim) => residue[dim] + padding[dim] - k[dim] * dilation[dim]);
    if (distance.every((value, dim) => Number.isInteger(value / stride[dim]!)))
      taps.push({ at: perDimension((dim) => distance[dim] / stride[dim]), weight });
  }
  const grid = perDimension((dim) => Math.ceil((size[dim] - residue[dim]) / stride[dim]));
  return { ...whole, grid, step: [1, 1, 1], taps };
}

/** All residues modulo the strides that the input has positions of. */
function residuesOf(stride: Triple, size: Triple): Triple[] {
  const counts = perDimension((dim) => Math.min(stride[dim], size[dim]));
  return Array.from(kernelElements(counts), ({ k }) => k);
}

/** See `ConvolutionBackend.transposedConvolution`. */
export function convolveTransposed(
  input: View,
  output: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): boolean {
  const [images] = shapeOf(input);
  const [outChannels, inChannels] = shapeOf(weight);
  const { groups, stride } = window;
  const [kernel, size] = [sizeOf(weight), sizeOf(input)];
  const taps = kernel[0] * kernel[1] * kernel[2];
  const whole = { bytes: input.dtype.itemsize, images, channels: outChannels / groups, rows: inChannels };
  const jobs = residuesOf(stride, size).map((residue) => {
    const correlation = correlationOfResidue(whole, residue, size, kernel, window);
    return { residue, correlation, plan: planCorrelation(correlation) };
  });
  if (jobs.some(({ plan }) => plan === null)) return false;
  for (const { residue, correlation, plan } of jobs) {
    const sides = { source: output, target: input, targetStart: residue, targetStep: stride };
    const layout = { weight, row: taps, channel: inChannels * taps };
    runCorrelation(correlation, plan!, groups, sides, bias, layout);
  }
  return true;
}

/** Images of which the sums are kept apart; the same on every machine, so that results are. */
function chunkImages(images: number, weightBytes: number): number {
  const chunks = Math.max(1, Math.min(mostChunks, Math.floor(mostPartialBytes / weightBytes), images));
  // Of a batch without images, the sum of nothing is still one chunk.
  return Math.max(1, Math.ceil(images / chunks));
}

/** See `ConvolutionBackend.convolutionWeight`. */
export function deriveWeight(weight: View, input: View, output: View, window: ConvolutionWindow): boolean {
  const [images] = shapeOf(input);
  const [outChannels, channels] = shapeOf(weight);
  const { groups } = window;
  const correlation = {
    bytes: weight.dtype.itemsize,
    images,
    channels,
    rows: outChannels / groups,
    grid: sizeOf(output),
    step: window.stride,
    taps: tapsOf(sizeOf(weight), window),
  };
  const plan = planCorrelation(correlation);
  if (plan === null) return false;
  const count = correlation.rows * channels * correlation.taps.length;
  const weightGroup = align(count * correlation.bytes);
  const inChunk = chunkImages(images, groups * weightGroup);
  const chunks = Math.max(1, Math.ceil(images / inChunk));
  const tables = align(4 * tableInts(plan));
  withTemporary(tables + chunks * groups * weightGroup, (address) => {
    const sides = { source: input, target: output, targetStart: [0, 0, 0], targetStep: [1, 1, 1] } as const;
    const { job, end } = writeTables(makeJob(correlation, plan, groups, sides), plan, address);
    const full = { ...job, weight: end, weightGroup, chunkImages: inChunk };
    const units = weightUnits(full);
    const work = images * groups * multiplicationsOf(correlation);
    runTask(weightTask, units, grainOf(work, units), toArguments(full));
    const target = addressOf(weight);
    for (let g = 0; g < groups; g++)
      kernelsOf(job).collect(
        target + g * count * correlation.bytes,
        end + g * weightGroup,
        groups * weightGroup,
        chunks,
        count,
      );
  });
  return true;
}
