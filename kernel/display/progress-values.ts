/** A value beside a bar: a text, a number, or what has one number, such as a tensor with one element. */
export type ProgressValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | { item(): number | bigint | boolean; numel?(): number };

/** @throws TypeError for a tensor that has not one element: it is read later, where nobody would expect an error. */
export function checkValue(name: string, value: ProgressValue): void {
  if (typeof value !== "object" || value === null) return;
  const count = value.numel?.() ?? 1;
  if (count !== 1)
    throw new TypeError(
      `progress: ${name} is a tensor with ${count} elements, expected one. Take its mean(), or item() of one of them.`,
    );
}

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
export function describeValues(values: ReadonlyMap<string, ProgressValue>): Record<string, string> {
  return Object.fromEntries(Array.from(values, ([name, value]) => [name, describeValue(value)]));
}
