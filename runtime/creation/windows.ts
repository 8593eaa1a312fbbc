/** Windows: weights that fade a stretch of a signal in and out. */
import { get_default_dtype, type DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { flag, integer, number } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { fromValues } from "./data.ts";
import { creation, type TensorOptions } from "./options.ts";

/** A weight, from the position as a fraction of the window. */
type Shape = (fraction: number) => number;

/** @throws RuntimeError for a negative length, or a dtype without fractions. */
function checkWindow(name: string, length: number, dtype: DType): void {
  if (length < 0)
    throw new RuntimeError(
      `${name} requires non-negative window_length, got window_length=${length}. It is the number of weights.`,
    );
  if (!dtype.is_floating_point)
    throw new RuntimeError(
      `${name} expects floating point dtypes, got: ${dtype.toString()}. The weights are fractions.`,
    );
}

/** The weights; a periodic window is one of one more element without its last. */
function weights(
  name: string,
  length: number,
  periodic: boolean,
  wanted: DType | null,
  shape: Shape,
): Tensor {
  const dtype = wanted ?? get_default_dtype();
  checkWindow(name, length, dtype);
  const last = length - (periodic ? 0 : 1);
  const values = Array.from({ length }, (_, i) => (length === 1 ? 1 : shape(i / last)));
  return fromValues(values, [length], dtype);
}

type WindowFunction = (
  window_length: number,
  periodic?: boolean | TensorOptions,
  options?: TensorOptions,
) => Tensor;

const windowParameters = { window_length: integer(), periodic: flag(true) } as const;

function windowOf(name: string, shape: Shape): WindowFunction {
  return creation(name, windowParameters, ({ window_length, periodic, dtype }) =>
    weights(name, window_length, periodic, dtype, shape),
  );
}

const turn = (fraction: number): number => Math.cos(2 * Math.PI * fraction);

/** The triangular window of Bartlett. @throws RuntimeError for a negative length. Source: `torch.bartlett_window`. */
export const bartlett_window: WindowFunction = windowOf("bartlett_window", (x) => 1 - Math.abs(2 * x - 1));

/** The window of Blackman. @throws RuntimeError for a negative length. Source: `torch.blackman_window`. */
export const blackman_window: WindowFunction = windowOf(
  "blackman_window",
  (x) => 0.42 - 0.5 * turn(x) + 0.08 * turn(2 * x),
);

/** The window of von Hann. @throws RuntimeError for a negative length. Source: `torch.hann_window`. */
export const hann_window: WindowFunction = windowOf("hann_window", (x) => 0.5 - 0.5 * turn(x));

type HammingWindow = (
  window_length: number,
  periodic?: boolean | TensorOptions,
  alpha?: number | TensorOptions,
  beta?: number | TensorOptions,
  options?: TensorOptions,
) => Tensor;

/** The window of Hamming, `alpha − beta · cos`. @throws RuntimeError for a negative length. Source: `torch.hamming_window`. */
export const hamming_window: HammingWindow = creation(
  "hamming_window",
  { ...windowParameters, alpha: number(0.54), beta: number(0.46) },
  ({ window_length, periodic, alpha, beta, dtype }) =>
    weights("hamming_window", window_length, periodic, dtype, (x) => alpha - beta * turn(x)),
);

/** The modified Bessel function of order zero: the sum of ((x/2)ᵏ / k!)². Source: DLMF 10.25.2. */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

type KaiserWindow = (
  window_length: number,
  periodic?: boolean | TensorOptions,
  beta?: number | TensorOptions,
  options?: TensorOptions,
) => Tensor;

/** The window of Kaiser; `beta` says how narrow it is. @throws RuntimeError for a negative length. Source: `torch.kaiser_window`. */
export const kaiser_window: KaiserWindow = creation(
  "kaiser_window",
  { ...windowParameters, beta: number(12) },
  ({ window_length, periodic, beta, dtype }) =>
    weights("kaiser_window", window_length, periodic, dtype, (x) => {
      const distance = Math.min(1, Math.abs(2 * x - 1));
      return besselI0(beta * Math.sqrt(1 - distance ** 2)) / besselI0(beta);
    }),
);
