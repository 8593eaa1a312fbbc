/** Work on rows: softmax, normalisation, labels. */
import { numel } from "../../../shape.ts";
import type { Backend, View } from "../../backend.ts";
import type { RowBackend } from "../../rows.ts";
import { runOnCpu } from "../fallback.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import type { FoldFinish } from "./fold.ts";
import { labelMethods } from "./labels.ts";
import { areFractions, canDraw } from "./operands.ts";
import { foldColumns, foldRows, mapRows, releaseRows, rowsOf, type Rows } from "./rowWork.ts";

/** Whether all can be done here. */
function canWork(inputs: readonly (View | null)[], outputs: readonly View[]): boolean {
  return areFractions(...inputs, ...outputs) && canDraw(inputs, outputs);
}

/** Wraps a method: what programs cannot do is left to the processor, and where there are no elements there is no work. */
function method<Name extends keyof RowBackend>(
  name: Name,
  views: (...args: Parameters<RowBackend[Name]>) => {
    inputs: readonly (View | null)[];
    outputs: readonly View[];
  },
  work: (...args: Parameters<RowBackend[Name]>) => void,
): (...args: Parameters<RowBackend[Name]>) => void {
  return (...args) => {
    const { inputs, outputs } = views(...args);
    if (inputs.some((view) => view?.shape.includes(0) === true)) return;
    if (canWork(inputs, outputs)) work(...args);
    else runOnCpu(name, args as Parameters<Backend[Name]>); // the same method's
  };
}

/** The largest element of each row, and the sum of what exponentials are over it. */
function exponentials(input: View, rows: Rows): { readonly largest: Value; readonly sums: Value } {
  const x = { of: input, by: "element" } as const;
  const largest = foldRows("amax", rows, { x }, "x");
  const sums = foldRows("sum", rows, { x, m: { of: largest, by: "row" } }, "exp(x - m)");
  return { largest, sums };
}

/** The methods of the backend. */
export const rowMethods: RowBackend = {
  ...labelMethods,

  softmax: method(
    "softmax",
    (output, input) => ({ inputs: [input], outputs: [output] }),
    (output, input, logarithm) => {
      const rows = rowsOf(input);
      const { largest, sums } = exponentials(input, rows);
      const operands = {
        x: { of: input, by: "element" },
        m: { of: largest, by: "row" },
        s: { of: sums, by: "row" },
      } as const;
      write(output, mapRows(rows, operands, logarithm ? "x - m - log(s)" : "exp(x - m) / s"));
      releaseRows(largest, sums);
    },
  ),

  softmaxBackward: method(
    "softmaxBackward",
    (output, grad, result) => ({ inputs: [grad, result], outputs: [output] }),
    (output, grad, result, logarithm) => {
      const rows = rowsOf(result);
      const operands = { g: { of: grad, by: "element" }, y: { of: result, by: "element" } } as const;
      const sums = foldRows("sum", rows, operands, logarithm ? "g" : "g * y");
      const all = { ...operands, s: { of: sums, by: "row" } } as const;
      write(output, mapRows(rows, all, logarithm ? "g - exp(y) * s" : "y * (g - s)"));
      releaseRows(sums);
    },
  ),

  logSumExp: method(
    "logSumExp",
    (output, input) => ({ inputs: [input], outputs: [output] }),
    (output, input) => {
      const rows = rowsOf(input);
      const { largest, sums } = exponentials(input, rows);
      const each = { count: numel(output.shape), length: 1 };
      const operands = { m: { of: largest, by: "row" }, s: { of: sums, by: "row" } } as const;
      write(output, mapRows(each, operands, "isInfinite(m) ? m : m + log(s)"));
      releaseRows(largest, sums);
    },
  ),

  moments: method(
    "moments",
    (means, variances, input) => ({ inputs: [input], outputs: [means, variances] }),
    (means, variances, input) => {
      const [mean, variance] = momentsOf(input, "");
      write(means, mean);
      write(variances, variance);
    },
  ),

  normalize: method(
    "normalize",
    (output, means, scales, input, weight, bias) => ({
      inputs: [input, weight, bias],
      outputs: [output, means, scales],
    }),
    (output, means, scales, input, weight, bias, epsilon) => {
      const [mean, scale] = momentsOf(input, "inversesqrt", epsilon);
      const operands = {
        x: { of: input, by: "element" },
        m: { of: mean, by: "row" },
        s: { of: scale, by: "row" },
        ...(weight === null ? {} : { w: { of: weight, by: "column" } as const }),
        ...(bias === null ? {} : { b: { of: bias, by: "column" } as const }),
      } as const;
      const scaled = `(x - m) * s${weight === null ? "" : " * w"}${bias === null ? "" : " + b"}`;
      write(output, mapRows(rowsOf(input), operands, scaled));
      write(means, mean);
      write(scales, scale);
    },
  ),

  normalizeBackward: method(
    "normalizeBackward",
    (output, grad, input, means, scales, weight) => ({
      inputs: [grad, input, means, scales, weight],
      outputs: [output],
    }),
    (output, grad, input, means, scales, weight) => {
      const rows = rowsOf(input);
      const operands = {
        g: { of: grad, by: "element" },
        x: { of: input, by: "element" },
        m: { of: means, by: "row" },
        s: { of: scales, by: "row" },
        ...(weight === null ? {} : { w: { of: weight, by: "column" } as const }),
      } as const;
      const h = weight === null ? "g" : "g * w";
      const mean: FoldFinish = (writer) => `y0 /= ${writer.fraction(rows.length)};`;
      const a = foldRows("sum", rows, operands, h, mean);
      const b = foldRows("sum", rows, operands, `${h} * (x - m) * s`, mean);
      const all = { ...operands, a: { of: a, by: "row" }, b: { of: b, by: "row" } } as const;
      write(output, mapRows(rows, all, `s * (${h} - a - (x - m) * s * b)`));
      releaseRows(a, b);
    },
  ),

  normalizeWeightGradient: method(
    "normalizeWeightGradient",
    (output, grad, input, means, scales) => ({ inputs: [grad, input, means, scales], outputs: [output] }),
    (output, grad, input, means, scales) => {
      const operands = {
        g: { of: grad, by: "element" },
        x: { of: input, by: "element" },
        m: { of: means, by: "row" },
        s: { of: scales, by: "row" },
      } as const;
      write(output, foldColumns(rowsOf(input), operands, "g * (x - m) * s"));
    },
  ),

  rowProducts: method(
    "rowProducts",
    (output, left, right) => ({ inputs: [left, right], outputs: [output] }),
    (output, left, right) => {
      const operands = { x: { of: left, by: "element" }, y: { of: right, by: "element" } } as const;
      write(output, foldRows("sum", rowsOf(left), operands, "x * y"));
    },
  ),
};

/** Means and variances of rows, or what `finish` makes of variances when `epsilon` is added. */
function momentsOf(input: View, finish: "" | "inversesqrt", epsilon = 0): readonly [Value, Value] {
  const rows = rowsOf(input);
  const x = { of: input, by: "element" } as const;
  const mean = foldRows("sum", rows, { x }, "x", (writer) => `y0 /= ${writer.fraction(rows.length)};`);
  const second = foldRows("sum", rows, { x, m: { of: mean, by: "row" } }, "(x - m) * (x - m)", (writer) => {
    const variance = `y0 / ${writer.fraction(rows.length)}`;
    return finish === "" ? `y0 = ${variance};` : `y0 = ${finish}(${variance} + ${writer.fraction(epsilon)});`;
  });
  return [mean, second];
}
