/**
 * Convolutions as products of matrices, whose one operand is made of the windows that the kernel looks at. The three roles differ in what is a row, what is a column and
 * what is added up.
 */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { ConvolutionBackend, ConvolutionWindow, Triple } from "../../convolution.ts";
import { runOnCpu } from "../fallback.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { matricesOf, packMatrices, releaseMatrices, type Matrices, type MatrixView } from "./matrices.ts";
import { multiply, type Finish } from "./multiply.ts";
import { areFractions, canDraw, textureFor } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** The sizes of a convolution. */
interface Sizes {
  readonly images: number;
  readonly groups: number;
  /** Channels of each group, on the finer and the coarser side. */
  readonly channels: number;
  readonly outputs: number;
  readonly fine: Triple;
  readonly coarse: Triple;
  readonly kernel: Triple;
  /** The products of the three above. */
  readonly finePoints: number;
  readonly coarsePoints: number;
  readonly taps: number;
}

function spatial({ shape }: View): Triple {
  return shape.slice(2) as unknown as Triple; // there are three
}

function sizesOf(input: View, output: View, weight: View, { groups }: ConvolutionWindow): Sizes {
  const [fine, coarse, kernel] = [input, output, weight].map(spatial) as [Triple, Triple, Triple]; // one of each
  return {
    images: input.shape[0]!,
    groups,
    channels: weight.shape[1]!,
    outputs: weight.shape[0]! / groups,
    fine,
    coarse,
    kernel,
    finePoints: numel(fine),
    coarsePoints: numel(coarse),
    taps: numel(kernel),
  };
}

/** Elements of windows that are made at a time. */
const mostElements = 2 ** 25;

/** The methods of the backend. */
export const convolutions: ConvolutionBackend = {
  convolution(output, input, weight, bias, window) {
    if (output.shape.includes(0)) return;
    if (!canConvolve([input, weight, bias], output) || numel(weight.shape) === 0)
      return void runOnCpu("convolution", [output, input, weight, bias, window]);
    const sizes = sizesOf(input, output, weight, window);
    const { groups, channels, outputs, taps, coarsePoints } = sizes;
    const inner = channels * taps;
    forImages(output, input, sizes, coarsePoints * inner * groups, (from, images) => {
      const left = matricesOf(weightRows(weight, sizes), { batch: groups, rows: outputs, columns: inner });
      const right = windowsOf(from, sizes, window, "gather", images);
      return product(
        left,
        right,
        images * groups,
        outputs,
        coarsePoints,
        inner,
        biasFinish(bias, groups, outputs),
      );
    });
  },

  transposedConvolution(input, output, weight, bias, window) {
    if (input.shape.includes(0)) return;
    if (!canConvolve([output, weight, bias], input) || numel(weight.shape) === 0 || numel(output.shape) === 0)
      return void runOnCpu("transposedConvolution", [input, output, weight, bias, window]);
    const sizes = sizesOf(input, output, weight, window);
    const { groups, channels, outputs, taps, finePoints } = sizes;
    const inner = outputs * taps;
    forImages(input, output, sizes, finePoints * inner * groups, (from, images) => {
      const left = matricesOf(weightColumns(weight, sizes), {
        batch: groups,
        rows: channels,
        columns: inner,
      });
      const right = windowsOf(from, sizes, window, "spread", images);
      return product(
        left,
        right,
        images * groups,
        channels,
        finePoints,
        inner,
        biasFinish(bias, groups, channels),
      );
    });
  },

  convolutionWeight(weight, input, output, window) {
    if (weight.shape.includes(0)) return;
    if (!canConvolve([input, output], weight) || numel(output.shape) === 0)
      return void runOnCpu("convolutionWeight", [weight, input, output, window]);
    const sizes = sizesOf(input, output, weight, window);
    write(weight, weightSums(input, output, sizes, window));
  },
};

function canConvolve(inputs: readonly (View | null)[], output: View): boolean {
  return areFractions(...inputs, output) && canDraw(inputs, [output]);
}

