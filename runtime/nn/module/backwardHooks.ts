/** Hooks that see the gradients of a module's inputs and outputs. Source: `BackwardHook` in `torch/utils/hooks.py`. */
import type { FunctionContext } from "../../autograd/context.ts";
import { Function as CustomFunction } from "../../autograd/function.ts";
import { isRecording } from "../../autograd/modes.ts";
import type { Node } from "../../autograd/node.ts";
import { describe } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { Tensor } from "../../tensor.ts";
import { warnOnce } from "../../warn.ts";
import type { Module } from "../module.ts";
import type { CallHook, Gradients } from "./callHooks.ts";

/** The identity, whose derivative is a place in the graph that knows all gradients of a module's inputs, or of its outputs. */
class BackwardHookFunction extends CustomFunction {
  static forward(ctx: FunctionContext, ...tensors: Tensor[]): Tensor[] {
    ctx.mark_non_differentiable(...tensors.filter((tensor) => !tensor.requires_grad));
    return tensors;
  }

  static backward(_: FunctionContext, ...grads: Tensor[]): Tensor[] {
    return grads;
  }
}

/** Values of which the tensors were led through one function of the graph. */
interface Followed {
  readonly values: readonly unknown[];
  /** The function, and the positions of the tensors; null where nothing is recorded. */
  readonly node: Node | null;
  readonly positions: readonly number[];
}

function follow(values: readonly unknown[]): Followed {
  const positions = [...values.keys()].filter((position) => values[position] instanceof Tensor);
  const tensors = positions.map((position) => values[position] as Tensor); // they were just chosen
  if (!isRecording() || !tensors.some((tensor) => tensor.requires_grad))
    return { values, node: null, positions };
  const followed = BackwardHookFunction.apply(...tensors);
  const replaced = [...values];
  for (const [index, position] of positions.entries()) replaced[position] = followed[index];
  const node = followed.find((tensor) => tensor.grad_fn !== null)!.grad_fn; // one requires grad
  return { values: replaced, node, positions };
}

/** Gradients at the places of the tensors that they belong to, with `null` between. */
function spread({ positions, values }: Followed, grads: Gradients): (Tensor | null)[] {
  const result: (Tensor | null)[] = values.map(() => null);
  for (const [index, position] of positions.entries()) result[position] = grads[index] ?? null;
  return result;
}

/** The gradients of the tensors alone. */
function gathered({ positions }: Followed, grads: Gradients): Gradients {
  return positions.map((position) => grads[position] ?? null);
}

/** What a hook gave instead of gradients. @throws when that is no array of as many. */
function replaced(kind: string, grads: Gradients, answer: unknown): Gradients {
  if (answer === null || answer === undefined) return grads;
  const list: readonly unknown[] = answer instanceof Tensor ? [answer] : Array.isArray(answer) ? answer : [];
  if (list.length !== grads.length)
    throw new RuntimeError(
      `${kind}, got ${list.length === 0 ? describe(answer) : list.length}, but expected ${grads.length}. Return an array with one gradient, or null, for each, or nothing.`,
    );
  return list as Gradients; // an array of as many
}

/** The backward hooks of one call. */
export class BackwardHooks {
  readonly #module: Module;
  readonly #before: readonly CallHook[];
  readonly #after: readonly CallHook[];
  #inputs: Followed = { values: [], node: null, positions: [] };
  /** The gradients of the outputs, between their arrival and that of the inputs'. */
  #gradOutputs: Gradients | null = null;

  constructor(module: Module, before: readonly CallHook[], after: readonly CallHook[]) {
    this.#module = module;
    this.#before = before;
    this.#after = after;
  }

  /** The arguments that `forward` gets. */
  followInputs(args: readonly unknown[]): readonly unknown[] {
    const inputs = (this.#inputs = follow(args));
    inputs.node?.register_hook((grads) => {
      // A gradient may come to the inputs by another way than through the outputs.
      if (this.#gradOutputs === null) return undefined;
      let current: Gradients = spread(inputs, grads);
      for (const { hook } of this.#after)
        current = replaced(
          "Backward hook returned an invalid number of grad_input",
          current,
          hook(this.#module, current, this.#gradOutputs),
        );
      this.#gradOutputs = null;
      return gathered(inputs, current);
    });
    return inputs.values;
  }

  /** The output that the caller gets. */
  followOutput(output: unknown): unknown {
    const isTensor = output instanceof Tensor;
    if (!isTensor && !Array.isArray(output)) {
      warnOnce(
        `For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received ${describe(output)}`,
      );
      return output;
    }
    const outputs = follow(isTensor ? [output] : output);
    outputs.node?.register_hook((_, grads) => {
      let current: Gradients = spread(outputs, grads);
      for (const { hook } of this.#before)
        current = replaced(
          "Backward pre hook returned an invalid number of grad_output",
          current,
          hook(this.#module, current),
        );
      this.#gradOutputs = current;
      if (this.#inputs.node === null) this.#runWithoutInputs(current);
      return gathered(outputs, current);
    });
    if (outputs.node === null) return output;
    return isTensor ? outputs.values[0] : outputs.values;
  }

  /** No input requires grad, so that none of their gradients will arrive. */
  #runWithoutInputs(gradOutputs: Gradients): void {
    if (this.#after.length > 0)
      warnOnce(
        "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more details.",
      );
    const none = this.#inputs.values.map(() => null);
    for (const { hook } of this.#after) {
      const answer: unknown = hook(this.#module, none, gradOutputs);
      const isNothing = Array.isArray(answer) && answer.every((grad) => grad === null);
      if (answer !== null && answer !== undefined && !isNothing)
        throw new RuntimeError(
          "Backward hook for Modules where no input requires gradient should always return None or None for all gradients.",
        );
    }
    this.#gradOutputs = null;
  }
}
