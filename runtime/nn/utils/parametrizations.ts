/** `torch.nn.utils.parametrizations`: what weights are commonly computed from. Source: `torch/nn/utils/parametrizations.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { bind } from "../../binding.ts";
import { IndexError } from "../../errors/indexError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { normalize } from "../../ops/reductions/lengths.ts";
import { choice, flag, integer, keywordOnly, number, optionalInteger } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";
import { Module } from "../module.ts";
import { someModule, word } from "./given.ts";
import { _Orthogonal, type OrthogonalMap } from "./orthogonal.ts";
import { register_parametrization } from "./parametrize.ts";
import { asMatrix, dimOfOutputs, direction, divided, randomDirection } from "./spectralNorm.ts";
import { firstLengths, weightOf } from "./weightNorm.ts";

type Parametrized<M extends Module> = ReturnType<typeof register_parametrization<M>>;

/** @throws ValueError when the module has no tensor of that name. */
function tensorOf(module: Module, name: string): Tensor {
  const tensor: unknown = Reflect.get(module, name);
  if (tensor instanceof Tensor) return tensor;
  throw new ValueError(`Module '${module.toString()}' has no parameter or buffer with name '${name}'`);
}

class _WeightNorm extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override forward(lengths: Tensor, direction: Tensor): Tensor {
    return weightOf(direction, lengths, this.dim);
  }

  right_inverse(weight: Tensor): readonly Tensor[] {
    return [firstLengths(weight, this.dim), weight];
  }
}

/** What `weight_norm` takes by name. */
export interface WeightNormOptions {
  readonly name?: string;
  /** The dimension whose slices have a length each, 0 unless given; `null` for one length. */
  readonly dim?: number | null;
}

/**
 * Computes a weight from lengths, `parametrizations.weight.original0`, and a direction, `original1`: w = g · v / ‖v‖.
 *
 * @throws ValueError when the module has no such parameter.
 * Source: `torch.nn.utils.parametrizations.weight_norm`; Salimans and Kingma (2016).
 */
export function weight_norm<M extends Module>(
  module: M,
  name?: string | WeightNormOptions,
  dim?: number | null | Omit<WeightNormOptions, "name">,
): Parametrized<M>;
export function weight_norm(...args: readonly unknown[]): Parametrized<Module> {
  const table = { module: someModule, name: word("weight"), dim: { ...optionalInteger, fallback: 0 } };
  const { module, name, dim } = bind("weight_norm", table, args);
  const result = register_parametrization(module, name, new _WeightNorm(dim ?? -1), { unsafe: true });
  // States of the former `weight_norm` have other names.
  module.register_load_state_dict_pre_hook((_, state, prefix) => {
    const [lengths, directions] = [`${prefix}${name}_g`, `${prefix}${name}_v`];
    if (!(lengths in state && directions in state)) return;
    state[`${prefix}parametrizations.${name}.original0`] = state[lengths];
    state[`${prefix}parametrizations.${name}.original1`] = state[directions];
    delete state[lengths];
    delete state[directions];
  });
  return result;
}

class _SpectralNorm extends Module {
  readonly dim: number;
  readonly eps: number;
  readonly n_power_iterations: number;
  declare _u: Tensor;
  declare _v: Tensor;

  constructor(weight: Tensor, n_power_iterations: number, dim: number, eps: number) {
    super();
    const { ndim } = weight;
    if (dim >= ndim || dim < -ndim)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`,
      );
    if (n_power_iterations <= 0)
      throw new ValueError(
        `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
      );
    this.dim = dim >= 0 ? dim : dim + ndim;
    this.eps = eps;
    this.n_power_iterations = n_power_iterations;
    // A vector's length is known without iterations.
    if (ndim <= 1) return;
    no_grad(() => {
      const matrix = asMatrix(weight, this.dim);
      this.register_buffer("_u", randomDirection(weight, matrix.size(0), eps));
      this.register_buffer("_v", randomDirection(weight, matrix.size(1), eps));
      this.iterate(matrix, 15);
    });
  }

  private iterate(matrix: Tensor, times: number): void {
    no_grad(() => {
      for (let i = 0; i < times; i++) {
        this._u.copy_(direction(matrix.mv(this._v), this.eps));
        this._v.copy_(direction(matrix.t().mv(this._u), this.eps));
      }
    });
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalize(weight, { dim: 0, eps: this.eps });
    const matrix = asMatrix(weight, this.dim);
    if (this.training) this.iterate(matrix, this.n_power_iterations);
    return divided(weight, matrix, this._u, this._v);
  }

  right_inverse(value: Tensor): Tensor {
    return value;
  }
}

