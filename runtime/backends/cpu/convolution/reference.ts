/** Convolutions as plain loops: what the kernels are held against, and how whole numbers are computed. Sums of fractions accumulate in float64. */
import type { Element, TypedArray } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { ConvolutionWindow } from "../../convolution.ts";

type Data = { [position: number]: Element };

/** One product of the sum: positions of the three elements. */
type Visit = (input: number, output: number, weight: number) => void;

/** Pairs of an output position and the input position under kernel element `k`, along one dimension. */
function pairs(
  k: number,
  dim: 0 | 1 | 2,
  { stride, padding, dilation }: ConvolutionWindow,
  sizes: { readonly input: number; readonly output: number },
): [output: number, input: number][] {
  const result: [number, number][] = [];
  for (let y = 0; y < sizes.output; y++) {
    const x = y * stride[dim] - padding[dim] + k * dilation[dim];
    if (x >= 0 && x < sizes.input) result.push([y, x]);
  }
  return result;
}

/** Visits every product for one pair of channels, given where their planes begin. */
function visitPlanes(
  shapes: { readonly input: View; readonly output: View; readonly weight: View },
  window: ConvolutionWindow,
  start: { readonly input: number; readonly output: number; readonly weight: number },
  visit: Visit,
): void {
  const [, , inD, inH, inW] = shapes.input.shape as [number, number, number, number, number];
  const [, , outD, outH, outW] = shapes.output.shape as [number, number, number, number, number];
  const [, , kD, kH, kW] = shapes.weight.shape as [number, number, number, number, number];
  for (let a = 0; a < kD; a++)
    for (let b = 0; b < kH; b++)
      for (let c = 0; c < kW; c++) {
        const columns = pairs(c, 2, window, { input: inW, output: outW });
        const weight = start.weight + (a * kH + b) * kW + c;
        for (const [yd, xd] of pairs(a, 0, window, { input: inD, output: outD }))
          for (const [yh, xh] of pairs(b, 1, window, { input: inH, output: outH }))
            for (const [yw, xw] of columns)
              visit(
                start.input + (xd * inH + xh) * inW + xw,
                start.output + (yd * outH + yh) * outW + yw,
                weight,
              );
      }
}

/** Visits every product of a convolution. */
function visitAll(
  shapes: { readonly input: View; readonly output: View; readonly weight: View },
  window: ConvolutionWindow,
  visit: Visit,
): void {
  const { input, output, weight } = shapes;
  const [images, inChannels] = input.shape as [number, number];
  const [outChannels, perGroup] = weight.shape as [number, number];
  const outPerGroup = outChannels / window.groups;
  const [inPlane, outPlane, kernel] = [input, output, weight].map(planeSize) as [number, number, number];
  for (let n = 0; n < images; n++)
    for (let o = 0; o < outChannels; o++)
      for (let c = 0; c < perGroup; c++) {
        const channel = Math.floor(o / outPerGroup) * perGroup + c;
        const start = {
          input: input.offset + (n * inChannels + channel) * inPlane,
          output: output.offset + (n * outChannels + o) * outPlane,
          weight: weight.offset + (o * perGroup + c) * kernel,
        };
        visitPlanes(shapes, window, start, visit);
      }
}

function planeSize({ shape }: View): number {
  return shape[2]! * shape[3]! * shape[4]!;
}

/** An accumulator for every element of `result`, beginning at the bias of its channel. */
function accumulators(result: View, bias: View | null): Data & ArrayLike<Element> {
  const count = result.shape.reduce((product, size) => product * size, 1);
  const bigints = result.dtype.name === "int64";
  // Read and written by position; the array's kind is that of the elements it is given.
  const sums = (bigints ? new BigInt64Array(count) : new Float64Array(count)) as unknown as Data &
    ArrayLike<Element>;
  if (bias === null) return sums;
  const data = bias.storage.data as unknown as Data; // as above
  const plane = planeSize(result);
  const channels = result.shape[1]!;
  for (let i = 0; i < count; i++)
    sums[i] = data[bias.offset + (Math.floor(i / plane) % channels) * bias.strides[0]!]!;
  return sums;
}

function store(result: View, sums: ArrayLike<Element>): void {
  const target = result.storage.data as TypedArray & Data;
  for (let i = 0; i < sums.length; i++) target[result.offset + i] = sums[i]!;
}

/** The products' sum, with bigints or with numbers. */
function product(x: Element, y: Element): never {
  // Both are of one kind, and so is the accumulator that the product is added to.
  return ((x as number) * (y as number)) as never;
}

/** See `ConvolutionBackend.convolution`. */
export function convolution(
  output: View,
  input: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): void {
  const sums = accumulators(output, bias) as { [position: number]: number } & ArrayLike<Element>;
  const [x, w] = [input.storage.data, weight.storage.data];
  visitAll({ input, output, weight }, window, (i, o, k) => {
    sums[o - output.offset]! += product(x[i]!, w[k]!);
  });
  store(output, sums);
}

/** See `ConvolutionBackend.transposedConvolution`. */
export function transposedConvolution(
  input: View,
  output: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): void {
  const sums = accumulators(input, bias) as { [position: number]: number } & ArrayLike<Element>;
  const [y, w] = [output.storage.data, weight.storage.data];
  visitAll({ input, output, weight }, window, (i, o, k) => {
    sums[i - input.offset]! += product(y[o]!, w[k]!);
  });
  store(input, sums);
}

/** See `ConvolutionBackend.convolutionWeight`. */
export function convolutionWeight(weight: View, input: View, output: View, window: ConvolutionWindow): void {
  const sums = accumulators(weight, null) as { [position: number]: number } & ArrayLike<Element>;
  const [x, y] = [input.storage.data, output.storage.data];
  visitAll({ input, output, weight }, window, (i, o, k) => {
    sums[k - weight.offset]! += product(x[i]!, y[o]!);
  });
  store(weight, sums);
}
