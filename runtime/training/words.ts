/** Numbers and sizes in words, as the texts of this folder write them. */

/** `1,048,576`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `98.7 %`; a dash for 0 / 0. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} %`;
}

const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes with a unit of a thousand each: `512 B`, `33.1 kB`. */
export function byteSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}
