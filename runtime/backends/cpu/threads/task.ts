/** Work in JavaScript that drives kernels and that any thread can run. Threads know those that `tasks.ts` lists. */
export interface Task {
  /** Names the task among threads. */
  readonly name: string;
  /**
   * Does the units of work from `begin` to `end`; the result is the same however the units are divided. It takes no memory and starts no other task, and what it
   * does depends on nothing but its arguments and the heap.
   */
  readonly run: (begin: number, end: number, args: readonly number[]) => void;
}

/** Declares a task, under a name that no other task has. */
export function defineTask(name: string, run: Task["run"]): Task {
  return { name, run };
}
