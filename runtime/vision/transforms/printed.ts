/** Settings of transforms as Python prints them. */
import { fraction, pythonNumber } from "../../nn/printed.ts";

/** Numbers that are one tuple, or fractions, where an array of numbers would be a list. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A Python tuple of these numbers. */
export function tuple(values: readonly number[]): Written {
  return new Written(`(${values.map(pythonNumber).join(", ")})`);
}

/** A Python tuple of fractions: whole ones have a point. */
export function fractions(values: readonly number[]): Written {
  return new Written(`(${values.map((value) => fraction(value)).join(", ")})`);
}

/** A Python list of fractions. */
export function listOfFractions(values: readonly number[]): Written {
  return new Written(`[${values.map((value) => fraction(value)).join(", ")}]`);
}

/** A range as torchvision prints it: a tuple where it is the usual one, a list where the caller gave an array. */
export function printedRange(values: readonly number[], usual: readonly number[] | undefined): Written {
  return values === usual ? fractions(values) : listOfFractions(values);
}

/** What a setting is. */
export type Setting =
  number | string | boolean | null | readonly Setting[] | Written | { toString(): string };

function printed(value: Exclude<Setting, null>): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return pythonNumber(value);
  if (Array.isArray(value))
    return `[${value.map((each: Exclude<Setting, null>) => printed(each)).join(", ")}]`;
  return value instanceof Written ? value.text : String(value);
}

/** Settings under their names; those that are `null` are left out, as torchvision leaves them out. */
export function settings(named: Readonly<Record<string, Setting>>): string {
  return Object.entries(named)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${printed(value)}`]))
    .join(", ");
}
