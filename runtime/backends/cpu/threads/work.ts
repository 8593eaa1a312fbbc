/** Work that threads know by a number: a function of a kernel module, or a task. */
import type { KernelModule } from "../wasm/kernelModule.ts";
import type { Run } from "./control.ts";
import type { Task } from "./task.ts";

/** How a thread is told of work, before the first job that wants it. */
export type Announcement =
  | { readonly id: number; readonly task: string }
  | {
      readonly id: number;
      readonly module: WebAssembly.Module;
      readonly moduleId: number;
      readonly name: string;
    };

/** Work as the main thread has it. */
export interface Work {
  readonly run: Run;
  readonly announcement: Announcement;
}

const all: Work[] = [];
const kernels = new WeakMap<KernelModule, Map<string, Work>>();
const tasks = new WeakMap<Task, Work>();

/** All work that was ever given to threads; the number of each is its place. */
export const everyWork: readonly Work[] = all;

function add(work: Work): Work {
  all.push(work);
  return work;
}

/** A kernel as work. */
export function kernelWork<Name extends string>(module: KernelModule<Name>, name: Name): Work {
  let named = kernels.get(module);
  if (named === undefined) kernels.set(module, (named = new Map()));
  let work = named.get(name);
  if (work === undefined) {
    const kernel = module.functions[name];
    work = add({
      run: (begin, end, args) => kernel(begin, end, ...args),
      announcement: { id: all.length, module: module.compiled, moduleId: module.id, name },
    });
    named.set(name, work);
  }
  return work;
}

/** A task as work. */
export function taskWork(task: Task): Work {
  let work = tasks.get(task);
  if (work === undefined) {
    work = add({ run: task.run, announcement: { id: all.length, task: task.name } });
    tasks.set(task, work);
  }
  return work;
}
