/** Dropout of whole channels, and the kind that keeps the mean and the variance of self-normalising networks. */
import { applyInPlace } from "../../autograd/inplace.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { allocate, allocateZeros } from "../../settle.ts";
import { formatShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { checkFractions, keepFactor, maskLike } from "../networks/dropout.ts";

/** What is set to zero, and what happens to the rest. */
export interface DropoutKind {
  /** Whole channels instead of single elements. */
  readonly feature: boolean;
  /** Elements are not set to zero but to the value that SELU goes to, and the rest is scaled so that mean and variance stay. */
  readonly alpha: boolean;
}

/** The mask's shape: one element for each channel of each item, or the input's own. @throws RuntimeError with fewer than two dimensions. */
function patternOf(input: Tensor, feature: boolean): Tensor {
  if (!feature) return input;
  if (input.ndim < 2)
    throw new RuntimeError(
      `Feature dropout requires at least 2 dimensions in the input, a batch and its channels; got shape ${formatShape(input.shape)}.`,
    );
  return allocate(
    input.shape.map((size, dim) => (dim < 2 ? size : 1)),
    input.dtype,
  );
}

/** The lowest value of SELU, −scale · alpha, with the sign turned. Source: Klambauer et al., "Self-normalizing neural networks" (2017). */
const saturation = 1.758_099_340_847_376_6;

/** What the input is multiplied with, and what is added then. */
function alphaNoise(pattern: Tensor, p: number): readonly [factor: Tensor, shift: Tensor] {
  const kept = maskLike(pattern, p, 1);
  const scale = 1 / Math.sqrt((saturation * saturation * p + 1) * (1 - p));
  const shift = add(mul(add(kept, -1), saturation * scale), saturation * scale * p);
  return [mul(kept, scale), shift];
}

function times(input: Tensor, factor: Tensor, inPlace: boolean): Tensor {
  return inPlace ? applyInPlace(mul, input, [factor]) : mul(input, factor);
}

/** @throws RuntimeError for a dtype without fractions, and for whole channels of an input that has none. */
export function dropOut(input: Tensor, p: number, { feature, alpha }: DropoutKind, inPlace: boolean): Tensor {
  if (p === 0 || input.numel() === 0) return input;
  if (p === 1) return times(input, allocateZeros([], input.dtype), inPlace);
  const pattern = patternOf(input, feature);
  checkFractions(input);
  if (!alpha) return times(input, maskLike(pattern, p, keepFactor(p, input.dtype)), inPlace);
  const [factor, shift] = alphaNoise(pattern, p);
  const scaled = times(input, factor, inPlace);
  return inPlace ? applyInPlace(add, scaled, [shift]) : add(scaled, shift);
}
