import { RuntimeError } from "../../errors/runtimeError.ts";
import { fork_rng } from "../../random.ts";
import { describe } from "../../binding.ts";
import { Module } from "../module.ts";

/**
 * Makes a module whose first values nobody is to rely on: no random number of the program's generator is drawn for them. `nn.utils.skip_init(nn.Linear, 3, 2)`.
 *
 * @throws RuntimeError when the class is none of modules. Source: `torch.nn.utils.skip_init`.
 */
export function skip_init<A extends readonly unknown[], M extends Module>(
  module_cls: new (...args: A) => M,
  ...args: A
): M {
  if (typeof module_cls !== "function" || !(module_cls.prototype instanceof Module))
    throw new RuntimeError(
      `Expected a Module; got ${describe(module_cls)}. Pass the class, such as nn.Linear.`,
    );
  return fork_rng(() => new module_cls(...args));
}
