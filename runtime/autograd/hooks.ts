/** What users attach to gradients and to functions of the graph. Source: `torch/utils/hooks.py`, `torch/csrc/autograd/python_hook.cpp`. */
import { describe } from "../binding.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What users attach to a gradient: it may answer with another gradient to use instead. */
export type Hook = (grad: Tensor) => Tensor | null | undefined | void;

type Gradients = readonly (Tensor | null)[];

/** Called after a derivative with the gradients of the inputs and of the results; it may answer with others for the inputs. */
export type NodeHook = (
  grad_inputs: Gradients,
  grad_outputs: Gradients,
) => Gradients | Tensor | null | undefined | void;

/** Called before a derivative with the gradients of the results; it may answer with others. */
export type NodePreHook = (grad_outputs: Gradients) => Gradients | Tensor | null | undefined | void;

/** The hooks of one function. */
export class NodeHooks {
  readonly before: NodePreHook[] = [];
  readonly after: NodeHook[] = [];
}

/** What `register_hook` gives: it takes the hook away again. `using handle = …` does so at the end of a block. */
export class RemovableHandle {
  readonly #remove: () => void;

  constructor(hooks: unknown[], hook: unknown, remove: (() => void) | null = null) {
    hooks.push(hook);
    this.#remove =
      remove ??
      (() => {
        const position = hooks.indexOf(hook);
        if (position >= 0) hooks.splice(position, 1);
      });
  }

  /** One handle for several. @internal */
  static of(handles: readonly RemovableHandle[]): RemovableHandle {
    return new RemovableHandle([], null, () => handles.forEach((handle) => handle.remove()));
  }

  remove(): void {
    this.#remove();
  }

  [Symbol.dispose](): void {
    this.#remove();
  }
}

function nameOf(hook: (...args: never[]) => unknown): string {
  return hook.name === "" ? "<lambda>" : hook.name;
}

/** Lets hooks see a gradient one after the other, and replace it. @throws when one gives something else than a gradient of that kind. */
export function runHooks(hooks: readonly Hook[], grad: Tensor): Tensor {
  // A hook may remove itself.
  return [...hooks].reduce<Tensor>((current, hook) => replaced(hook, current, hook(current)), grad);
}

function replaced(hook: Hook, before: Tensor, after: unknown): Tensor {
  if (after === undefined || after === null) return before;
  if (!(after instanceof Tensor))
    throw new TypeError(
      `expected Variable, but hook returned '${typeof after}': a hook returns a Tensor to use instead of the gradient, or nothing.`,
    );
  if (after.dtype !== before.dtype)
    throw new RuntimeError(
      `hook '${nameOf(hook)}' has changed the type of value (was torch.${before.dtype.typeName}Tensor got torch.${after.dtype.typeName}Tensor). Return a gradient of the same dtype.`,
    );
  if (!sameShape(after.shape, before.shape))
    throw new RuntimeError(
      `hook '${nameOf(hook)}' has changed the size of value: ${formatShape(before.shape)} became ${formatShape(after.shape)}. Return a gradient of the same shape.`,
    );
  return after;
}

/** What a function's hook gave, as as many gradients as there were. */
function gradientsFrom(hook: (...args: never[]) => unknown, before: Gradients, after: unknown): Gradients {
  if (after === undefined || after === null) return before;
  const list = after instanceof Tensor ? [after] : after;
  if (!Array.isArray(list))
    throw new TypeError(
      `expected tuple, but hook returned '${typeof after}': a function's hook returns an array of gradients, or nothing; this is ${describe(after)}.`,
    );
  if (list.length !== before.length)
    throw new RuntimeError(
      `hook '${nameOf(hook)}' has returned an incorrect number of values (got ${list.length}, but expected ${before.length}).`,
    );
  return list as Gradients; // an array of as many gradients
}

/** Runs the hooks before a derivative. */
export function runBefore({ before }: NodeHooks, grads: Gradients): Gradients {
  return [...before].reduce<Gradients>((current, hook) => gradientsFrom(hook, current, hook(current)), grads);
}

/** Runs the hooks after a derivative. */
export function runAfter({ after }: NodeHooks, inputs: Gradients, outputs: Gradients): Gradients {
  return [...after].reduce<Gradients>(
    (current, hook) => gradientsFrom(hook, current, hook(current, outputs)),
    inputs,
  );
}
