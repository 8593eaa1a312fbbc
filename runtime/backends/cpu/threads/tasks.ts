/**
 * The tasks that threads of the pool can do. A module that defines one may import the heap, the assembler and kernels, and nothing that knows tensors: every thread
 * loads it.
 */
import { attentionBackwardTask, attentionTask } from "../attention/task.ts";
import { correlateTask } from "../convolution/correlate.ts";
import { weightTask } from "../convolution/weight.ts";
import { productTask } from "../gemm/task.ts";
import type { Task } from "./task.ts";

export const tasks: readonly Task[] = [
  attentionTask,
  attentionBackwardTask,
  correlateTask,
  productTask,
  weightTask,
];