/** What `spectral_norm` takes by name. */
export interface SpectralNormOptions {
  readonly name?: string;
  /** Steps of the power method each time the weight is read in training; 1 unless given. */
  readonly n_power_iterations?: number;
  /** What keeps a division from one by 0; 1e-12 unless given. */
  readonly eps?: number;
  /** The dimension of the outputs: 1 for transposed convolutions, 0 for others. */
  readonly dim?: number | null;
}

/**
 * Divides a weight by its largest singular value, which the power method estimates each time the weight is read in training.
 *
 * @throws ValueError when the module has no such parameter or there are no iterations.
 * Source: `torch.nn.utils.parametrizations.spectral_norm`; Miyato et al. (2018).
 */
export function spectral_norm<M extends Module>(
  module: M,
  name?: string | SpectralNormOptions,
  n_power_iterations?: number | Omit<SpectralNormOptions, "name">,
  eps?: number | Pick<SpectralNormOptions, "eps" | "dim">,
  dim?: number | null | Pick<SpectralNormOptions, "dim">,
): Parametrized<M>;
export function spectral_norm(...args: readonly unknown[]): Parametrized<Module> {
  const { module, name, n_power_iterations, eps, dim } = bind("spectral_norm", spectralParameters, args);
  const weight = tensorOf(module, name);
  const norm = new _SpectralNorm(weight, n_power_iterations, dim ?? dimOfOutputs(module), eps);
  return register_parametrization(module, name, norm);
}

const spectralParameters = {
  module: someModule,
  name: word("weight"),
  n_power_iterations: integer(1),
  eps: number(1e-12),
  dim: optionalInteger,
};

/** What `orthogonal` takes by name. */
export interface OrthogonalOptions {
  readonly name?: string;
  /** How the matrix is made: `"matrix_exp"` for square ones and `"householder"` for others, unless given. */
  readonly orthogonal_map?: OrthogonalMap | null;
  /** Whether the value begins as the weight that there is; `true` unless given. */
  readonly use_trivialization?: boolean;
}

const orthogonalParameters = {
  module: someModule,
  name: word("weight"),
  orthogonal_map: {
    ...choice(["matrix_exp", "cayley", "householder"], "matrix_exp"),
    expects: '"matrix_exp", "cayley" or "householder"',
    fallback: null,
    // Other words are refused below, as PyTorch refuses them.
    convert: (value: unknown) =>
      value === null || typeof value === "string" ? (value as OrthogonalMap | null) : undefined,
  },
  use_trivialization: keywordOnly(flag(true)),
};

/**
 * Keeps a matrix, or a batch of them, orthogonal: its columns have length 1 and are perpendicular, or its rows where there are fewer.
 *
 * @throws ValueError when the module has no such matrix, or for another map.
 * Source: `torch.nn.utils.parametrizations.orthogonal`; Lezcano-Casado, "Trivializations for Gradient-Based Optimization on Manifolds" (2019).
 */
export function orthogonal<M extends Module>(
  module: M,
  name?: string | OrthogonalOptions,
  orthogonal_map?: OrthogonalMap | null | Omit<OrthogonalOptions, "name">,
  options?: Pick<OrthogonalOptions, "use_trivialization">,
): Parametrized<M>;
export function orthogonal(...args: readonly unknown[]): Parametrized<Module> {
  const { module, name, orthogonal_map, use_trivialization } = bind("orthogonal", orthogonalParameters, args);
  const weight = tensorOf(module, name);
  if (weight.ndim < 2)
    throw new ValueError(
      `Expected a matrix or batch of matrices. Got a tensor of ${weight.ndim} dimensions.`,
    );
  const map = orthogonal_map ?? (weight.size(-2) === weight.size(-1) ? "matrix_exp" : "householder");
  if (!["matrix_exp", "cayley", "householder"].includes(map))
    throw new ValueError(
      `orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${String(map)}`,
    );
  return register_parametrization(module, name, new _Orthogonal(weight, map, use_trivialization), {
    unsafe: true,
  });
}
