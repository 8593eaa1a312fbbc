import type { AttentionBackend, AttentionOperands } from "../../attention.ts";
import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { runTask } from "../threads/parallel.ts";
import type { Task } from "../threads/task.ts";
import { attentionBackwardTask, attentionTask, toArguments, type HeadsPlace } from "./task.ts";

const nowhere: HeadsPlace = { address: 0, batch: 0, head: 0, row: 0, column: 1 };

function placeOf(view: View): HeadsPlace {
  const [batch, head, row, column] = view.strides as [number, number, number, number];
  return { address: addressOf(view), batch, head, row, column };
}

/** Multiplications that are worth a thread's while, some 50 µs of work. */
const worthThread = 1_000_000;

/** Runs the task for every head. */
function run(
  task: Task,
  { query, value, key, scale }: AttentionOperands,
  places: readonly HeadsPlace[],
): void {
  const [batches, heads, queries, width] = query.shape as [number, number, number, number];
  const keys = key.shape[2]!;
  const valueWidth = value.shape[3]!;
  // The view's dtype is one that has fractions.
  const precision = query.dtype.name as "float32" | "float64";
  const job = { precision, heads, queries, keys, width, valueWidth, scale, places };
  const grain = Math.ceil(worthThread / (queries * keys * (width + valueWidth)));
  runTask(task, batches * heads, grain, toArguments(job));
}

/** See `AttentionBackend`. */
export const attention: AttentionBackend = {
  attention(output, weights, operands, mask) {
    const { query, key, value } = operands;
    run(attentionTask, operands, [
      ...[output, weights, query, key, value].map(placeOf),
      mask === null ? nowhere : placeOf(mask),
    ]);
  },

  attentionBackward(gradients, grad, weights, operands) {
    const { query, key, value } = operands;
    run(
      attentionBackwardTask,
      operands,
      [gradients.query, gradients.key, gradients.value, grad, weights, query, key, value].map(placeOf),
    );
  },
};
