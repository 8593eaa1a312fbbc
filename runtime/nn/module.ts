import { Device } from "../device.ts";
import { checkHolds, toDevice } from "../devices.ts";
import { DType, float32, float64 } from "../dtype.ts";
import { no_grad } from "../autograd/modes.ts";
import { bind, describe } from "../binding.ts";
import { KeyError } from "../errors/keyError.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { inspectAs } from "../inspect.ts";
import { Tensor } from "../tensor.ts";
import { Parameter } from "./parameter.ts";

/** The buffers of each module by name, and whether they belong to its state. */
const buffersOf = new WeakMap<Module, Map<string, boolean>>();

/** A module is called as a function: `net(x)` runs `net.forward(x)`. */
export interface Module {
  (...inputs: globalThis.Parameters<this["forward"]>): ReturnType<this["forward"]>;
}

/**
 * The base of all layers and networks: holds parameters and other modules, and computes with them.
 *
 * `class Net extends nn.Module { fc = new nn.Linear(2, 1); forward(x: Tensor) { return this.fc(x); } }`, then `const net = new Net(); net(x)`. Parameters and
 * modules are found among the object's own properties, in the order in which they were set.
 *
 * Source: `torch.nn.Module`.
 */
export class Module {
  /** True while the module is being trained; dropout and batch normalisation behave otherwise in evaluation. */
  training!: boolean;

  /** @throws TypeError for arguments: modules that take some say so in constructors of their own. */
  constructor(...args: []) {
    if (args.length > 0) bind(new.target.name, {}, args);
    const self = (...inputs: never[]): unknown => module.forward(...inputs);
    // A function's own `name` and `length` would stand in the way of properties of those names.
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    Object.setPrototypeOf(self, new.target.prototype as object);
    // The prototype was exchanged above: `self` is a module that can be called.
    const module = self as unknown as Module;
    Object.defineProperty(module, "training", {
      value: true,
      writable: true,
      configurable: true,
      enumerable: false,
    });
    // oxlint-disable-next-line no-constructor-return -- this is what makes a module callable: subclasses build on the function
    return module;
  }

  /**
   * Computes the output. Every module overrides it; call the module itself instead: `net(x)`.
   *
   * @throws NotImplementedError when a module has none.
   */
  forward(..._inputs: never[]): unknown {
    throw new NotImplementedError(
      `Module [${this.constructor.name}] is missing the required "forward" function. Add forward(x) { … } to the class.`,
    );
  }

  /** Extra text in the printed form: what the layer was made with. */
  extra_repr(): string {
    return "";
  }

