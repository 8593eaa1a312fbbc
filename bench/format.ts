/** Figures and tables as text. */

/** Three digits that count, and no more than there are before the point: 0.142, 1.42, 14.2, 142, 1424. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(2 - digits, 0), 20));
}

/** A time with the unit that suits it, from microseconds. */
export function duration(microseconds: number): string {
  if (microseconds < 1) return `${figure(microseconds * 1000)} ns`;
  if (microseconds < 1000) return `${figure(microseconds)} µs`;
  if (microseconds < 1_000_000) return `${figure(microseconds / 1000)} ms`;
  return `${figure(microseconds / 1_000_000)} s`;
}

/** A ratio with two decimals, which is what a goal is given in. */
export function ratioText(ratio: number): string {
  return ratio.toFixed(2);
}

export function megabytes(bytes: number): string {
  return `${figure(bytes / 1_000_000)} MB`;
}

/** A table in Markdown. The first column is text, the others are figures, to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", String.raw`\|`)));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => displayWidth(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? "", width, column > 0)).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(cells[0] ?? []), `| ${rule.join(" | ")} |`, ...cells.slice(1).map(line)].join("\n");
}

/** Text filled up with spaces, before it where it belongs to the right. */
export function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}

/** Characters, not the units of UTF-16. */
function displayWidth(text: string): number {
  return [...text].length;
}
