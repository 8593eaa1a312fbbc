/** To which of the modules that are called each parameter belongs. */
import type { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";

/** Parameters with their names inside a module. */
export type NamedParameters = readonly (readonly [name: string, parameter: Parameter])[];

/** The parameters of a module and of those inside that nobody calls, such as a list of modules, or a layer of which another one takes the weights. */
function* uncalled(
  module: Module,
  called: ReadonlySet<Module>,
  prefix = "",
): IterableIterator<[string, Parameter]> {
  for (const [name, parameter] of module.named_parameters({ recurse: false }))
    yield [prefix + name, parameter];
  for (const [name, child] of module.named_children())
    if (!called.has(child)) yield* uncalled(child, called, `${prefix}${name}.`);
}

/** For each module that is called, the parameters that are its own: those that belong to no called module inside it. */
export function ownParameters(called: ReadonlySet<Module>): ReadonlyMap<Module, NamedParameters> {
  return new Map(Array.from(called, (module) => [module, [...uncalled(module, called)]]));
}
