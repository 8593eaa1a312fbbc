/** The former ways to compute a weight before each call, with hooks. Source: `torch/nn/utils/weight_norm.py`, `torch/nn/utils/spectral_norm.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { bind } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, optionalInteger } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { attachedFunctions, attachToCalls, detachFromCalls } from "../module/callHooks.ts";
import { forgetBuffer } from "../module/members.ts";
import { Parameter } from "../parameter.ts";
import { someModule, word } from "./given.ts";
import type { SpectralNormOptions, WeightNormOptions } from "./parametrizations.ts";
import { asMatrix, dimOfOutputs, direction, divided, randomDirection } from "./spectralNorm.ts";
import { firstLengths, weightOf } from "./weightNorm.ts";

/** A weight that is computed before each call. */
interface Renormalisation {
  readonly kind: "weight_norm" | "spectral_norm";
  readonly name: string;
  /** The weight of a module, which may be a copy of the one that this was made for. */
  compute(module: Module, isCalled: boolean): Tensor;
  /** The names of what it is computed from. */
  readonly sources: readonly string[];
}

/** The hooks that compute weights. */
const renormalisations = new WeakMap<(...args: unknown[]) => unknown, Renormalisation>();

function tensorAt(module: Module, name: string): Tensor {
  return Reflect.get(module, name) as Tensor; // it was put there when the weight was renormalised
}

/** The hook that computes a weight, `undefined` where there is none. */
function hookOf(module: Module, kind: string, name: string): ((...args: unknown[]) => unknown) | undefined {
  return attachedFunctions(module, "beforeForward").find((hook) => {
    const found = renormalisations.get(hook);
    return found?.kind === kind && found.name === name;
  });
}

/** The parameter of that name. @throws RuntimeError when it is computed already, ValueError when there is none. */
function weightAt(module: Module, kind: string, name: string): Parameter {
  if (hookOf(module, kind, name) !== undefined)
    throw new RuntimeError(`Cannot register two ${kind} hooks on the same parameter ${name}`);
  const weight: unknown = Reflect.get(module, name);
  if (weight instanceof Parameter) return weight;
  throw new ValueError(`${kind} cannot be applied as parameter \`${name}\` is None`);
}

function install(module: Module, renormalisation: Renormalisation): void {
  const compute = (called: unknown): void => {
    const own = called as Module; // what hooks are called with
    Reflect.set(own, renormalisation.name, renormalisation.compute(own, true));
  };
  renormalisations.set(compute, renormalisation);
  attachToCalls(module, "beforeForward", compute);
}

/** Makes a computed weight a parameter again. @throws ValueError when it is not computed. */
function remove(module: Module, kind: string, name: string): void {
  const hook = hookOf(module, kind, name);
  if (hook === undefined) throw new ValueError(`${kind} of '${name}' not found in ${module.toString()}`);
  const { compute, sources } = renormalisations.get(hook)!; // that is how it was found
  const weight = no_grad(() => compute(module, false));
  detachFromCalls(module, "beforeForward", hook);
  for (const each of [name, ...sources]) {
    forgetBuffer(module, each);
    Reflect.deleteProperty(module, each);
  }
  Reflect.set(module, name, new Parameter(weight.detach()));
}

/**
 * Computes a weight before each call from lengths, `weight_g`, and a direction, `weight_v`. `parametrizations.weight_norm` is the newer way.
 *
 * @throws ValueError when the module has no such parameter, RuntimeError when it is computed already.
 * Source: `torch.nn.utils.weight_norm`; Salimans and Kingma, "Weight Normalization" (2016).
 */
export function weight_norm<M extends Module>(
  module: M,
  name?: string | WeightNormOptions,
  dim?: number | null | Omit<WeightNormOptions, "name">,
): M;
export function weight_norm(...args: readonly unknown[]): Module {
  const table = { module: someModule, name: word("weight"), dim: { ...optionalInteger, fallback: 0 } };
  const { module, name, dim: given } = bind("weight_norm", table, args);
  const dim = given ?? -1;
  const weight = weightAt(module, "weight_norm", name);
  const [g, v] = [`${name}_g`, `${name}_v`];
  const lengths = no_grad(() => firstLengths(weight, dim));
  Reflect.deleteProperty(module, name);
  module.register_parameter(g, new Parameter(lengths));
  module.register_parameter(v, new Parameter(weight.detach()));
  const compute = (own: Module): Tensor => weightOf(tensorAt(own, v), tensorAt(own, g), dim);
  Reflect.set(module, name, compute(module));
  install(module, { kind: "weight_norm", name, compute, sources: [g, v] });
  return module;
}

/** Makes the weight an ordinary parameter again. @throws ValueError when it has no weight norm. Source: `torch.nn.utils.remove_weight_norm`. */
export function remove_weight_norm<M extends Module>(module: M, name = "weight"): M {
  remove(module, "weight_norm", name);
  return module;
}

const spectralParameters = {
  module: someModule,
  name: word("weight"),
  n_power_iterations: integer(1),
  eps: number(1e-12),
  dim: optionalInteger,
};

/**
 * Divides a weight by its largest singular value before each call, as far as the power method knows it. `parametrizations.spectral_norm` is the newer way.
 *
 * @throws ValueError when the module has no such parameter or there are no iterations, RuntimeError when it is computed already.
 * Source: `torch.nn.utils.spectral_norm`; Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018).
 */
export function spectral_norm<M extends Module>(
  module: M,
  name?: string | SpectralNormOptions,
  n_power_iterations?: number | Omit<SpectralNormOptions, "name">,
  eps?: number | Pick<SpectralNormOptions, "eps" | "dim">,
  dim?: number | null | Pick<SpectralNormOptions, "dim">,
): M;
export function spectral_norm(...args: readonly unknown[]): Module {
  const given = bind("spectral_norm", spectralParameters, args);
  const { module, name, n_power_iterations, eps } = given;
  if (n_power_iterations <= 0)
    throw new ValueError(
      `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
    );
  const weight = weightAt(module, "spectral_norm", name);
  const dim = given.dim ?? dimOfOutputs(module);
  const sources = [`${name}_orig`, `${name}_u`, `${name}_v`] as const;
  const [orig, u, v] = sources;
  const matrix = no_grad(() => asMatrix(weight, dim));
  const vectors = no_grad(() =>
    [matrix.size(0), matrix.size(1)].map((size) => randomDirection(weight, size, eps)),
  );
  Reflect.deleteProperty(module, name);
  module.register_parameter(orig, weight);
  Reflect.set(module, name, weight.data);
  module.register_buffer(u, vectors[0]!); // a matrix has two sizes
  module.register_buffer(v, vectors[1]!);
  const compute = (own: Module, isCalled: boolean): Tensor => {
    const [source, left, right] = [tensorAt(own, orig), tensorAt(own, u), tensorAt(own, v)];
    const rows = asMatrix(source, dim);
    if (isCalled && own.training)
      no_grad(() => {
        for (let i = 0; i < n_power_iterations; i++) {
          right.copy_(direction(rows.t().mv(left), eps));
          left.copy_(direction(rows.mv(right), eps));
        }
      });
    return divided(source, rows, left, right);
  };
  install(module, { kind: "spectral_norm", name, compute, sources });
  return module;
}

/** Makes the weight an ordinary parameter again. @throws ValueError when it has no spectral norm. Source: `torch.nn.utils.remove_spectral_norm`. */
export function remove_spectral_norm<M extends Module>(module: M, name = "weight"): M {
  remove(module, "spectral_norm", name);
  return module;
}
