/** Maps that take elements from other positions. */
import { float32 } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { AxisMap, BlockWindow, ResamplingBackend } from "../../resampling.ts";
import { adopt } from "../../cpu/memory/storage.ts";
import { textureOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import { Value } from "../values.ts";
import { write } from "../writing.ts";
import { areFractions, canDraw, lengthOf, textureFor } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** The methods of the backend that programs can do; the others are the processor's. */
export const resampling: Pick<ResamplingBackend, "mapAxis" | "unfoldBlocks" | "foldBlocks"> = {
  mapAxis(output, input, map) {
    if (output.shape.includes(0)) return;
    if (!(map.copies || areFractions(output, input)) || !canDraw([input], [output]))
      return runOnCpu("mapAxis", [output, input, map]);
    const writer = new ProgramWriter();
    const read = reader(writer, input);
    const { begins, sources, weights } = tablesOf(map);
    const [begin, source, weight] = [begins, sources, weights].map((table) =>
      writer.elements(textureOf(table)),
    );
    const [inner, size] = [writer.whole(output.shape[2]!), writer.whole(map.outputSize)];
    const [value] = writer.draw(
      [{ dtype: output.dtype, length: lengthOf(output) }],
      `int q = quotient(i, ${inner});
int b = i - q * ${inner};
int a = quotient(q, ${size});
int row = q - a * ${size};
int end = int(${begin}(row + 1));
float y0 = 0.0;
for (int j = int(${begin}(row)); j < end; j++)
y0 += ${map.copies ? "" : `${weight}(j) * `}${read}((a * ${writer.whole(map.inputSize)} + int(${source}(j))) * ${inner} + b);`,
    );
    write(output, value!); // one for each result
  },

  unfoldBlocks(output, images, window) {
    if (output.shape.includes(0)) return;
    if (!canDraw([images], [output])) return runOnCpu("unfoldBlocks", [output, images, window]);
    const writer = new ProgramWriter();
    const read = reader(writer, images);
    const [height, width] = sizesOf(writer, images);
    const w = numbersOf(writer, window);
    const [value] = writer.draw(
      [{ dtype: output.dtype, length: lengthOf(output) }],
      `int q = quotient(i, ${w.across});
int right = i - q * ${w.across};
int q2 = quotient(q, ${w.down});
int below = q - q2 * ${w.down};
int q3 = quotient(q2, ${w.kernelWidth});
int kx = q2 - q3 * ${w.kernelWidth};
int plane = quotient(q3, ${w.kernelHeight});
int ky = q3 - plane * ${w.kernelHeight};
int y = below * ${w.strideY} - ${w.paddingY} + ky * ${w.dilationY};
int x = right * ${w.strideX} - ${w.paddingX} + kx * ${w.dilationX};
bool inside = y >= 0 && y < ${height} && x >= 0 && x < ${width};
float y0 = inside ? ${read}((plane * ${height} + y) * ${width} + x) : 0.0;`,
    );
    write(output, value!); // one for each result
  },

  foldBlocks(images, columns, window) {
    if (images.shape.includes(0)) return;
    if (!areFractions(images, columns) || !canDraw([columns], [images]))
      return runOnCpu("foldBlocks", [images, columns, window]);
    const writer = new ProgramWriter();
    const read = reader(writer, columns);
    const [height, width] = sizesOf(writer, images);
    const w = numbersOf(writer, window);
    const [value] = writer.draw(
      [{ dtype: float32, length: lengthOf(images) }],
      `int q = quotient(i, ${width});
int x = i - q * ${width};
int plane = quotient(q, ${height});
int y = q - plane * ${height};
float y0 = 0.0;
int lowest = unforeseen(${w.kernelHeight}), rightmost = unforeseen(${w.kernelWidth});
for (int ky = 0; ky < lowest; ky++) {
int above = y + ${w.paddingY} - ky * ${w.dilationY};
if (above < 0) continue;
int below = quotient(above, ${w.strideY});
if (below * ${w.strideY} != above || below >= ${w.down}) continue;
for (int kx = 0; kx < rightmost; kx++) {
int left = x + ${w.paddingX} - kx * ${w.dilationX};
if (left < 0) continue;
int right = quotient(left, ${w.strideX});
if (right * ${w.strideX} != left || right >= ${w.across}) continue;
y0 += ${read}((((plane * ${w.kernelHeight} + ky) * ${w.kernelWidth} + kx) * ${w.down} + below) * ${w.across} + right);
}
}`,
    );
    write(images, value!); // one for each result
  },
};

/** The name of a function that gives element `p` of a row-major view. */
function reader(writer: ProgramWriter, view: View): string {
  const [fetch, name] = [writer.elements(textureFor(view)), writer.name()];
  writer.define(`float ${name}(int p) { return ${fetch}(${writer.whole(view.offset)} + p); }`);
  return name;
}

function sizesOf(writer: ProgramWriter, { shape }: View): [height: string, width: string] {
  return [writer.whole(shape[1]!), writer.whole(shape[2]!)];
}

function numbersOf(
  writer: ProgramWriter,
  { kernel, stride, padding, dilation, count }: BlockWindow,
): Record<
  | "kernelHeight"
  | "kernelWidth"
  | "strideY"
  | "strideX"
  | "paddingY"
  | "paddingX"
  | "dilationY"
  | "dilationX"
  | "down"
  | "across",
  string
> {
  const [kernelHeight, kernelWidth] = kernel.map((number) => writer.whole(number)) as [string, string]; // pairs
  const [strideY, strideX] = stride.map((number) => writer.whole(number)) as [string, string];
  const [paddingY, paddingX] = padding.map((number) => writer.whole(number)) as [string, string];
  const [dilationY, dilationX] = dilation.map((number) => writer.whole(number)) as [string, string];
  const [down, across] = count.map((number) => writer.whole(number)) as [string, string];
  return {
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    paddingY,
    paddingX,
    dilationY,
    dilationX,
    down,
    across,
  };
}

/** A map's lists as values. Maps are used again in every step, so they are kept with them. */
interface MapTables {
  readonly begins: Value;
  readonly sources: Value;
  readonly weights: Value;
}

const known = new WeakMap<AxisMap, MapTables>();

function table(numbers: ArrayLike<number>): Value {
  return Value.ofArray(adopt(Float32Array.from(numbers), float32, false));
}

function tablesOf(map: AxisMap): MapTables {
  let tables = known.get(map);
  if (tables !== undefined) return tables;
  tables = { begins: table(map.begins), sources: table(map.sources), weights: table(map.weights) };
  known.set(map, tables);
  return tables;
}