  /** The modules directly inside this one, with their names. */
  *named_children(): IterableIterator<[string, Module]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Module) yield [name, value];
  }

  /** The modules directly inside this one. */
  *children(): IterableIterator<Module> {
    for (const [, child] of this.named_children()) yield child;
  }

  /** This module and all inside it, with dotted names (`""` for itself); each once. Source: `torch.nn.Module.named_modules`. */
  *named_modules(prefix = "", seen: Set<Module> = new Set()): IterableIterator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.named_children())
      yield* child.named_modules(prefix === "" ? name : `${prefix}.${name}`, seen);
  }

  /** This module and all inside it. */
  *modules(): IterableIterator<Module> {
    for (const [, module] of this.named_modules()) yield module;
  }

  /** The parameters of this module and of all inside it, with dotted names; each once. Source: `torch.nn.Module.named_parameters`. */
  *named_parameters(): IterableIterator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    for (const [prefix, module] of this.named_modules())
      for (const [name, value] of Object.entries(module))
        if (value instanceof Parameter && !seen.has(value)) {
          seen.add(value);
          yield [prefix === "" ? name : `${prefix}.${name}`, value];
        }
  }

  /** The parameters of this module and of all inside it: what an optimizer takes. Source: `torch.nn.Module.parameters`. */
  *parameters(): IterableIterator<Parameter> {
    for (const [, parameter] of this.named_parameters()) yield parameter;
  }

  /**
   * Adds a tensor that is part of the module's state and is not learned, such as a running mean: `this.register_buffer("running_mean", torch.zeros(3))`. It is a property
   * of that name, which may be set to another tensor; `to` converts it with the parameters.
   *
   * @throws KeyError when the name is empty, has a dot or is taken, TypeError when the value is neither a tensor nor `null`.
   * Source: `torch.nn.Module.register_buffer`.
   */
  register_buffer(
    name: string,
    tensor: Tensor | null,
    persistent: boolean | { readonly persistent?: boolean } = true,
  ): void {
    if (name === "") throw new KeyError('buffer name can\'t be empty string "": give it a name.');
    if (name.includes("."))
      throw new KeyError(
        `buffer name can't contain ".", got "${name}": the dot stands between the names of modules.`,
      );
    let names = buffersOf.get(this);
    if (names === undefined) buffersOf.set(this, (names = new Map()));
    if (!names.has(name) && Reflect.get(this, name) !== undefined)
      throw new KeyError(`attribute '${name}' already exists. Choose another name for the buffer.`);
    if (tensor !== null && !(tensor instanceof Tensor))
      throw new TypeError(
        `cannot assign ${describe(tensor)} to buffer '${name}': a torch Tensor or null is required.`,
      );
    names.set(name, typeof persistent === "boolean" ? persistent : (persistent.persistent ?? true));
    Reflect.set(this, name, tensor);
  }

  /** The buffers of this module and of all inside it, with dotted names; each once. Source: `torch.nn.Module.named_buffers`. */
  *named_buffers(): IterableIterator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [prefix, module] of this.named_modules())
      for (const [name, value] of ownBuffers(module)) {
        if (seen.has(value)) continue;
        seen.add(value);
        yield [prefix === "" ? name : `${prefix}.${name}`, value];
      }
  }

  /** The buffers of this module and of all inside it. Source: `torch.nn.Module.buffers`. */
  *buffers(): IterableIterator<Tensor> {
    for (const [, buffer] of this.named_buffers()) yield buffer;
  }

  /** Calls `fn` with every module inside this one and then with this one. Source: `torch.nn.Module.apply`. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Sets training mode, or with `false` evaluation mode, here and in all modules inside. Source: `torch.nn.Module.train`. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode. Source: `torch.nn.Module.eval`. */
  eval(): this {
    return this.train(false);
  }

  /** Switches recording for all parameters on or off. Source: `torch.nn.Module.requires_grad_`. */
  requires_grad_(requires_grad = true): this {
    for (const parameter of this.parameters()) parameter.requires_grad_(requires_grad);
    return this;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. Source: `torch.nn.Module.zero_grad`. */
  zero_grad(set_to_none = true): void {
    for (const parameter of this.parameters()) clearGrad(parameter, set_to_none);
  }

  /**
   * Converts all parameters and floating-point buffers, in place, to a floating-point dtype, or moves them and the other buffers to a device:
   * `net.to("cuda")`, `net.to(torch.float64)`, `net.to("cuda", torch.float32)`, `net.to({device, dtype})`. Parameters stay the same tensors, so that an optimizer keeps them;
   * their gradients go with them.
   *
   * @throws RuntimeError when the dtype has no fractions or there is no such device, TypeError for float64 on an accelerator; nothing is moved then.
   * Source: `torch.nn.Module.to`.
   */
  to(target: DType | Device | string | Tensor | ModuleTarget, dtype?: DType): this {
    const wanted = targetOf(target, dtype ?? null);
    for (const each of [...this.parameters(), ...this.buffers()])
      checkHolds(wanted.device ?? each.device, dtypeOf(each, wanted));
    for (const parameter of this.parameters()) moveParameter(parameter, wanted);
    for (const module of this.modules())
      for (const [name, value] of ownBuffers(module)) Reflect.set(module, name, movedBuffer(value, wanted));
    return this;
  }

  /** Moves everything to the accelerator, as `to("cuda")`. @throws AssertionError when there is none. Source: `torch.nn.Module.cuda`. */
  cuda(device: Device | string | number = "cuda"): this {
    return this.to(typeof device === "number" ? `cuda:${device}` : device);
  }

  /** Moves everything to the CPU, as `to("cpu")`. Source: `torch.nn.Module.cpu`. */
  cpu(): this {
    return this.to("cpu");
  }

  /** As `to(torch.float64)`. */
  double(): this {
    return this.to(float64);
  }

  /** As `to(torch.float32)`. */
  float(): this {
    return this.to(float32);
  }

  /** PyTorch's printed form: the modules inside, indented. */
  toString(): string {
    const children = [...this.named_children()].map(
      ([name, child]) => `(${name}): ${child.toString().replaceAll("\n", "\n  ")}`,
    );
    const extra = this.extra_repr();
    const name = this.constructor.name;
    if (children.length === 0) return `${name}(${extra})`;
    const lines = extra === "" ? children : [extra, ...children];
    return `${name}(\n  ${lines.join("\n  ")}\n)`;
  }
}

