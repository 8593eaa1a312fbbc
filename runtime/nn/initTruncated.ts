/** Normal random numbers within bounds, as first values. */
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { empty_like, scalar_tensor } from "../create.ts";
import { float64 } from "../dtype.ts";
import { where } from "../ops/elementwise/arithmetic.ts";
import { number, tensor as tensorParameter } from "../parameters.ts";
import type { Generator } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { generator, type GeneratorOption } from "./initGenerator.ts";

/** A normal distribution, and where it ends. */
interface Truncated {
  readonly mean: number;
  readonly std: number;
  readonly a: number;
  readonly b: number;
}

/** What `nn.init.trunc_normal_` takes. */
interface TruncatedArguments<T> extends Partial<Truncated>, GeneratorOption {
  readonly tensor: T;
}

const truncatedParameters = {
  tensor: tensorParameter,
  mean: number(0),
  std: number(1),
  a: number(-2),
  b: number(2),
  generator,
};

/** The share of a standard normal distribution that lies below x. */
function shareBelow(x: number): number {
  const half = scalar_tensor(x / Math.SQRT2, { dtype: float64 });
  return (1 + Number(half.erf().item())) / 2;
}

/** Draws all anew that lie outside, until none does: quick where most lie inside. */
function byRedrawing(tensor: Tensor, { mean, std, a, b }: Truncated, source: Generator): Tensor {
  let result: Tensor = tensor.normal_(mean, std, { generator: source });
  // Bounds as the dtype holds them, so that none is passed for ever.
  const [low, high] = [a, b].map((bound) => tensor.new_tensor(bound).item());
  for (;;) {
    const outside = result.lt(low!).logical_or(result.gt(high!));
    if (!outside.any().item()) return result;
    result = where(outside, empty_like(result).normal_(mean, std, { generator: source }), result);
  }
}

/** Draws evenly between the bounds, and accepts as the density says. */
function byAccepting(tensor: Tensor, { mean, std, a, b }: Truncated, source: Generator): Tensor {
  const peak = -0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2;
  const refused = (candidates: Tensor): Tensor => {
    const density = candidates.sub(mean).div(std).pow(2).mul(-0.5).sub(peak);
    return empty_like(candidates).uniform_(0, 1, { generator: source }).log().gt(density);
  };
  let result: Tensor = tensor.uniform_(a, b, { generator: source });
  let pending = refused(result);
  while (pending.any().item()) {
    const candidates = empty_like(tensor).uniform_(a, b, { generator: source });
    result = where(pending, candidates, result);
    pending = pending.logical_and(refused(candidates));
  }
  return result;
}

/**
 * Writes normal random numbers from [a, b]: those outside are drawn anew.
 *
 * Source: `torch.nn.init.trunc_normal_`.
 */
export function trunc_normal_<T extends Tensor>(
  ...args: CallForms<TruncatedArguments<T>, [tensor: T, mean?: number, std?: number, a?: number, b?: number]>
): T;
export function trunc_normal_(...args: readonly unknown[]): Tensor {
  const { tensor, generator: source, ...wanted } = bind("trunc_normal_", truncatedParameters, args);
  const { mean, std, a, b } = wanted;
  if (mean < a - 2 * std || mean > b + 2 * std)
    warnOnce(
      "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
    );
  no_grad(() => {
    const share = shareBelow((b - mean) / std) - shareBelow((a - mean) / std);
    const result = (share > 0.3 ? byRedrawing : byAccepting)(tensor, wanted, source);
    if (result !== tensor) tensor.copy_(result);
  });
  return tensor;
}
