/** A summary as text. */
import type { SummaryRow, SummarySnapshot } from "./snapshots.ts";
import { textTable, type TextColumn } from "./textTable.ts";
import { byteSize, grouped, parametersText, shapesText } from "./words.ts";

const columns: readonly TextColumn[] = [
  { title: "Layer", align: "left" },
  { title: "Input", align: "left" },
  { title: "Output", align: "left" },
  { title: "Parameters", align: "right" },
  { title: "Multiply-adds", align: "right" },
];

/** Whether another row follows inside the same module, after what is inside this one. */
function hasSibling(rows: readonly SummaryRow[], position: number, depth: number): boolean {
  for (const row of rows.slice(position + 1)) if (row.depth <= depth) return row.depth === depth;
  return false;
}

/** The lines of the tree before a row. */
function branch(rows: readonly SummaryRow[], position: number): string {
  const { depth } = rows[position]!; // the caller goes through them
  if (depth === 0) return "";
  let lines = hasSibling(rows, position, depth) ? "├─ " : "└─ ";
  for (let level = depth - 1; level > 0; level--)
    lines = (hasSibling(rows, position, level) ? "│  " : "   ") + lines;
  return lines;
}

function cells(rows: readonly SummaryRow[], position: number): readonly string[] {
  const row = rows[position]!; // the caller goes through them
  return [
    `${branch(rows, position)}${row.name === "" ? "" : `${row.name}: `}${row.kind}`,
    shapesText(row.inputs),
    shapesText(row.outputs),
    parametersText(row),
    row.multiplyAdds === 0 ? "–" : grouped(row.multiplyAdds),
  ];
}

/** The totals, a line each. */
function summaryTotals({
  parameters,
  trainable,
  multiplyAdds,
  bytes,
}: Omit<SummarySnapshot, "text">): readonly string[] {
  const learned =
    trainable === parameters
      ? "all learned"
      : `${grouped(trainable)} learned, ${grouped(parameters - trainable)} frozen`;
  const together = bytes.inputs + bytes.outputs + bytes.parameters;
  return [
    `Parameters: ${grouped(parameters)}${parameters === 0 ? "" : `, ${learned}`}`,
    `Multiply-adds: ${grouped(multiplyAdds)}`,
    `Memory: ${byteSize(bytes.parameters)} parameters, ${byteSize(bytes.inputs)} input, ${byteSize(bytes.outputs)} outputs with their gradients; ${byteSize(together)} in all`,
  ];
}

/** The rows as a tree in a table, and the totals below. */
export function summaryText(snapshot: Omit<SummarySnapshot, "text">): string {
  const { rows } = snapshot;
  const table = textTable(
    columns,
    rows.map((_, position) => cells(rows, position)),
  );
  const rule = table[1] ?? "";
  return [...table, rule, ...summaryTotals(snapshot)].join("\n");
}
