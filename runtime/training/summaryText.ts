/** A summary as text. */
import { formatShape } from "../shape.ts";
import type { SummaryRow, SummarySnapshot } from "./snapshots.ts";
import { textTable, type TextColumn } from "./textTable.ts";
import { byteSize, grouped } from "./words.ts";

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

/** `[2, 5], [2]`, or `3 × [2, 5]` where all are one. */
function shapes(all: readonly (readonly number[])[]): string {
  const texts = all.map(formatShape);
  const [first = "–"] = texts;
  if (texts.length > 1 && texts.every((text) => text === first)) return `${texts.length} × ${first}`;
  return texts.join(", ") || first;
}

function parametersText({ parameters, trainable, again }: SummaryRow): string {
  if (again) return "as above";
  if (parameters === 0) return "–";
  if (trainable === parameters) return grouped(parameters);
  return trainable === 0
    ? `${grouped(parameters)} frozen`
    : `${grouped(parameters)} (${grouped(trainable)} learned)`;
}

function cells(rows: readonly SummaryRow[], position: number): readonly string[] {
  const row = rows[position]!; // the caller goes through them
  return [
    `${branch(rows, position)}${row.name === "" ? "" : `${row.name}: `}${row.kind}`,
    shapes(row.inputs),
    shapes(row.outputs),
    parametersText(row),
    row.multiplyAdds === 0 ? "–" : grouped(row.multiplyAdds),
  ];
}

/** The totals, a line each. */
export function summaryTotals({
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
