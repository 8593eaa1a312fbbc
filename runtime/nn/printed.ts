/** Settings of modules as Python prints them. */

/** What the settings of modules are. */
type Setting = number | boolean | null | readonly Setting[];

/** A fraction as Python prints it: exponents have two digits at least. */
export function pythonNumber(value: number): string {
  const text = value < 1e-4 && value > 0 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** A number as PyTorch prints its default, with a point; a whole number that is not the default is an int, as everywhere. */
export function fraction(value: number, fallback: number = value): string {
  return Number.isInteger(value) && value === fallback ? `${value}.0` : pythonNumber(value);
}

/** A setting as Python prints it: a tuple for an array, `None` for null. */
export function printed(value: Setting): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (typeof value === "number") return pythonNumber(value);
  return `(${value.map(printed).join(", ")}${value.length === 1 ? "," : ""})`;
}

/** Settings under their names: `kernel_size=(2,), stride=1`. */
export function printedAll(settings: Readonly<Record<string, Setting>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${printed(value)}`)
    .join(", ");
}