/** Where a module is to be, and in which dtype, by name. */
export interface ModuleTarget {
  readonly device?: Device | string | null;
  readonly dtype?: DType | null;
}

interface Wanted {
  readonly device: Device | null;
  readonly dtype: DType | null;
}

/** @throws RuntimeError for a dtype without fractions, or a device that is not here; TypeError for a dtype that it does not have. */
function targetOf(target: DType | Device | string | Tensor | ModuleTarget, second: DType | null): Wanted {
  const given: ModuleTarget =
    target instanceof DType
      ? { dtype: target }
      : target instanceof Device || typeof target === "string"
        ? { device: target, dtype: second }
        : target; // a tensor has both
  const dtype = given.dtype ?? null;
  if (dtype !== null && !dtype.is_floating_point)
    throw new RuntimeError(
      `nn.Module.to only accepts floating point dtypes, but got desired dtype=${dtype.toString()}.`,
    );
  const device = given.device ?? null;
  return { device: device === null ? null : toDevice(device), dtype };
}

/** The dtype that a parameter or a buffer is to have. Buffers of whole numbers, such as counts, keep theirs. */
function dtypeOf({ dtype }: Tensor, wanted: Wanted): DType {
  return (dtype.is_floating_point ? wanted.dtype : null) ?? dtype;
}

/** Puts a parameter elsewhere, with its gradient. */
function moveParameter(parameter: Parameter, wanted: Wanted): void {
  const { gradient } = parameter;
  const options = { device: wanted.device ?? parameter.device, dtype: dtypeOf(parameter, wanted) };
  const [moved, grad] = no_grad(() => [
    parameter.detach().to(options),
    gradient?.detach().to(options) ?? null,
  ]);
  if (moved.storage === parameter.storage) return;
  parameter.become(moved);
  parameter.gradient = grad;
}

function movedBuffer(buffer: Tensor, wanted: Wanted): Tensor {
  return no_grad(() => buffer.to({ device: wanted.device ?? buffer.device, dtype: dtypeOf(buffer, wanted) }));
}

/** The buffers of one module that are tensors now. */
function* ownBuffers(module: Module): IterableIterator<[string, Tensor]> {
  for (const name of buffersOf.get(module)?.keys() ?? []) {
    const value: unknown = Reflect.get(module, name);
    if (value instanceof Tensor) yield [name, value];
  }
}

inspectAs(Module, (module) => module.toString());

/** Drops a gradient, or fills it with zeros. @internal */
export function clearGrad(tensor: Tensor, setToNone: boolean): void {
  if (tensor.grad === null) return;
  if (setToNone) tensor.grad = null;
  else no_grad(() => tensor.grad!.zero_());
}

/**
 * A module of the same kind with copies of the parameters, buffers and modules inside; everything else is shared. Classes with `#private` members cannot be copied.
 * @internal
 */
export function copyOf<M extends Module>(module: M): M {
  const copy = new Module();
  Object.setPrototypeOf(copy, Object.getPrototypeOf(module) as object);
  for (const [name, value] of Object.entries(module)) Reflect.set(copy, name, copyOfProperty(value));
  const buffers = buffersOf.get(module);
  if (buffers !== undefined) buffersOf.set(copy, new Map(buffers));
  copy.training = module.training;
  return copy as M; // it has the prototype and the properties
}

function copyOfProperty(value: unknown): unknown {
  if (value instanceof Module) return copyOf(value);
  if (value instanceof Parameter) return new Parameter(value.detach().clone(), value.requires_grad);
  return value instanceof Tensor ? value.detach().clone() : value;
}