/** The weight's matrices, one for each group: a row for each channel of the coarser side. */
function weightRows(view: View, { groups, channels, outputs, taps }: Sizes): MatrixView {
  const row = channels * taps;
  return {
    view,
    batch: { sizes: [groups], strides: [outputs * row] },
    rows: { sizes: [outputs], strides: [row] },
    columns: { sizes: [row], strides: [1] },
  };
}

/** A row for each channel of the finer side. */
function weightColumns(view: View, { groups, channels, outputs, taps }: Sizes): MatrixView {
  const row = channels * taps;
  return {
    view,
    batch: { sizes: [groups], strides: [outputs * row] },
    rows: { sizes: [channels], strides: [taps] },
    columns: { sizes: [outputs, taps], strides: [row, 1] },
  };
}

function biasFinish(bias: View | null, groups: number, channels: number): Finish {
  if (bias === null) return () => "";
  return (writer) => {
    const fetch = writer.elements(textureFor(bias));
    const group = groups === 1 ? "" : ` + (b % ${writer.whole(groups)}) * ${writer.whole(channels)}`;
    return `v += ${fetch}(${writer.whole(bias.offset)}${group} + r);`;
  };
}

/** Works through the images, as many at a time as their windows have room. */
function forImages(
  output: View,
  input: View,
  { images }: Sizes,
  elementsEach: number,
  work: (input: View, images: number) => Value,
): void {
  const atOnce = Math.max(Math.floor(mostElements / elementsEach), 1);
  if (atOnce >= images) return write(output, work(input, images));
  for (let first = 0; first < images; first += atOnce) {
    const count = Math.min(atOnce, images - first);
    const [part, from] = [partOf(output, first, count), partOf(input, first, count)];
    write(part, work(from, count));
  }
}

function partOf({ storage, dtype, shape, strides, offset }: View, first: number, count: number): View {
  return { storage, dtype, shape: [count, ...shape.slice(1)], strides, offset: offset + first * strides[0]! };
}

function product(
  left: Matrices,
  right: Matrices,
  batch: number,
  rows: number,
  columns: number,
  inner: number,
  finish: Finish,
): Value {
  const result = multiply({ left, right, isTransposed: true, batch, rows, columns, inner }, finish);
  releaseMatrices(left, right);
  return result;
}

/** `gather`: what the kernel sees from a position of the coarser side. `spread`: what sees a position of the finer side. */
type Role = "gather" | "spread";

/** A spatial dimension in which anything happens. */
interface Axis {
  readonly fine: number;
  readonly coarse: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** How far neighbours are apart on the side that is read. */
  readonly step: number;
}

function axesOf({ fine, coarse, kernel }: Sizes, window: ConvolutionWindow, role: Role): readonly Axis[] {
  const read = role === "gather" ? fine : coarse;
  return [0, 1, 2]
    .map((dim) => ({
      fine: fine[dim]!,
      coarse: coarse[dim]!,
      kernel: kernel[dim]!,
      stride: window.stride[dim]!,
      padding: window.padding[dim]!,
      dilation: window.dilation[dim]!,
      step: numel(read.slice(dim + 1)),
    }))
    .filter((axis) => axis.fine !== 1 || axis.coarse !== 1 || axis.kernel !== 1 || axis.padding !== 0);
}

/** Statements that declare `text`'s index along each axis, `name0`, `name1`, …; the rest stays in `namer`. */
function indexLines(writer: ProgramWriter, name: string, text: string, sizes: readonly number[]): string {
  const lines = [`int ${name}r = ${text};`];
  for (let dim = sizes.length - 1; dim >= 0; dim--) {
    const size = writer.whole(sizes[dim]!);
    lines.push(
      `int ${name}q${dim} = quotient(${name}r, ${size}); int ${name}${dim} = ${name}r - ${name}q${dim} * ${size}; ${name}r = ${name}q${dim};`,
    );
  }
  return lines.join("\n");
}

/**
 * Defines a function of a group of an image, a position, and a channel of the group with a tap of the kernel: the element of the side that is read, 0 beyond its edges.
 */
