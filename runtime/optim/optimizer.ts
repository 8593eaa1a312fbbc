import { enable_grad, no_grad } from "../autograd/modes.ts";
import { describe } from "../binding.ts";
import { ValueError } from "../errors/valueError.ts";
import { clearGrad } from "../nn/module.ts";
import { Tensor } from "../tensor.ts";

/** Parameters that share settings. */
export type ParameterGroup<Settings> = Settings & { params: Tensor[] };

/** What an optimizer takes: parameters, or groups of them with settings of their own. */
export type ParametersOrGroups<Settings> =
  Iterable<Tensor> | readonly (Partial<Settings> & { readonly params: Iterable<Tensor> })[];

/**
 * The base of all optimizers: holds parameters in groups, and changes them by their gradients.
 *
 * Source: `torch.optim.Optimizer`.
 */
export abstract class Optimizer<Settings extends object> {
  /** The groups; change a setting here to change it for the next step. */
  readonly param_groups: ParameterGroup<Settings>[];

  /** @throws ValueError when there are no parameters or one comes twice, TypeError when something is not a tensor. */
  constructor(params: ParametersOrGroups<Settings>, defaults: Settings) {
    const list: readonly unknown[] = [...params];
    if (list.length === 0)
      throw new ValueError(
        "optimizer got an empty parameter list. Pass model.parameters(), and make sure that the model has layers.",
      );
    const groups = list.every(isGroup) ? list : [{ params: list }];
    // Each group's settings are the defaults, overridden by its own.
    this.param_groups = groups.map(
      (group) =>
        Object.assign({}, defaults, group, {
          params: [...group.params].map(checkParameter),
        }) as ParameterGroup<Settings>,
    );
    const all = this.param_groups.flatMap((group) => group.params);
    if (new Set(all).size < all.length)
      throw new ValueError(
        "some parameters appear in more than one parameter group, or twice in one. List each once.",
      );
  }

  /** Changes one group's parameters, from their gradients. */
  protected abstract update(group: ParameterGroup<Settings>): void;

  /**
   * Changes all parameters by one step. `closure` computes the loss and its gradients first; its result is returned.
   *
   * Source: `torch.optim.Optimizer.step`.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : enable_grad(closure);
    no_grad(() => {
      for (const group of this.param_groups) this.update(group);
    });
    return loss;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. Source: `torch.optim.Optimizer.zero_grad`. */
  zero_grad(set_to_none: boolean | { readonly set_to_none?: boolean } = true): void {
    const drop = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? true);
    for (const group of this.param_groups) for (const parameter of group.params) clearGrad(parameter, drop);
  }
}

function isGroup(value: unknown): value is { params: Iterable<unknown> } {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && "params" in value;
}

function checkParameter(value: unknown): Tensor {
  if (!(value instanceof Tensor))
    throw new TypeError(
      `optimizer can only optimize Tensors, but one of the params is ${describe(value)}. Pass model.parameters().`,
    );
  if (!value.is_leaf)
    throw new ValueError(
      "can't optimize a non-leaf Tensor: it is the result of a computation. Pass the tensors that you made yourself.",
    );
  return value;
}

/** @throws ValueError when a setting is negative or not a number. @internal */
export function checkSetting(name: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${name}: ${value}. It must be a number, 0 or more.`);
}
