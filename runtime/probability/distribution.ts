/** What all distributions have in common. Source: `torch/distributions/distribution.py`, `torch/distributions/utils.py`. */
import { no_grad } from "../autograd/modes.ts";
import { full } from "../create.ts";
import { get_default_dtype } from "../dtype.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { broadcast_tensors } from "../ops/shaping/grids.ts";
import { flag, type Parameter } from "../parameters.ts";
import { formatShape, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What every distribution takes by name. */
export interface DistributionSettings {
  /** Whether the parameters are looked at; `true` unless given. */
  readonly validate_args?: boolean;
}

/** The parameter `validate_args`. */
export const settings: { readonly validate_args: Parameter<boolean> } = { validate_args: flag(true) };

/** A parameter of a distribution: a tensor, or a number. */
export const tensorOrNumber: Parameter<Tensor | number> = {
  expects: "a Tensor or a number",
  convert: (value) => (value instanceof Tensor || typeof value === "number" ? value : undefined),
};

/** The same, or `null` where another parameter says it. */
export const optionalTensorOrNumber: Parameter<Tensor | number | null> = {
  expects: "a Tensor, a number or null",
  fallback: null,
  convert: (value) => (value === null ? null : tensorOrNumber.convert(value)),
};

/** Parameters of one shape; numbers have the dtype and device of the tensors beside them, or else the default ones. */
export function broadcastAll(...values: readonly (Tensor | number)[]): readonly Tensor[] {
  const beside = values.find((value) => value instanceof Tensor);
  const dtype = beside?.dtype.is_floating_point === true ? beside.dtype : get_default_dtype();
  const place = beside === undefined ? { dtype } : { dtype, device: beside.device };
  const tensors = values.map((value) => (value instanceof Tensor ? value : full([], value, place)));
  return broadcast_tensors(tensors);
}

/** What each element of a parameter has to be, in words and as a question. */
interface Constraint {
  readonly expects: string;
  readonly holds: (parameter: Tensor) => Tensor;
}

/** Any number but NaN. */
export const real: Constraint = { expects: "Real()", holds: (x) => x.eq(x) };
/** More than 0. */
export const positive: Constraint = { expects: "GreaterThan(lower_bound=0.0)", holds: (x) => x.gt(0) };
/** From 0 to 1. */
export const probability: Constraint = {
  expects: "Interval(lower_bound=0.0, upper_bound=1.0)",
  holds: (x) => x.ge(0).logical_and(x.le(1)),
};
/** Probabilities in the last dimension, which sum to 1. */
export const simplex: Constraint = {
  expects: "Simplex()",
  holds: (x) => x.ge(0).all(-1).logical_and(x.sum(-1).sub(1).abs().lt(1e-6)),
};

/** @throws ValueError when an element of a parameter is not what it has to be. */
export function checkParameter(
  distribution: string,
  name: string,
  value: Tensor,
  constraint: Constraint,
): void {
  if (no_grad(() => Boolean(constraint.holds(value).all().item()))) return;
  throw new ValueError(
    `Expected parameter ${name} (Tensor of shape ${formatShape(value.shape)}) of distribution ${distribution} to satisfy the constraint ${constraint.expects}, but found invalid values:\n${String(value)}`,
  );
}

/**
 * The base of all distributions: `batch_shape` numbers of them, each of which gives tensors of shape `event_shape`.
 *
 * Source: `torch.distributions.Distribution`.
 */
export abstract class Distribution {
  readonly batch_shape: Shape;
  readonly event_shape: Shape = [];

  constructor(batch_shape: Shape) {
    this.batch_shape = batch_shape;
  }

  /** The mean of each distribution. */
  abstract get mean(): Tensor;
  /** The variance of each distribution. */
  abstract get variance(): Tensor;

  /** Draws numbers without a history: shape `[...sample_shape, ...batch_shape]`. */
  abstract sample(sample_shape?: Shape): Tensor;

  /** The logarithm of the density, or probability, at each value; values broadcast with the batch. */
  abstract log_prob(value: Tensor | number): Tensor;

  /** The entropy of each distribution, in nats. */
  abstract entropy(): Tensor;

  /** The parameters as they are printed. */
  protected abstract get printed(): Readonly<Record<string, Tensor>>;

  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Draws numbers through which gradients flow to the parameters. @throws NotImplementedError where there is no such way. */
  rsample(_sample_shape: Shape = []): Tensor {
    throw new NotImplementedError(
      `${this.constructor.name} has no rsample: its draws cannot be differentiated. Use sample() and log_prob().`,
    );
  }

  /** `exp(entropy)`. */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  toString(): string {
    const parts = Object.entries(this.printed).map(([name, value]) => `${name}: ${printedParameter(value)}`);
    return `${this.constructor.name}(${parts.join(", ")})`;
  }
}

inspectAs(Distribution, String);

function printedParameter(value: Tensor): string {
  if (value.numel() > 1) return `torch.Size([${value.shape.join(", ")}])`;
  if (value.ndim > 0) return String(value);
  const number = value.item();
  return Number.isInteger(number) ? number.toFixed(1) : String(number);
}
