/** Tasks to give threads. */
import { handover } from "../../../../../runtime/backends/cpu/threads/handover.ts";
import { defineTask, type Task } from "../../../../../runtime/backends/cpu/threads/task.ts";
import { kernels } from "./kernels.ts";

/** Adds one to each number at an address. */
export const countTask: Task = defineTask("test: count", (begin, end, [address]) =>
  kernels.functions.count(begin, end, address!),
);

/** Throws in every thread but the main one. */
export const failElsewhere: Task = defineTask("test: fail elsewhere", () => {
  if (handover !== null) throw new RangeError("this thread cannot do it");
});

export const tasks: readonly Task[] = [countTask, failElsewhere];
