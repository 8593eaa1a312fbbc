/** Settings of optimizers and learning-rate schedulers as Python prints them. */
import { fraction, pythonNumber } from "../nn/printed.ts";
import { Tensor } from "../tensor.ts";

/** A setting as Python prints it: arrays are tuples, but lists where they hold names. */
function printedSetting(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return pythonNumber(value);
  // What Python's format prints of a tensor without dimensions is its number.
  if (value instanceof Tensor) return value.ndim === 0 ? fraction(Number(value.item())) : value.toString();
  if (!Array.isArray(value)) return String(value);
  return value.some((item) => typeof item === "string")
    ? `[${value.map((item) => `'${String(item)}'`).join(", ")}]`
    : `(${value.map(printedSetting).join(", ")})`;
}

/** A group's settings, a line for each in alphabetical order. `fractions` are those that PyTorch holds as fractions even where they are whole. */
export function printedGroup(group: object, fractions: readonly string[]): string {
  return Object.entries(group)
    .filter(([name]) => name !== "params")
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => {
      const text =
        typeof value === "number" && fractions.includes(name) ? fraction(value) : printedSetting(value);
      return `    ${name}: ${text}\n`;
    })
    .join("");
}