function defineWindow(
  writer: ProgramWriter,
  view: View,
  sizes: Sizes,
  window: ConvolutionWindow,
  role: Role,
): string {
  const axes = axesOf(sizes, window, role);
  const name = writer.name();
  const fetch = writer.elements(textureFor(view));
  const positions = axes.map((axis) => (role === "gather" ? axis.coarse : axis.fine));
  const [channels, points] =
    role === "gather" ? [sizes.channels, sizes.finePoints] : [sizes.outputs, sizes.coarsePoints];
  const places = axes.map((axis, dim) =>
    role === "gather" ? seen(writer, axis, dim) : seeing(writer, axis, dim),
  );
  const offset = writer.whole(view.offset);
  writer.define(`float ${name}(int group, int position, int tap) {
${indexLines(writer, "y", "position", positions)}
${indexLines(
  writer,
  "k",
  "tap",
  axes.map(({ kernel }) => kernel),
)}
int p = ${offset} + (group * ${writer.whole(channels)} + kr) * ${writer.whole(points)};
${places.join("\n")}
return ${fetch}(p);
}`);
  return name;
}

function seen(writer: ProgramWriter, axis: Axis, dim: number): string {
  const x = `y${dim} * ${writer.whole(axis.stride)} + k${dim} * ${writer.whole(axis.dilation)} - ${writer.whole(axis.padding)}`;
  return `{ int x = ${x}; if (x < 0 || x >= ${writer.whole(axis.fine)}) return 0.0; p += x * ${writer.whole(axis.step)}; }`;
}

function seeing(writer: ProgramWriter, axis: Axis, dim: number): string {
  const [stride, size] = [writer.whole(axis.stride), writer.whole(axis.coarse)];
  return `{ int x = y${dim} + ${writer.whole(axis.padding)} - k${dim} * ${writer.whole(axis.dilation)};
int q = x < 0 ? 0 : quotient(x, ${stride});
if (x < 0 || q * ${stride} != x || q >= ${size}) return 0.0;
p += q * ${writer.whole(axis.step)}; }`;
}

/** A row for each position, a column for each channel and tap, for each group of each image. */
function windowsOf(
  view: View,
  sizes: Sizes,
  window: ConvolutionWindow,
  role: Role,
  images: number,
): Matrices {
  const writer = new ProgramWriter();
  const name = defineWindow(writer, view, sizes, window, role);
  const [rows, channels] =
    role === "gather" ? [sizes.coarsePoints, sizes.channels] : [sizes.finePoints, sizes.outputs];
  const packing = { batch: images * sizes.groups, rows, columns: channels * sizes.taps };
  return packMatrices(packing, writer, `float element(int b, int r, int c) { return ${name}(b, r, c); }`);
}

/** The gradient of the weight: sums over all positions of all images, taken in parts. */
function weightSums(input: View, output: View, sizes: Sizes, window: ConvolutionWindow): Value {
  const { images, groups, channels, outputs, taps, coarsePoints } = sizes;
  const [inner, columns] = [images * coarsePoints, channels * taps];
  const rows: MatrixView = {
    view: output,
    batch: { sizes: [groups], strides: [outputs * coarsePoints] },
    rows: { sizes: [outputs], strides: [coarsePoints] },
    columns: { sizes: [images, coarsePoints], strides: [groups * outputs * coarsePoints, 1] },
  };
  const left = matricesOf(rows, { batch: groups, rows: outputs, columns: inner });
  const writer = new ProgramWriter();
  const name = defineWindow(writer, input, sizes, window, "gather");
  const points = writer.whole(coarsePoints);
  const right = packMatrices(
    { batch: groups, rows: columns, columns: inner },
    writer,
    `float element(int b, int r, int c) {
int n = quotient(c, ${points});
return ${name}(n * ${writer.whole(groups)} + b, c - n * ${points}, r);
}`,
  );
  return product(left, right, groups, outputs, columns, inner, () => "");
}
