/** Work in JavaScript that drives kernels and that any thread can run. Threads import the module that defines it: see `worker.ts`. */
export interface Task {
  /** Names the task among threads. */
  readonly name: string;
  /** Does the units of work from `begin` to `end`; the result is the same however the units are divided. */
  readonly run: (begin: number, end: number, args: readonly number[]) => void;
}

const tasks = new Map<string, Task>();

/** Declares a task, under a name that no other task has. */
export function defineTask(name: string, run: Task["run"]): Task {
  const task = { name, run };
  tasks.set(name, task);
  return task;
}

/** The task of that name, in the modules that this thread has imported. */
export function taskNamed(name: string): Task | undefined {
  return tasks.get(name);
}
