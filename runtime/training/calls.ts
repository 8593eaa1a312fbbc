/** Which modules are called while a model computes, and with what. */
import type { Module } from "../nn/module.ts";

/** What is told of each call. */
export interface CallWatcher {
  readonly before: (module: Module, inputs: readonly unknown[]) => void;
  readonly after: (module: Module, output: unknown) => void;
}

/** Tells of each call of a module, until the function that it returns is called. */
export function watchCalls(modules: Iterable<Module>, { before, after }: CallWatcher): () => void {
  const undo: (() => void)[] = [];
  for (const module of modules) {
    const own = Object.getOwnPropertyDescriptor(module, "forward");
    // What comes in goes on as it is.
    const forward = module.forward as (...inputs: unknown[]) => unknown;
    const watched = (...inputs: unknown[]): unknown => {
      before(module, inputs);
      const output = Reflect.apply(forward, module, inputs);
      after(module, output);
      return output;
    };
    Object.defineProperty(module, "forward", { value: watched, configurable: true, writable: true });
    undo.push(() => {
      if (own === undefined) Reflect.deleteProperty(module, "forward");
      else Object.defineProperty(module, "forward", own);
    });
  }
  return () => undo.forEach((each) => each());
}
