/** Ways to choose what is pruned, and what makes a module's weight of what is left. Source: `torch/nn/utils/prune.py`. */
import { no_grad } from "../../../autograd/modes.ts";
import { ones_like, zeros_like } from "../../../create.ts";
import { AssertionError } from "../../../errors/assertionError.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { formatShape, sameShape } from "../../../shape.ts";
import { Tensor } from "../../../tensor.ts";
import type { Module } from "../../module.ts";
import { attachedFunctions, attachToCalls, detachFromCalls } from "../../module/callHooks.ts";
import { forgetBuffer } from "../../module/members.ts";
import type { Parameter } from "../../parameter.ts";
import { channelDim } from "./amount.ts";

/** What is chosen among: single elements, whole channels, or elements of several tensors. */
export type PruningType = "unstructured" | "structured" | "global";

/** The hooks that compute pruned weights, with their methods. */
const methods = new WeakMap<object, BasePruningMethod>();

/** The methods by which a module's tensors are pruned. */
export function methodsOf(module: Module): readonly BasePruningMethod[] {
  return attachedFunctions(module, "beforeForward").flatMap((hook) => methods.get(hook) ?? []);
}

function tensorAt(module: Module, name: string): Tensor {
  const value: unknown = Reflect.get(module, name);
  if (value instanceof Tensor) return value;
  throw new ValueError(
    `prune: ${module.constructor.name} has no parameter "${name}" to prune. Its parameters are ${[...module.named_parameters({ recurse: false })].map(([each]) => each).join(", ") || "none"}.`,
  );
}

/** A class of methods, as far as making one goes. */
interface MethodClass<Args extends readonly unknown[], M extends BasePruningMethod> {
  new (...args: Args): M;
}

/**
 * A way to choose what is pruned. A subclass has `compute_mask(t, default_mask)`, which gives a mask of 0 and 1 that is 0 at least where `default_mask` is, and
 * `PRUNING_TYPE`; `Subclass.apply(module, "weight", …)` prunes by it.
 *
 * Source: `torch.nn.utils.prune.BasePruningMethod`.
 */
export abstract class BasePruningMethod {
  PRUNING_TYPE: PruningType = "unstructured";
  /** The name of the tensor that is pruned. */
  _tensor_name = "";

  /** A mask of the shape of `t`, the scores: 0 for what is pruned. */
  abstract compute_mask(t: Tensor, default_mask: Tensor): Tensor;

  /** What is left of the module's tensor. Source: `BasePruningMethod.apply_mask`. */
  apply_mask(module: Module): Tensor {
    const [mask, orig] = [
      tensorAt(module, `${this._tensor_name}_mask`),
      tensorAt(module, `${this._tensor_name}_orig`),
    ];
    return mask.to(orig.dtype).mul(orig);
  }

  /** What is left of a tensor that belongs to no module. Source: `BasePruningMethod.prune`. */
  prune(t: Tensor, default_mask: Tensor | null = null, importance_scores: Tensor | null = null): Tensor {
    const scores = scoresFor(t, importance_scores);
    return t.mul(this.compute_mask(scores, default_mask ?? ones_like(t)));
  }

  /** Makes what is left an ordinary parameter again. Source: `BasePruningMethod.remove`. */
  remove(module: Module): void {
    const name = this._tensor_name;
    const left = no_grad(() => this.apply_mask(module));
    const orig = tensorAt(module, `${name}_orig`);
    detachMethod(module, this);
    orig.data = left.detach();
    forgetBuffer(module, `${name}_mask`);
    for (const each of [name, `${name}_orig`, `${name}_mask`]) Reflect.deleteProperty(module, each);
    Reflect.set(module, name, orig);
  }

  /**
   * Prunes a tensor of a module: what it was becomes the parameter `name_orig`, the mask the buffer `name_mask`, and their product is computed before each call.
   *
   * @throws ValueError when there is no such parameter; what the method's constructor and `compute_mask` throw, and then the module is as it was. Source: `BasePruningMethod.apply`.
   */
  static apply<Args extends readonly unknown[], M extends BasePruningMethod>(
    this: MethodClass<Args, M>,
    module: Module,
    name: string,
    ...args: Args
  ): BasePruningMethod {
    return pruneBy(module, name, new this(...args));
  }
}

