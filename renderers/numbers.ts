import type { DTypeName } from "../runtime/dtype.ts";

/** Four significant digits at most, for a place where the full value stands elsewhere: `0.1235`, `1.2e-7`, `9.2e+18`. */
export function shortNumber(value: number | bigint): string {
  if (typeof value === "bigint" && value > -100_000n && value < 100_000n) return String(value);
  const number = Number(value);
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  const size = Math.abs(number);
  if (size >= 100_000 || (size > 0 && size < 0.001)) return trimExponent(number.toExponential(2));
  return String(Number(number.toPrecision(Number.isInteger(number) ? 6 : 4)));
}

function trimExponent(text: string): string {
  return text.replace(/\.?0*e/, "e");
}

/** The value in full: the shortest decimal that reads back as the same element of that dtype. */
export function fullNumber(value: number | bigint, dtype: DTypeName): string {
  if (dtype === "bool") return Number(value) === 0 ? "False" : "True";
  if (typeof value === "bigint") return String(value);
  if (!Number.isFinite(value)) return shortNumber(value);
  if (dtype !== "float32") return Object.is(value, -0) ? "-0" : String(value);
  return shortestFloat32(value);
}

function shortestFloat32(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return Object.is(candidate, -0) ? "-0" : String(candidate);
  }
  return String(Number(single.toPrecision(9)));
}

/** `1,048,576`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 slice`, `16 slices`. */
export function counted(count: number, singular: string): string {
  return `${grouped(count)} ${singular}${count === 1 ? "" : "s"}`;
}

/** As PyTorch writes a size: `[2, 3]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
