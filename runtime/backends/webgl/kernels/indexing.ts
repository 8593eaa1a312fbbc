/** Elements that tensors of positions choose, and triangles of matrices. */
import type { View } from "../../backend.ts";
import type { Combine, IndexingBackend, Selection } from "../../indexing.ts";
import { runOnCpu } from "../fallback.ts";
import { WebGLStorage } from "../storage.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { areFractions, canDraw, dimsOf, lengthOf, offsetLines, textureFor } from "./operands.ts";
import { isWithin } from "./positions.ts";
import { ProgramWriter } from "./program.ts";
import { put } from "./put.ts";

/** The methods of the backend that programs can do; the others are the processor's. */
export const indexing: Pick<IndexingBackend, "take" | "put" | "triangle"> = {
  take(output, source) {
    if (output.shape.includes(0) || !canTake(output, source)) return runOnCpu("take", [output, source]);
    if (!source.coordinates.every(isWithin)) return false;
    write(output, taken(output, source));
    return true;
  },

  put(target, values, combine) {
    const { view, coordinates } = target;
    if (values.shape.includes(0) || !canPut(target, values, combine))
      return runOnCpu("put", [target, values, combine]);
    if (!coordinates.every(isWithin)) return false;
    const result = put(target, values, combine);
    if (result === null) return runOnCpu("put", [target, values, combine]);
    (view.storage as WebGLStorage).replace(result); // what is written is on the device
    return true;
  },

  triangle(output, input, diagonal, upper) {
    if (output.shape.includes(0)) return;
    if (!canDraw([input], [output])) return runOnCpu("triangle", [output, input, diagonal, upper]);
    const writer = new ProgramWriter();
    const fetch = writer.elements(textureFor(input));
    const [rows, columns] = [writer.whole(input.shape.at(-2)!), writer.whole(input.shape.at(-1)!)];
    const [value] = writer.draw(
      [{ dtype: output.dtype, length: lengthOf(output) }],
      `int q = quotient(i, ${columns});
int c = i - q * ${columns};
int r = q - quotient(q, ${rows}) * ${rows};
bool inside = ${upper ? "c - r >=" : "c - r <="} ${writer.whole(diagonal)};
float y0 = inside ? ${fetch}(${writer.whole(input.offset)} + i) : 0.0;`,
    );
    write(output, value!); // one for each result
  },
};

function canTake(output: View, { view, coordinates }: Selection): boolean {
  return canDraw([view, ...coordinates.map(({ positions }) => positions)], [output]);
}

/** Sums and products of whole numbers may leave what textures hold exactly. */
function canPut({ view, coordinates }: Selection, values: View, combine: Combine): boolean {
  if ((combine === "sum" || combine === "prod") && !areFractions(view, values)) return false;
  const isHere = view.storage instanceof WebGLStorage && values.dtype === view.dtype;
  return isHere && canDraw([view, values, ...coordinates.map(({ positions }) => positions)], []);
}

function taken(output: View, { view, coordinates }: Selection): Value {
  const writer = new ProgramWriter();
  const fetch = writer.elements(textureFor(view));
  const moves = coordinates.map(({ positions, size, stride }, n) => {
    const position = writer.elements(textureFor(positions));
    return `${offsetLines(writer, `at${n}`, "i", dimsOf(positions))}
int n${n}x = int(${position}(${writer.whole(positions.offset)} + at${n}));
p += (n${n}x < 0 ? n${n}x + ${writer.whole(size)} : n${n}x) * ${writer.whole(stride)};`;
  });
  const [value] = writer.draw(
    [{ dtype: output.dtype, length: lengthOf(output) }],
    `${offsetLines(writer, "base", "i", dimsOf(view))}
int p = ${writer.whole(view.offset)} + base;
${moves.join("\n")}
float y0 = ${fetch}(p);`,
  );
  return value!; // one for each result
}
