/** Which modules are called while a model computes, and with what. */
import { RemovableHandle } from "../autograd/hooks.ts";
import type { Module } from "../nn/module.ts";

/** What is told of each call. */
export interface CallWatcher {
  /** @param inputs those by position, and an object with those by name */
  readonly before: (module: Module, inputs: readonly unknown[]) => void;
  readonly after: (module: Module, output: unknown) => void;
}

/** Tells of each call of a module, until the handle is removed. */
export function watchCalls(modules: Iterable<Module>, { before, after }: CallWatcher): RemovableHandle {
  const handles: RemovableHandle[] = [];
  for (const module of modules)
    handles.push(
      module.register_forward_pre_hook((_, args, kwargs) => before(module, [...args, kwargs]), {
        with_kwargs: true,
      }),
      module.register_forward_hook((_, __, output) => void after(module, output)),
    );
  return RemovableHandle.of(handles);
}
