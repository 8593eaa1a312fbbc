/** Plain numbers as elements of a dtype. */
import type { DType } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { ValueError } from "./errors/valueError.ts";
import { integerLimits, largestFraction } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import type { Scalar } from "./types.ts";

function overflow(value: Scalar, { name }: DType): RuntimeError {
  return new RuntimeError(
    `value cannot be converted to type ${name} without overflow: ${String(value)}. Choose a wider dtype, or convert a tensor with .to(), which wraps.`,
  );
}

/** Whether a whole number fits; negative ones wrap around in an unsigned dtype, as C's do. */
function fits(value: bigint, isFraction: boolean, dtype: DType): boolean {
  const { min, max } = integerLimits(dtype);
  const lowest = dtype.is_signed || isFraction ? min : -max;
  return value >= lowest && value <= max;
}

/**
 * Lets a number pass that fits into `dtype`, as PyTorch asks of numbers that are written into tensors. A number beside a tensor in arithmetic wraps instead.
 *
 * @throws RuntimeError when it does not fit.
 */
export function checkFits(value: Tensor, dtype: DType): void {
  if (!value.isNumber) return;
  const number = value.item() as Scalar; // a plain number that became an operand
  if (!dtype.is_floating_point) toElement(number, dtype);
  else if (Number.isFinite(Number(number)) && Math.abs(Number(number)) > largestFraction(dtype))
    throw overflow(number, dtype);
}

/**
 * A plain number as data of a tensor: fractions lose what is behind the point in a dtype of whole numbers, and anything but 0 is true.
 *
 * @throws RuntimeError when it does not fit, ValueError for a whole number that no dtype holds.
 */
export function toElement(value: Scalar, dtype: DType): number | bigint {
  if (dtype.category === "bool") return value ? 1 : 0;
  if (dtype.is_floating_point) return Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw overflow(value, dtype);
  const whole = typeof value === "number" ? BigInt(Math.trunc(value)) : BigInt(value);
  if (typeof value === "bigint" && BigInt.asIntN(64, value) !== value)
    throw new ValueError(
      `Overflow when unpacking long long: ${value} has more than 64 bits. Choose a floating-point dtype, and pass a number.`,
    );
  const isFraction = typeof value === "number" && !Number.isInteger(value);
  if (!fits(whole, isFraction, dtype)) throw overflow(value, dtype);
  return dtype.name === "int64" ? whole : Number(whole);
}
