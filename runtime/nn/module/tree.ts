/** A module as the tree of what it holds. */
import { bind, describe } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { AttributeError } from "../../errors/attributeError.ts";
import { KeyError } from "../../errors/keyError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { flag, type Parameter as Argument, type ParametersOf } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { CallableModule } from "./callable.ts";
import { warnOfHiddenMembers } from "./hidden.ts";
import {
  dotted,
  isBufferName,
  isModule,
  noteBuffer,
  ownBuffers,
  ownModules,
  ownParameters,
} from "./members.ts";

/** How parameters and buffers are listed. */
export interface NamedMembersArguments {
  /** What stands before all names. */
  readonly prefix?: string;
  /** Whether those of the modules inside are listed, too; `true` unless given. */
  readonly recurse?: boolean;
  /** Whether one that has several names comes once; `true` unless given. */
  readonly remove_duplicate?: boolean;
}

/** How modules are listed. */
export interface NamedModulesArguments {
  /** The modules that are left out, to which those that are listed are added. */
  readonly memo?: Set<Module> | null;
  /** What stands before all names. */
  readonly prefix?: string;
  /** Whether a module that has several names comes once; `true` unless given. */
  readonly remove_duplicate?: boolean;
}

type NamedMembersForms = CallForms<
  NamedMembersArguments,
  [prefix?: string, recurse?: boolean, remove_duplicate?: boolean]
>;

