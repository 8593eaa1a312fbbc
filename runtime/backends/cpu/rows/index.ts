/** Chooses how work on rows runs: by kernels for float32, in JavaScript for the rest and for a handful of elements. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { RowBackend } from "../../rows.ts";
import { parameterDoubles } from "../memory/heap.ts";
import { addressOf, type CpuStorage } from "../memory/storage.ts";
import { factorOf, referenceRows, storeSums } from "../reference/rows.ts";
import { columnKernels, columnsPerBlock, mostColumns } from "../reduction/columnKernels.ts";
import { runKernel } from "../threads/parallel.ts";
import { likelihoodKernels } from "./likelihoodKernels.ts";
import { normalizeKernels, type NormalizeKernel } from "./normalizeKernels.ts";
import { softmaxKernels, type SoftmaxKernel } from "./softmaxKernels.ts";

/** Elements up to which JavaScript is faster on what lies in an array. */
const fewElements = 32;

/** Elements that are worth a thread's while. */
const grainElements = 32_768;

/** Whether kernels do this work. */
function hasKernel(input: View): boolean {
  if (input.dtype.name !== "float32") return false;
  // The CPU's views have the CPU's storages.
  return (input.storage as CpuStorage).address !== 0 || numel(input.shape) > fewElements;
}

function grainOf(length: number): number {
  return Math.max(1, Math.ceil(grainElements / length));
}

function runSoftmax(name: SoftmaxKernel, tensors: readonly View[], further: readonly View[] = []): void {
  const n = tensors[0]!.shape.at(-1)!;
  const rows = numel(tensors[0]!.shape) / n;
  runKernel(softmaxKernels, name, rows, grainOf(n), [
    ...tensors.map(addressOf),
    n,
    ...further.map(addressOf),
  ]);
}

function runNormalize(
  name: NormalizeKernel,
  tensors: readonly View[],
  further: readonly (View | null)[],
): void {
  const n = tensors[0]!.shape.at(-1)!;
  const rows = numel(tensors[0]!.shape) / n;
  runKernel(normalizeKernels, name, rows, grainOf(n), [
    ...tensors.map(addressOf),
    n,
    ...further.map((view) => (view === null ? 0 : addressOf(view))),
  ]);
}

/** See `RowBackend`. */
export const rows: RowBackend = {
  softmax(output, input, logarithm) {
    if (hasKernel(input)) runSoftmax(logarithm ? "logSoftmax" : "softmax", [input, output]);
    else referenceRows.softmax(output, input, logarithm);
  },

  softmaxBackward(output, grad, result, logarithm) {
    if (hasKernel(grad))
      runSoftmax(logarithm ? "logSoftmaxBackward" : "softmaxBackward", [grad, result, output]);
    else referenceRows.softmaxBackward(output, grad, result, logarithm);
  },

  logSumExp(output, input) {
    if (hasKernel(input)) runSoftmax("logSumExp", [input], [output]);
    else referenceRows.logSumExp(output, input);
  },

  moments(means, variances, input) {
    if (hasKernel(input)) runNormalize("moments", [input], [means, variances]);
    else referenceRows.moments(means, variances, input);
  },

  normalize(output, means, scales, input, weight, bias, epsilon) {
    if (!hasKernel(input)) {
      referenceRows.normalize(output, means, scales, input, weight, bias, epsilon);
      return;
    }
    parameterDoubles[0] = epsilon;
    const name = bias !== null ? "normalizeAffine" : weight !== null ? "normalizeWeighted" : "normalize";
    runNormalize(name, [input, output], [means, scales, weight, bias]);
  },

  normalizeBackward(output, grad, input, means, scales, weight) {
    if (!hasKernel(input)) referenceRows.normalizeBackward(output, grad, input, means, scales, weight);
    else
      runNormalize(
        weight === null ? "backward" : "backwardWeighted",
        [grad, input, output],
        [means, scales, weight],
      );
  },

  normalizeWeightGradient(output, grad, input, means, scales) {
    const columns = input.shape.at(-1)!;
    if (!hasKernel(input) || columns > mostColumns) {
      referenceRows.normalizeWeightGradient(output, grad, input, means, scales);
      return;
    }
    const count = numel(input.shape) / columns;
    parameterDoubles[0] = 1;
    const blocks = Math.ceil(columns / columnsPerBlock);
    runKernel(columnKernels, "normalizedProducts", blocks, grainOf(columnsPerBlock * count), [
      addressOf(grad),
      addressOf(output),
      4 * columns,
      count,
      columns,
      addressOf(input),
      addressOf(means),
      addressOf(scales),
    ]);
  },

  rowProducts(output, left, right) {
    if (hasKernel(left)) runNormalize("products", [left, right], [output]);
    else referenceRows.rowProducts(output, left, right);
  },

  pickLabels(losses, sums, input, labels) {
    if (!hasKernel(input)) return referenceRows.pickLabels(losses, sums, input, labels);
    const classes = input.shape.at(-1)!;
    likelihoodKernels.functions.pick(
      0,
      numel(input.shape) / classes,
      addressOf(input),
      addressOf(labels.labels),
      labels.weight === null ? 0 : addressOf(labels.weight),
      losses === null ? 0 : addressOf(losses),
      classes,
      labels.ignored,
    );
    storeSums(sums, parameterDoubles[0]!, parameterDoubles[1]!);
    return parameterDoubles[2]! - 1;
  },

  spreadLabels(output, grad, divisor, labels) {
    if (!hasKernel(output)) {
      referenceRows.spreadLabels(output, grad, divisor, labels);
      return;
    }
    const classes = output.shape.at(-1)!;
    parameterDoubles[0] = factorOf(divisor);
    runKernel(likelihoodKernels, "spread", numel(output.shape) / classes, grainOf(classes), [
      addressOf(output),
      addressOf(labels.labels),
      labels.weight === null ? 0 : addressOf(labels.weight),
      addressOf(grad),
      grad.shape.length === 0 ? 0 : 4,
      classes,
      labels.ignored,
    ]);
  },
};
