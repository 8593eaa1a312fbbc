/** Windows: weights that fade a stretch of a signal in and out. */
import type { CallForms } from "../callForms.ts";
import { float64, get_default_dtype, type DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { flag, integer, number } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { fromValues } from "./data.ts";
import { creation, type TensorOptions } from "./options.ts";

/** How intermediate numbers are rounded: as the dtype is. */
type Round = (value: number) => number;

/** A weight, from its position and that of the last one. */
type Shape = (position: number, last: number, round: Round) => number;

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
  // Where waves cancel out, what is left is what the rounding of each step leaves.
  const round: Round = dtype === float64 ? (value) => value : Math.fround;
  const values = Array.from({ length }, (_, i) => (length === 1 ? 1 : shape(i, last, round)));
  return fromValues(values, [length], dtype);
}

/** What a window is made from. */
interface WindowArguments extends TensorOptions {
  /** Number of weights. */
  readonly window_length: number;
  /** Whether the window is one period of a longer function, as spectra want it; `true` unless given. */
  readonly periodic?: boolean;
}

type WindowFunction = (
  ...args: CallForms<WindowArguments, [window_length: number, periodic?: boolean]>
) => Tensor;

const windowParameters = { window_length: integer(), periodic: flag(true) } as const;

function windowOf(name: string, shape: Shape): WindowFunction {
  return creation(name, windowParameters, ({ window_length, periodic, dtype }) =>
    weights(name, window_length, periodic, dtype, shape),
  );
}

/** `scale · cos(turns)`, rounded as PyTorch's loops round: the angle, its cosine and the product. */
function wave(angle: number, scale: number, round: Round): number {
  return round(round(Math.cos(round(angle))) * round(scale));
}

/** `alpha − beta · cos(2π · position / last)`. */
function raisedCosine(alpha: number, beta: number): Shape {
  return (position, last, round) =>
    round(wave(position * round((2 * Math.PI) / last), -beta, round) + round(alpha));
}

/** The triangular window of Bartlett. @throws RuntimeError for a negative length. Source: `torch.bartlett_window`. */
export const bartlett_window: WindowFunction = windowOf(
  "bartlett_window",
  (position, last) => 1 - Math.abs((2 * position) / last - 1),
);

/** The window of Blackman. @throws RuntimeError for a negative length. Source: `torch.blackman_window`. */
export const blackman_window: WindowFunction = windowOf("blackman_window", (position, last, round) => {
  const angle = round(position * round(Math.PI / last));
  const waves = round(wave(angle * 4, 0.08, round) - wave(angle * 2, 0.5, round));
  return round(waves + round(0.42));
});

/** The window of von Hann. @throws RuntimeError for a negative length. Source: `torch.hann_window`. */
export const hann_window: WindowFunction = windowOf("hann_window", raisedCosine(0.5, 0.5));

/** What the window of Hamming is made from. */
interface HammingArguments extends WindowArguments {
  /** The mean; 0.54 unless given. */
  readonly alpha?: number;
  /** The height of the wave; 0.46 unless given. */
  readonly beta?: number;
}

type HammingWindow = (
  ...args: CallForms<
    HammingArguments,
    [window_length: number, periodic?: boolean, alpha?: number, beta?: number]
  >
) => Tensor;

/** The window of Hamming, `alpha − beta · cos`. @throws RuntimeError for a negative length. Source: `torch.hamming_window`. */
export const hamming_window: HammingWindow = creation(
  "hamming_window",
  { ...windowParameters, alpha: number(0.54), beta: number(0.46) },
  ({ window_length, periodic, alpha, beta, dtype }) =>
    weights("hamming_window", window_length, periodic, dtype, raisedCosine(alpha, beta)),
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

/** What the window of Kaiser is made from. */
interface KaiserArguments extends WindowArguments {
  /** How narrow it is; 12 unless given. */
  readonly beta?: number;
}

type KaiserWindow = (
  ...args: CallForms<KaiserArguments, [window_length: number, periodic?: boolean, beta?: number]>
) => Tensor;

/** The window of Kaiser; `beta` says how narrow it is. @throws RuntimeError for a negative length. Source: `torch.kaiser_window`. */
export const kaiser_window: KaiserWindow = creation(
  "kaiser_window",
  { ...windowParameters, beta: number(12) },
  ({ window_length, periodic, beta, dtype }) =>
    weights("kaiser_window", window_length, periodic, dtype, (position, last) => {
      const distance = Math.min(1, Math.abs((2 * position) / last - 1));
      return besselI0(beta * Math.sqrt(1 - distance ** 2)) / besselI0(beta);
    }),
);