function scoresFor(t: Tensor, scores: Tensor | null): Tensor {
  if (scores !== null && !sameShape(scores.shape, t.shape))
    throw new AssertionError(
      `importance_scores should have the same shape as the tensor to prune, ${formatShape(t.shape)}, not ${formatShape(scores.shape)}.`,
    );
  return scores ?? t;
}

function attachMethod(module: Module, method: BasePruningMethod): void {
  const compute = (called: unknown): void => {
    const own = called as Module; // what hooks are called with
    Reflect.set(own, method._tensor_name, method.apply_mask(own));
  };
  methods.set(compute, method);
  attachToCalls(module, "beforeForward", compute);
}

function detachMethod(module: Module, method: BasePruningMethod): void {
  const hook = attachedFunctions(module, "beforeForward").find((each) => methods.get(each) === method);
  if (hook !== undefined) detachFromCalls(module, "beforeForward", hook);
}

/** Prunes by a method, together with those by which the tensor was pruned before. */
export function pruneBy(
  module: Module,
  name: string,
  added: BasePruningMethod,
  importance_scores: Tensor | null = null,
): BasePruningMethod {
  const before = methodsOf(module).find(({ _tensor_name }) => _tensor_name === name);
  const orig = tensorAt(module, name);
  const scores = scoresFor(orig, importance_scores);
  added._tensor_name = name;
  const method = before === undefined ? added : new PruningContainer(before, added);
  const known = before === undefined ? ones_like(orig) : tensorAt(module, `${name}_mask`).detach().clone();
  const mask = no_grad(() => method.compute_mask(scores, known));
  if (before === undefined) {
    Reflect.deleteProperty(module, name);
    module.register_parameter(`${name}_orig`, orig as Parameter); // a parameter, or a tensor that register_parameter refuses
  } else detachMethod(module, before);
  module.register_buffer(`${name}_mask`, mask);
  Reflect.set(module, name, method.apply_mask(module));
  attachMethod(module, method);
  return method;
}

/** Where a further method may choose: elements or channels that the mask has left. */
function placesLeft(method: BasePruningMethod, t: Tensor, mask: Tensor): (Tensor | string)[] {
  if (method.PRUNING_TYPE === "unstructured") return [mask.eq(1)];
  if (method.PRUNING_TYPE === "global") return ["..."];
  const dim = channelDim(t.shape, "dim" in method ? Number(method.dim) : -1);
  const others = [...t.shape.keys()].filter((each) => each !== dim);
  return t.shape.map((_, each) => (each === dim ? mask.sum(others).ne(0) : ":"));
}

/** Several methods, one after the other: each chooses among what those before it have left. Source: `torch.nn.utils.prune.PruningContainer`. */
export class PruningContainer extends BasePruningMethod {
  readonly #methods: BasePruningMethod[] = [];

  /** @throws ValueError when the methods prune tensors of different names. */
  constructor(...given: readonly BasePruningMethod[]) {
    super();
    this._tensor_name = given[0]?._tensor_name ?? "";
    for (const method of given)
      if (method instanceof PruningContainer) this.#methods.push(...method);
      else this.add_pruning_method(method);
  }

  /** @throws ValueError when it prunes a tensor of another name. */
  add_pruning_method(method: BasePruningMethod): void {
    if (method._tensor_name !== this._tensor_name)
      throw new ValueError(
        `Can only add pruning methods acting on the parameter named '${this._tensor_name}' to PruningContainer ${this.constructor.name}. Found '${method._tensor_name}'`,
      );
    this.#methods.push(method);
  }

  get length(): number {
    return this.#methods.length;
  }

  [Symbol.iterator](): IterableIterator<BasePruningMethod> {
    return this.#methods.values();
  }

  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const method = this.#methods.at(-1);
    if (method === undefined) return default_mask;
    const places = placesLeft(method, t, default_mask);
    const chosen = method.compute_mask(t.index(...places), default_mask.index(...places));
    const mask = zeros_like(t).copy_(default_mask);
    return mask.index_put_(places, chosen.to(mask.dtype));
  }
}
