/** Tables as text, for terminals and wherever HTML is not shown. */

/** One column: its title, and which side its cells keep to. */
export interface TextColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

const gap = "  ";

/** Rows of cells under their titles, with a line between; as long as the longest cells. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((widest, row) => Math.max(widest, (row[i] ?? "").length), title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const [cell, width] = [cells[i] ?? "", widths[i] ?? 0];
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(gap)
      .trimEnd();
  const whole = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1));
  return [line(columns.map(({ title }) => title)), "─".repeat(whole), ...rows.map(line)];
}