const prefix: Argument<string> = {
  expects: "a string",
  fallback: "",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

const membersParameters: ParametersOf<NamedMembersArguments> = {
  prefix,
  recurse: flag(true),
  remove_duplicate: flag(true),
};

const modulesParameters: ParametersOf<NamedModulesArguments> = {
  memo: {
    expects: "a Set of Modules or null",
    fallback: null,
    // Only modules are looked up in it.
    convert: (value) => (value === null || value instanceof Set ? (value as Set<Module> | null) : undefined),
  },
  prefix,
  remove_duplicate: flag(true),
};

/** A module as far as it holds parameters, buffers and other modules: `nn.Module` builds on it. */
export class ModuleTree extends CallableModule {
  /** The modules directly inside this one, with their names; each once. Source: `torch.nn.Module.named_children`. */
  *named_children(): IterableIterator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, child] of ownModules(this)) {
      if (!seen.has(child)) yield [name, child];
      seen.add(child);
    }
  }

  /** The modules directly inside this one; each once. Source: `torch.nn.Module.children`. */
  *children(): IterableIterator<Module> {
    for (const [, child] of this.named_children()) yield child;
  }

  /** This module and all inside it, with dotted names (`""` for itself); each once unless `remove_duplicate` is false. Source: `torch.nn.Module.named_modules`. */
  named_modules(
    ...args: CallForms<
      NamedModulesArguments,
      [memo?: Set<Module> | null, prefix?: string, remove_duplicate?: boolean]
    >
  ): IterableIterator<[string, Module]> {
    const { memo, prefix, remove_duplicate } = bind("named_modules", modulesParameters, args);
    return modulesWithin(whole(this), prefix, remove_duplicate ? (memo ?? new Set()) : null);
  }

  /** This module and all inside it; each once. Source: `torch.nn.Module.modules`. */
  *modules(): IterableIterator<Module> {
    for (const [, module] of this.named_modules()) yield module;
  }

  /** The parameters of this module and of all inside it, with dotted names; each once unless `remove_duplicate` is false. Source: `torch.nn.Module.named_parameters`. */
  named_parameters(...args: NamedMembersForms): IterableIterator<[string, Parameter]> {
    warnOfHiddenMembers(whole(this));
    return membersWithin(this, ownParameters, bind("named_parameters", membersParameters, args));
  }

  /** The parameters of this module and of all inside it: what an optimizer takes. Source: `torch.nn.Module.parameters`. */
  parameters(recurse: boolean | { readonly recurse?: boolean } = true): IterableIterator<Parameter> {
    const settings = bind("parameters", { recurse: flag(true) }, [recurse]);
    return valuesOf(this.named_parameters(settings));
  }

  /** The buffers of this module and of all inside it, with dotted names; each once unless `remove_duplicate` is false. Source: `torch.nn.Module.named_buffers`. */
  named_buffers(...args: NamedMembersForms): IterableIterator<[string, Tensor]> {
    return membersWithin(this, ownBuffers, bind("named_buffers", membersParameters, args));
  }

  /** The buffers of this module and of all inside it. Source: `torch.nn.Module.buffers`. */
  buffers(recurse: boolean | { readonly recurse?: boolean } = true): IterableIterator<Tensor> {
    const settings = bind("buffers", { recurse: flag(true) }, [recurse]);
    return valuesOf(this.named_buffers(settings));
  }

  /**
   * Adds a tensor that is part of the module's state and is not learned, such as a running mean: `this.register_buffer("running_mean", torch.zeros(3))`. It is a property
   * of that name, which may be set to another tensor; `to` converts it with the parameters. `state_dict` has it unless `persistent` is false.
   *
   * @throws KeyError when the name is empty, has a dot or is taken, TypeError when the value is neither a tensor nor `null`.
   * Source: `torch.nn.Module.register_buffer`.
   */
  register_buffer(
    name: string,
    tensor: Tensor | null,
    persistent: boolean | { readonly persistent?: boolean } = true,
  ): void {
    checkName(this, "buffer", name, isBufferName(this, name));
    if (tensor !== null && !(tensor instanceof Tensor))
      throw new TypeError(
        `cannot assign ${describe(tensor)} to buffer '${name}': a torch Tensor or null is required.`,
      );
    noteBuffer(this, name, typeof persistent === "boolean" ? persistent : (persistent.persistent ?? true));
    Reflect.set(this, name, tensor);
  }

  /**
   * Adds a parameter under a name that is computed, or `null` for none: `this.register_parameter("weight" + i, new nn.Parameter(…))`. A parameter that is simply set, as
   * `this.weight = new nn.Parameter(…)`, is found as well.
   *
   * @throws KeyError when the name is empty, has a dot or is taken, TypeError when the value is neither a Parameter nor `null`, ValueError when it is the result of a computation.
   * Source: `torch.nn.Module.register_parameter`.
   */
  register_parameter(name: string, param: Parameter | null): void {
    checkName(this, "parameter", name, Reflect.get(this, name) instanceof Parameter);
    if (param !== null && !(param instanceof Parameter))
      throw new TypeError(
        `cannot assign ${describe(param)} to parameter '${name}': a torch.nn.Parameter or null is required. Wrap it: new nn.Parameter(tensor).`,
      );
    if (param !== null && param.grad_fn !== null)
      throw new ValueError(
        `Cannot assign non-leaf Tensor to parameter '${name}'. Model parameters must be created explicitly. To express '${name}' as a function of another Tensor, compute the value in the forward() method.`,
      );
    Reflect.set(this, name, param);
  }

  /**
   * Adds a module under a name that is computed, or `null` for none: `this.add_module("block" + i, new Block())`. A module that is simply set as a property is found as well.
   *
   * @throws KeyError when the name is empty, has a dot or is taken, TypeError when the value is neither a module nor `null`.
   * Source: `torch.nn.Module.add_module`.
   */
  add_module(name: string, module: Module | null): void {
    if (module !== null && !isModule(module))
      throw new TypeError(
        `${describe(module)} is not a Module subclass. Make it with new, for example new nn.ReLU().`,
      );
    checkName(this, "module", name, isModule(Reflect.get(this, name)));
    Reflect.set(this, name, module);
  }

  /** As `add_module`. Source: `torch.nn.Module.register_module`. */
  register_module(name: string, module: Module | null): void {
    this.add_module(name, module);
  }

  /** The module at a dotted path, itself for `""`. @throws AttributeError when there is none. Source: `torch.nn.Module.get_submodule`. */
  get_submodule(target: string): Module {
    let module = whole(this);
    if (target === "") return module;
    for (const name of target.split(".")) {
      const inside = memberOf(module, name);
      if (!isModule(inside))
        throw new AttributeError(`\`${name}\` is not an nn.Module. ${modulesThereAre(module)}`);
      module = inside;
    }
    return module;
  }

  /**
   * Puts a module at a dotted path, in place of the one there: `net.set_submodule("features.0", new nn.Conv2d(1, 8, 3))`. Unless `strict`, there may be none yet.
   *
   * @throws ValueError when the path is empty or the value is no module, AttributeError when the path does not exist.
   * Source: `torch.nn.Module.set_submodule`.
   */
  set_submodule(
    target: string,
    module: Module,
    strict: boolean | { readonly strict?: boolean } = false,
  ): void {
    if (target === "") throw new ValueError("Cannot set the submodule without a target name!");
    if (!isModule(module)) throw new ValueError(`\`module\` is not an nn.Module, found ${describe(module)}.`);
    const { parent, name } = placeOf(this, target);
    const mustExist = typeof strict === "boolean" ? strict : (strict.strict ?? false);
    const before: unknown = mustExist ? memberOf(parent, name) : Reflect.get(parent, name);
    if (before !== undefined && !isModule(before))
      throw new AttributeError(`\`${name}\` is not an nn.Module. ${modulesThereAre(parent)}`);
    Reflect.set(parent, name, module);
  }

  /** The parameter at a dotted path: `net.get_parameter("fc.weight")`. @throws AttributeError when there is none. Source: `torch.nn.Module.get_parameter`. */
  get_parameter(target: string): Parameter {
    const { parent, name } = placeOf(this, target);
    const found = memberOf(parent, name);
    if (found instanceof Parameter) return found;
    throw new AttributeError(
      `\`${name}\` is not an nn.Parameter. ${thereAre("parameters", ownParameters(parent), parent)}`,
    );
  }

  /** The buffer at a dotted path: `net.get_buffer("norm.running_mean")`. @throws AttributeError when there is none. Source: `torch.nn.Module.get_buffer`. */
  get_buffer(target: string): Tensor {
    const { parent, name } = placeOf(this, target);
    memberOf(parent, name);
    for (const [known, buffer] of ownBuffers(parent)) if (known === name) return buffer;
    throw new AttributeError(
      `\`${name}\` is not a buffer. ${thereAre("buffers", ownBuffers(parent), parent)}`,
    );
  }
}

