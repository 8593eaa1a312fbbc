/** Products of matrices. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { ProductBackend, ProductFinish } from "../../products.ts";
import { runOnCpu } from "../fallback.ts";
import { write } from "../writing.ts";
import { matricesOf, matrixView, releaseMatrices, type Matrices } from "./matrices.ts";
import { multiply, splitsFor, type Finish } from "./multiply.ts";
import { areFractions, canDraw, offsetLines, textureFor } from "./operands.ts";
import type { ProgramWriter } from "./program.ts";

/** The methods of the backend. */
export const products: ProductBackend = {
  matmul(output, left, right, finish) {
    if (output.shape.includes(0)) return;
    const inner = left.shape.at(-1)!; // matrices
    const bias = finish?.bias ?? null;
    if (inner === 0 || !areFractions(output, left, right, bias) || !canDraw([left, right, bias], [output])) {
      runOnCpu("matmul", finish === undefined ? [output, left, right] : [output, left, right, finish]);
      return;
    }
    write(output, productOf(output, left, right, inner, finishOf(output, finish)));
  },
};

/** The product of two views, which have the output's batch dimensions. */
function productOf(
  output: View,
  left: View,
  right: View,
  inner: number,
  finish: Finish,
): ReturnType<typeof multiply> {
  const [rows, columns] = output.shape.slice(-2) as [number, number]; // matrices
  const batch = numel(output.shape.slice(0, -2));
  const splits = splitsFor(batch, rows, columns, inner);
  const part = 2 * Math.ceil(inner / splits / 2);
  const operand = (view: View, count: number, transposed: boolean): Matrices =>
    matricesOf(
      matrixView(isShared(view) ? firstMatrix(view) : view, transposed),
      { batch: (isShared(view) ? 1 : batch) * splits, rows: count, columns: splits === 1 ? inner : part },
      splits,
      inner,
    );
  const [a, b] = [operand(left, rows, false), operand(right, columns, true)];
  const result = multiply(
    { left: a, right: b, batch, splits, rows, columns, inner: splits === 1 ? inner : part },
    finish,
  );
  releaseMatrices(a, b);
  return result;
}

/** Whether all matrices of a batch are the same. */
function isShared({ shape, strides }: View): boolean {
  return shape.slice(0, -2).every((size, dim) => size === 1 || strides[dim] === 0);
}

function firstMatrix({ storage, dtype, shape, strides, offset }: View): View {
  return { storage, dtype, shape: shape.slice(-2), strides: strides.slice(-2), offset };
}

/** What is done with the sums before they are stored. */
function finishOf(output: View, finish: ProductFinish | undefined): Finish {
  return (writer) => {
    const lines: string[] = [];
    if (finish?.accumulate === true) lines.push(oldElements(writer, output));
    if (finish?.bias !== undefined) {
      const fetch = writer.elements(textureFor(finish.bias));
      lines.push(
        `{ int p = ${writer.whole(finish.bias.offset)} + c; v += vec2(${fetch}(p), ${fetch}(p + 1)).xyxy; }`,
      );
    }
    // NaN is not negative.
    if (finish?.relu === true) lines.push("v = mix(v, vec4(0.0), lessThan(v, vec4(0.0)));");
    return lines.join("\n");
  };
}

/** Adds what is in the output. */
function oldElements(writer: ProgramWriter, output: View): string {
  const { batch, rows, columns } = matrixView(output, false);
  const fetch = writer.elements(textureFor(output));
  writer.define(`float old(int b, int r, int c) {
${offsetLines(writer, "pb", "b", batch)}
${offsetLines(writer, "pr", "r", rows)}
${offsetLines(writer, "pc", "c", columns)}
return ${fetch}(${writer.whole(output.offset)} + pb + pr + pc);
}`);
  return "v += vec4(old(b, r, c), old(b, r, c + 1), old(b, r + 1, c), old(b, r + 1, c + 1));";
}
