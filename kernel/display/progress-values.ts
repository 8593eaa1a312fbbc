/** A value beside a bar: a text, a number, or what has one number, such as a tensor with one element. */
export type ProgressValue =
  string | number | bigint | boolean | null | undefined | { item(): number | bigint | boolean };

/** At most four significant digits, as people read a loss. */
function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  return String(Number(value.toPrecision(4)));
}

function describeValue(value: ProgressValue): string {
  if (typeof value === "object" && value !== null) return describeValue(value.item());
  return typeof value === "number" ? shortNumber(value) : String(value);
}

/** Values as the texts that stand beside a bar. */
export function describeValues(values: Readonly<Record<string, ProgressValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, describeValue(value)]));
}