/** The module that holds what a dotted path names, and the name there. @throws AttributeError when there is no such module. */
function placeOf(tree: ModuleTree, target: string): { readonly parent: Module; readonly name: string } {
  const dot = target.lastIndexOf(".");
  return { parent: tree.get_submodule(target.slice(0, Math.max(dot, 0))), name: target.slice(dot + 1) };
}

/** Nothing builds on the tree but `nn.Module`. */
function whole(tree: ModuleTree): Module {
  return tree as Module;
}

function* valuesOf<T>(named: Iterable<readonly [string, T]>): IterableIterator<T> {
  for (const [, value] of named) yield value;
}

/** @param seen the modules that came before; null where each may come again. */
function* modulesWithin(
  module: Module,
  prefix: string,
  seen: Set<Module> | null,
): IterableIterator<[string, Module]> {
  if (seen?.has(module)) return;
  seen?.add(module);
  yield [prefix, module];
  for (const [name, child] of ownModules(module)) yield* modulesWithin(child, dotted(prefix, name), seen);
}

function* membersWithin<T>(
  tree: ModuleTree,
  own: (module: Module) => Iterable<[string, T]>,
  { prefix, recurse, remove_duplicate }: Required<NamedMembersArguments>,
): IterableIterator<[string, T]> {
  const seen = new Set<T>();
  const module = whole(tree);
  const modules = recurse ? tree.named_modules({ prefix, remove_duplicate }) : [[prefix, module] as const];
  for (const [path, module] of modules)
    for (const [name, value] of own(module)) {
      if (seen.has(value)) continue;
      if (remove_duplicate) seen.add(value);
      yield [dotted(path, name), value];
    }
}

/** @throws KeyError when a name is empty, has a dot, or is that of another property. */
function checkName(module: object, kind: string, name: string, isOfThisKind: boolean): void {
  if (name === "") throw new KeyError(`${kind} name can't be empty string "": give it a name.`);
  if (name.includes("."))
    throw new KeyError(
      `${kind} name can't contain ".", got "${name}": the dot stands between the names of modules.`,
    );
  if (!isOfThisKind && Reflect.get(module, name) !== undefined)
    throw new KeyError(`attribute '${name}' already exists. Choose another name for the ${kind}.`);
}

/** @throws AttributeError when the module has no such property. */
function memberOf(module: Module, name: string): unknown {
  const value: unknown = Reflect.get(module, name);
  if (value === undefined)
    throw new AttributeError(
      `${module.constructor.name} has no attribute \`${name}\`. ${modulesThereAre(module)}`,
    );
  return value;
}

function modulesThereAre(module: Module): string {
  return thereAre("modules", ownModules(module), module);
}

function thereAre(kind: string, members: Iterable<[string, unknown]>, module: Module): string {
  const names = [...members].map(([name]) => name);
  return `The ${kind} of ${module.constructor.name} are: ${names.join(", ") || "none"}.`;
}
