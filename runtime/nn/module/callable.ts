/** What makes a module a function, and what its class may say. */
import { bind } from "../../binding.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";

/** A module as far as it can be called: `nn.Module` builds on it. */
export class CallableModule {
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
    const module = self as unknown as CallableModule;
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

  /**
   * State besides parameters and buffers, which `state_dict` holds under `_extra_state`: a class that has some overrides this and `set_extra_state`.
   *
   * @throws RuntimeError when the class has none. Source: `torch.nn.Module.get_extra_state`.
   */
  get_extra_state(): unknown {
    throw new RuntimeError(
      `${this.constructor.name} has no extra state: a class that has some overrides get_extra_state and set_extra_state.`,
    );
  }

  /** Takes what `get_extra_state` gave. @throws RuntimeError when the class has none. Source: `torch.nn.Module.set_extra_state`. */
  set_extra_state(_state: unknown): void {
    throw new RuntimeError(
      `${this.constructor.name} takes no extra state: a class that has some overrides get_extra_state and set_extra_state.`,
    );
  }
}
