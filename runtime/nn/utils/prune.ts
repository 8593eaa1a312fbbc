/** `torch.nn.utils.prune`: weights of which a part is zero. Source: `torch/nn/utils/prune.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { bind } from "../../binding.ts";
import { ones_like } from "../../create.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, optionalTensor, tensor } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { someModule } from "./given.ts";
import { BasePruningMethod, methodsOf, pruneBy, PruningContainer } from "./pruning/method.ts";
import {
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  normOrder,
  RandomStructured,
  RandomUnstructured,
  type NormOrder,
} from "./pruning/methods.ts";
import { parameters_to_vector } from "./vectors.ts";

export {
  BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  PruningContainer,
  RandomStructured,
  RandomUnstructured,
};

const text = {
  expects: 'the name of a parameter, such as "weight"',
  convert: (value: unknown): string | undefined => (typeof value === "string" ? value : undefined),
};
const place = { module: someModule, name: text };
const amount = number();

/** What pruning by scores takes by name. */
interface ScoreOptions {
  /** Numbers to choose by in place of the elements, of the same shape. */
  readonly importance_scores?: Tensor | null;
}

/** What pruning an amount takes by name. */
interface AmountOptions {
  /** How much: a whole number of elements or channels, or a fraction of them. */
  readonly amount: number;
}

/** Prepares a tensor for pruning, and prunes nothing. Source: `torch.nn.utils.prune.identity`. */
export function identity<M extends Module>(module: M, name: string): M {
  pruneBy(module, name, new Identity());
  return module;
}

/** Prunes elements at random: a number of them, or a fraction. @throws ValueError when there are not so many. Source: `torch.nn.utils.prune.random_unstructured`. */
export function random_unstructured<M extends Module>(
  module: M,
  name: string,
  amount: number | AmountOptions,
): M;
export function random_unstructured(...args: readonly unknown[]): Module {
  const given = bind("random_unstructured", { ...place, amount }, args);
  pruneBy(given.module, given.name, new RandomUnstructured(given.amount));
  return given.module;
}

/**
 * Prunes the elements nearest to zero: a number of them, or a fraction. What is left is `module.weight`; `module.weight_orig` learns, and `module.weight_mask` says what is left.
 *
 * @throws ValueError when there are not so many. Source: `torch.nn.utils.prune.l1_unstructured`.
 */
export function l1_unstructured<M extends Module>(
  module: M,
  name: string,
  amount: number | (AmountOptions & ScoreOptions),
  importance_scores?: Tensor | null | ScoreOptions,
): M;
export function l1_unstructured(...args: readonly unknown[]): Module {
  const table = { ...place, amount, importance_scores: optionalTensor };
  const given = bind("l1_unstructured", table, args);
  pruneBy(given.module, given.name, new L1Unstructured(given.amount), given.importance_scores);
  return given.module;
}

/** Prunes channels at random. @throws ValueError for a vector, or when there are not so many. Source: `torch.nn.utils.prune.random_structured`. */
export function random_structured<M extends Module>(
  module: M,
  name: string,
  amount: number | (AmountOptions & { readonly dim: number }),
  dim?: number | { readonly dim: number },
): M;
export function random_structured(...args: readonly unknown[]): Module {
  const given = bind("random_structured", { ...place, amount, dim: integer() }, args);
  pruneBy(given.module, given.name, new RandomStructured(given.amount, given.dim));
  return given.module;
}

/** What pruning by norms takes by name. */
interface NormOptions extends ScoreOptions {
  /** The order of the norm. */
  readonly n: NormOrder;
  /** The dimension of the channels. */
  readonly dim: number;
}

