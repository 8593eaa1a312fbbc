import type { GraphEdge, GraphNode } from "../runtime/snapshot.ts";
import { gradText, nodeName, valueText } from "./graph-label.ts";
import { inputsOf } from "./graph-part.ts";
import type { GraphPart } from "./graph-part.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { shapeText } from "./numbers.ts";

const CELL = "text-align:left;padding:2px 10px 2px 0;white-space:nowrap";

/** The graph as a table of nodes, for those who cannot see the picture. */
export function graphTable(part: GraphPart): Html {
  const names = new Map(part.nodes.map((node) => [node.id, nodeName(node)]));
  const inputs = inputsOf(part);
  const rows = part.nodes.map((node) => row(node, inputs.get(node.id) ?? [], names));
  const heads = ["#", "kind", "name", "value", "gradient", "computed from"].map(
    (head) => html`<th style="${CELL}">${head}</th>`,
  );
  return html`<table style="border-collapse:collapse;font-family:monospace;font-size:12px">
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function row(node: GraphNode, inputs: readonly GraphEdge[], names: ReadonlyMap<number, string>): Html {
  const { id, kind, tensor } = node;
  const from = inputs.map((edge) => `#${edge.from} ${names.get(edge.from) ?? ""} ${shapeText(edge.shape)}`);
  const asks = tensor?.requiresGrad === true && kind === "leaf" ? ", requires_grad" : "";
  const texts = [
    String(id),
    kind,
    nodeName(node),
    tensor === null ? "" : valueText(tensor) + asks,
    tensor === null ? "" : (gradText(tensor) ?? ""),
    from.join("; "),
  ];
  return html`<tr style="background:transparent">
    ${texts.map((text) => html`<td style="${CELL}">${text}</td>`)}
  </tr>`;
}
