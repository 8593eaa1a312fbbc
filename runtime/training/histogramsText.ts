/** The numbers of layers as text. */
import type { HistogramsSnapshot, SpreadSnapshot } from "./snapshots.ts";
import { textTable, type TextColumn } from "./textTable.ts";
import { percent } from "./words.ts";

const columns: readonly TextColumn[] = [
  { title: "Layer", align: "left" },
  { title: "Weights", align: "right" },
  { title: "Gradients", align: "right" },
  { title: "Outputs", align: "right" },
  { title: "of which 0", align: "right" },
];

function short(value: number): string {
  return Math.abs(value) < 1e-3 && value !== 0
    ? value.toExponential(1)
    : String(Number(value.toPrecision(2)));
}

function spread(all: readonly SpreadSnapshot[]): string {
  const last = all.at(-1);
  return last === undefined ? "–" : `${short(last.mean)} ± ${short(last.std)}`;
}

/** The last step of each layer: mean and standard deviation; warnings below. */
export function histogramsText({ layers, warnings }: Omit<HistogramsSnapshot, "text">): string {
  const rows = layers.map(({ name, kind, weights, gradients, activations }) => {
    const zeros = activations.at(-1)?.zeros;
    return [
      name === "" ? kind : `${name}: ${kind}`,
      ...[weights, gradients, activations].map(spread),
      zeros === undefined ? "–" : percent(zeros),
    ];
  });
  return [...textTable(columns, rows), ...warnings.map((warning) => `⚠ ${warning}`)].join("\n");
}