/** Prunes the channels with the smallest norms of order `n`. @throws ValueError for a vector, or when there are not so many. Source: `torch.nn.utils.prune.ln_structured`. */
export function ln_structured<M extends Module>(
  module: M,
  name: string,
  amount: number | (AmountOptions & NormOptions),
  n?: NormOrder | NormOptions,
  dim?: number | (ScoreOptions & { readonly dim: number }),
  importance_scores?: Tensor | null | ScoreOptions,
): M;
export function ln_structured(...args: readonly unknown[]): Module {
  const table = { ...place, amount, n: normOrder, dim: integer(), importance_scores: optionalTensor };
  const given = bind("ln_structured", table, args);
  const method = new LnStructured(given.amount, given.n, given.dim);
  pruneBy(given.module, given.name, method, given.importance_scores);
  return given.module;
}

/** Prunes where a mask of the tensor's shape is 0. @throws AssertionError for another shape. Source: `torch.nn.utils.prune.custom_from_mask`. */
export function custom_from_mask<M extends Module>(
  module: M,
  name: string,
  mask: Tensor | { readonly mask: Tensor },
): M;
export function custom_from_mask(...args: readonly unknown[]): Module {
  const given = bind("custom_from_mask", { ...place, mask: tensor }, args);
  pruneBy(given.module, given.name, new CustomFromMask(given.mask));
  return given.module;
}

/** A tensor of a module. */
export type PrunedPlace = readonly [module: Module, name: string];

/** What `global_unstructured` takes besides the tensors and the method. */
export interface GlobalOptions {
  readonly amount: number;
  /** Numbers to choose by in place of the elements: one tensor, or `null`, for each of the places. */
  readonly importance_scores?: readonly (Tensor | null)[] | null;
}

function tensorOf([module, name]: PrunedPlace): Tensor {
  const value: unknown = Reflect.get(module, name);
  if (value instanceof Tensor) return value;
  throw new ValueError(
    `global_unstructured(): ${module.constructor.name} has no parameter "${name}" to prune.`,
  );
}

/**
 * Prunes the tensors of several modules as if they were one: `global_unstructured([[net.conv1, "weight"], [net.fc, "weight"]], prune.L1Unstructured, {amount: 0.2})`.
 *
 * @throws TypeError for a method that does not choose single elements, ValueError when there are not so many. Source: `torch.nn.utils.prune.global_unstructured`.
 */
export function global_unstructured(
  parameters: Iterable<PrunedPlace>,
  pruning_method: new (amount: number) => BasePruningMethod,
  { amount, importance_scores = null }: GlobalOptions,
): void {
  const places = [...parameters];
  const method = new pruning_method(amount);
  if (method.PRUNING_TYPE !== "unstructured")
    throw new TypeError(
      `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method ${pruning_method.name} of type ${method.PRUNING_TYPE}`,
    );
  const tensors = places.map(tensorOf);
  const mask = no_grad(() => {
    const scores = parameters_to_vector(tensors.map((each, i) => importance_scores?.[i] ?? each));
    const before = places.map(([module, name], i) => {
      const found: unknown = Reflect.get(module, `${name}_mask`);
      return found instanceof Tensor ? found : ones_like(tensors[i]!); // one for each place
    });
    return new PruningContainer(method).compute_mask(scores, parameters_to_vector(before));
  });
  let start = 0;
  for (const [i, [module, name]] of places.entries()) {
    const own = tensors[i]!; // one for each place
    custom_from_mask(module, name, mask.narrow(0, start, own.numel()).view(own.shape));
    start += own.numel();
  }
}

/** Makes what is left of a tensor an ordinary parameter again. @throws ValueError when it is not pruned. Source: `torch.nn.utils.prune.remove`. */
export function remove<M extends Module>(module: M, name: string): M {
  const method = methodsOf(module).find(({ _tensor_name }) => _tensor_name === name);
  if (method === undefined)
    throw new ValueError(
      `Parameter '${name}' of module ${module.toString()} has to be pruned before pruning can be removed`,
    );
  method.remove(module);
  return module;
}

/** Whether a tensor of the module, or of one within it, is pruned. Source: `torch.nn.utils.prune.is_pruned`. */
export function is_pruned(module: Module): boolean {
  return [...module.modules()].some((each) => methodsOf(each).length > 0);
}
