/** Attention, in products and row-wise work. */
import { float32 } from "../../../dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../shape.ts";
import type { AttentionBackend } from "../../attention.ts";
import type { View } from "../../backend.ts";
import { runOnCpu } from "../fallback.ts";
import { WebGLStorage } from "../storage.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { areFractions, canDraw } from "./operands.ts";
import { products } from "./products.ts";
import { foldRows, mapRows, releaseRows, type Operands } from "./rowWork.ts";

/** The methods of the backend. */
export const attention: AttentionBackend = {
  attention(output, weights, operands, mask) {
    const { query, key, value, scale } = operands;
    const inputs = [query, key, value, mask];
    if (!areFractions(output, weights, ...inputs) || !canDraw(inputs, [output, weights]))
      return runOnCpu("attention", [output, weights, operands, mask]);
    const scores = temporary(weights.shape);
    products.matmul(scores, query, transposed(key));
    write(weights, softmaxOf(scores, mask, scale));
    scores.storage.release();
    products.matmul(output, weights, value);
  },

  attentionBackward(gradients, grad, weights, operands) {
    const { query, key, value, scale } = operands;
    const inputs = [grad, weights, query, key, value];
    const outputs = [gradients.query, gradients.key, gradients.value];
    if (!areFractions(...inputs, ...outputs) || !canDraw(inputs, outputs))
      return runOnCpu("attentionBackward", [gradients, grad, weights, operands]);
    const [ofWeights, ofScores] = [temporary(weights.shape), temporary(weights.shape)];
    products.matmul(ofWeights, grad, transposed(value));
    write(ofScores, softmaxGradient(weights, ofWeights, scale));
    products.matmul(gradients.value, transposed(weights), grad);
    products.matmul(gradients.query, ofScores, key);
    products.matmul(gradients.key, transposed(ofScores), query);
    for (const { storage } of [ofWeights, ofScores]) storage.release();
  },
};

/** Room for a result that is needed for a while. */
function temporary(shape: Shape): View {
  const storage = new WebGLStorage(float32, numel(shape));
  return { storage, dtype: float32, shape, strides: contiguousStrides(shape), offset: 0 };
}

function swap(list: readonly number[]): number[] {
  return [...list.slice(0, -2), list.at(-1)!, list.at(-2)!];
}

/** The last two dimensions the other way round. */
function transposed({ storage, dtype, shape, strides, offset }: View): View {
  return { storage, dtype, shape: swap(shape), strides: swap(strides), offset };
}

/** A row that the mask forbids entirely has weights of 0. */
function softmaxOf(scores: View, mask: View | null, scale: number): Value {
  const rows = { count: numel(scores.shape.slice(0, -1)), length: scores.shape.at(-1)! };
  const operands: Operands = {
    x: { of: scores, by: "element" },
    ...(mask === null ? {} : { n: { of: mask, by: "element" } }),
    f: { number: scale },
  };
  const z = mask === null ? "x * f" : "x * f + n";
  const m = foldRows("amax", rows, operands, z);
  const withLargest: Operands = { ...operands, m: { of: m, by: "row" } };
  const isForbidden = "isInfinite(m) && m < 0.0";
  const s = foldRows("sum", rows, withLargest, `${isForbidden} ? 0.0 : exp(${z} - m)`);
  const all: Operands = { ...withLargest, s: { of: s, by: "row" } };
  const result = mapRows(rows, all, `${isForbidden} ? 0.0 : exp(${z} - m) / s`);
  releaseRows(m, s);
  return result;
}

function softmaxGradient(weights: View, grad: View, scale: number): Value {
  const rows = { count: numel(weights.shape.slice(0, -1)), length: weights.shape.at(-1)! };
  const operands: Operands = {
    w: { of: weights, by: "element" },
    g: { of: grad, by: "element" },
    f: { number: scale },
  };
  const s = foldRows("sum", rows, operands, "w * g");
  const result = mapRows(rows, { ...operands, s: { of: s, by: "row" } }, "w * (g - s) * f");
  releaseRows(s);
  return result;
}
