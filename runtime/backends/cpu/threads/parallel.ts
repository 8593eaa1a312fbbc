import type { KernelModule } from "../wasm/kernelModule.ts";
import type { Task } from "./task.ts";

/**
 * Runs a kernel over `total` units of work, divided among threads where there are at least `grain` units for each.
 *
 * The kernel is called as `kernel(begin, end, ...args)`.
 */
export function runKernel<Name extends string>(
  module: KernelModule<Name>,
  name: Name,
  total: number,
  _grain: number,
  args: readonly number[],
): void {
  module.functions[name](0, total, ...args);
}

/** Runs a task over `total` units of work, divided in the same way. */
export function runTask(task: Task, total: number, _grain: number, args: readonly number[]): void {
  task.run(0, total, args);
}
