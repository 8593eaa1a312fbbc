/** Gradients that are kept within bounds. Source: `torch/nn/utils/clip_grad.py`; Pascanu et al., "On the difficulty of training recurrent neural networks" (2013). */
import { no_grad } from "../../autograd/modes.ts";
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { tensor } from "../../create.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { vector_norm } from "../../ops/reductions/norms.ts";
import { stack } from "../../ops/shaping/joining.ts";
import { flag, number, optionalFlag, tensor as tensorParameter, type Parameter } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { warnOnce } from "../../warn.ts";
import { someTensors, type TensorOrTensors } from "./given.ts";

/** Which norm: a number, or the word for the largest element. */
export type NormType = number | "inf" | "-inf";

const normType: Parameter<number> = {
  expects: 'a number or "inf"',
  fallback: 2,
  convert: (value) =>
    typeof value === "number" ? value : value === "inf" ? Infinity : value === "-inf" ? -Infinity : undefined,
};

/** What `get_total_norm` takes. */
export interface TotalNormArguments {
  readonly tensors: TensorOrTensors;
  readonly norm_type?: NormType;
  /** Whether a norm that is infinite or not a number is an error; `false` unless given. */
  readonly error_if_nonfinite?: boolean;
  /** Taken, and without effect: there is one implementation. */
  readonly foreach?: boolean | null;
}

/** What `clip_grad_norm_` takes. */
export interface ClipGradNormArguments extends Omit<TotalNormArguments, "tensors"> {
  readonly parameters: TensorOrTensors;
  /** The largest norm that stays as it is. */
  readonly max_norm: number;
}

/** What `clip_grads_with_norm_` takes. */
export interface ClipGradsWithNormArguments {
  readonly parameters: TensorOrTensors;
  readonly max_norm: number;
  /** What `get_total_norm` gave for the gradients. */
  readonly total_norm: Tensor;
  readonly foreach?: boolean | null;
}

/** What `clip_grad_value_` takes. */
export interface ClipGradValueArguments {
  readonly parameters: TensorOrTensors;
  /** The largest absolute value that stays as it is. */
  readonly clip_value: number;
  readonly foreach?: boolean | null;
}

const normParameters = { norm_type: normType, error_if_nonfinite: flag(false), foreach: optionalFlag };

function gradientsOf(parameters: readonly Tensor[]): Tensor[] {
  return parameters.map((parameter) => parameter.grad).filter((grad) => grad !== null);
}

/** @throws RuntimeError when the norm is not finite and that is an error. */
function totalNorm(tensors: readonly Tensor[], norm: number, mustBeFinite: boolean): Tensor {
  if (tensors.length === 0) return tensor(0);
  return no_grad(() => {
    const { device } = tensors[0]!; // there is one
    const norms = tensors.map((each) => vector_norm(each, norm).to(device));
    const total = vector_norm(stack(norms), norm);
    if (mustBeFinite && !Number.isFinite(Number(total.item())))
      throw new RuntimeError(
        `The total norm of order ${norm.toFixed(1)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``,
      );
    return total;
  });
}

function scale(parameters: readonly Tensor[], max_norm: number, total: Tensor): void {
  no_grad(() => {
    const factor = total.add(1e-6).reciprocal().mul(max_norm).clamp({ max: 1 });
    // Without a condition nothing waits for the device.
    for (const grad of gradientsOf(parameters)) grad.mul_(factor.to(grad.device));
  });
}

/**
 * The norm of several tensors as if they were one vector, a tensor without dimensions.
 *
 * @throws RuntimeError when it is not finite and `error_if_nonfinite` is true. Source: `torch.nn.utils.get_total_norm`.
 */
export function get_total_norm(
  ...args: CallForms<
    TotalNormArguments,
    [tensors: TensorOrTensors, norm_type?: NormType, error_if_nonfinite?: boolean, foreach?: boolean | null]
  >
): Tensor {
  const given = bind("get_total_norm", { tensors: someTensors, ...normParameters }, args);
  return totalNorm(given.tensors, given.norm_type, given.error_if_nonfinite);
}

/**
 * Scales the gradients down, in place, so that their norm is `max_norm` at most, given the norm that they have: grad · min(max_norm / (total_norm + 1e-6), 1).
 *
 * Source: `torch.nn.utils.clip_grads_with_norm_`.
 */
export function clip_grads_with_norm_(
  ...args: CallForms<
    ClipGradsWithNormArguments,
    [parameters: TensorOrTensors, max_norm: number, total_norm: Tensor, foreach?: boolean | null],
    ["parameters", "max_norm", "total_norm"]
  >
): void {
  const parameters = {
    parameters: someTensors,
    max_norm: number(),
    total_norm: tensorParameter,
    foreach: optionalFlag,
  };
  const given = bind("clip_grads_with_norm_", parameters, args);
  scale(given.parameters, given.max_norm, given.total_norm);
}

/**
 * Scales the gradients of the parameters down, in place, so that their norm, taken as one vector, is `max_norm` at most, and gives the norm that they had:
 * `nn.utils.clip_grad_norm_(net.parameters(), 1)` between `backward` and `step`.
 *
 * @throws RuntimeError when the norm is not finite and `error_if_nonfinite` is true; nothing is changed then. Source: `torch.nn.utils.clip_grad_norm_`.
 */
export function clip_grad_norm_(
  ...args: CallForms<
    ClipGradNormArguments,
    [
      parameters: TensorOrTensors,
      max_norm: number,
      norm_type?: NormType,
      error_if_nonfinite?: boolean,
      foreach?: boolean | null,
    ],
    ["parameters", "max_norm"]
  >
): Tensor {
  const table = { parameters: someTensors, max_norm: number(), ...normParameters };
  const { parameters, max_norm, norm_type, error_if_nonfinite } = bind("clip_grad_norm_", table, args);
  if (parameters.length === 0 && isIterator(args[0]))
    warnOnce("`parameters` is an empty generator, no gradient clipping will occur.");
  const total = totalNorm(gradientsOf(parameters), norm_type, error_if_nonfinite);
  scale(parameters, max_norm, total);
  return total;
}

/** Whether something is gone through once, as `net.parameters()` is. */
function isIterator(value: unknown): boolean {
  return typeof value === "object" && value !== null && "next" in value;
}

/** Sets the elements of the gradients beyond ±`clip_value` to it, in place. Source: `torch.nn.utils.clip_grad_value_`. */
export function clip_grad_value_(
  ...args: CallForms<
    ClipGradValueArguments,
    [parameters: TensorOrTensors, clip_value: number, foreach?: boolean | null],
    ["parameters", "clip_value"]
  >
): void {
  const table = { parameters: someTensors, clip_value: number(), foreach: optionalFlag };
  const { parameters, clip_value } = bind("clip_grad_value_", table, args);
  no_grad(() => {
    for (const grad of gradientsOf(parameters)) grad.clamp_(-clip_value, clip_value);
  });
}
