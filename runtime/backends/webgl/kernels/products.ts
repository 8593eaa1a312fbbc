/** Products of matrices. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { ProductBackend, ProductFinish } from "../../products.ts";
import { runOnCpu } from "../fallback.ts";
import { write } from "../writing.ts";
import { lanes } from "../textures.ts";
import type { Value } from "../values.ts";
import {
  matricesOf,
  matricesWhereTheyAre,
  matrixView,
  releaseMatrices,
  transposed,
  type MatrixSizes,
  type MatrixView,
} from "./matrices.ts";
import { multiply, type Finish } from "./multiply.ts";
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
function productOf(output: View, left: View, right: View, inner: number, finish: Finish): Value {
  const [rows, columns] = output.shape.slice(-2) as [number, number]; // matrices
  const batch = numel(output.shape.slice(0, -2));
  const a = matricesOf(...operandOf(left, batch, rows, inner));
  const [view, sizes] = operandOf(right, batch, inner, columns);
  const turned = [transposed(view), { batch: sizes.batch, rows: columns, columns: inner }] as const;
  // Sums are over columns of texels where there are such, and nothing lies in texels the other way round.
  const direct = inner % lanes === 0 && matricesWhereTheyAre(...turned) === null;
  const whereItIs = direct ? matricesWhereTheyAre(view, sizes) : null;
  const b = whereItIs ?? matricesOf(...turned);
  const result = multiply(
    { left: a, right: b, isTransposed: whereItIs === null, batch, rows, columns, inner },
    finish,
  );
  releaseMatrices(a, b);
  return result;
}

/** A view's matrices, one for all where they are the same. */
function operandOf(view: View, batch: number, rows: number, columns: number): [MatrixView, MatrixSizes] {
  const shared = isShared(view);
  return [matrixView(shared ? firstMatrix(view) : view), { batch: shared ? 1 : batch, rows, columns }];
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
    if (finish?.accumulate === true) lines.push(oldElement(writer, output));
    if (finish?.bias !== undefined) {
      const fetch = writer.elements(textureFor(finish.bias));
      lines.push(`v += ${fetch}(${writer.whole(finish.bias.offset)} + c);`);
    }
    // NaN is not negative.
    if (finish?.relu === true) lines.push("v = v < 0.0 ? 0.0 : v;");
    return lines.join("\n");
  };
}

/** Adds what is in the output. */
function oldElement(writer: ProgramWriter, output: View): string {
  const { batch, rows, columns } = matrixView(output);
  const fetch = writer.elements(textureFor(output));
  return `${offsetLines(writer, "pb", "b", batch)}
${offsetLines(writer, "pr", "r", rows)}
${offsetLines(writer, "pc", "c", columns)}
v += ${fetch}(${writer.whole(output.offset)} + pb + pr + pc);`;
}
