import type { GraphNode, GraphSnapshot } from "../runtime/snapshot.ts";
import { clip } from "./graph-label.ts";
import { layOut } from "./graph-layout.ts";
import { shownPart } from "./graph-part.ts";
import type { GraphPart } from "./graph-part.ts";
import { graphPicture } from "./graph-picture.ts";
import { graphTable } from "./graph-table.ts";
import { cutText, graphText, nodeSummary } from "./graph-text.ts";
import { html, svgDataUri } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { counted } from "./numbers.ts";

/** Data of a graph's view for a front end that draws it itself. */
export const GRAPH_MIME = "application/vnd.typetorch.graph.v1+json";

const LONGEST_NAME = 200;
const LONGEST_ALT = 1000;

/**
 * Shows a computation graph: a drawing that flows from the leaves at the top to the output at the bottom, a table of its
 * nodes, and as plain text a tree from the output down. A large graph is cut to the part nearest to its output, and says so.
 */
export async function renderGraph(snapshot: GraphSnapshot): Promise<MimeBundle> {
  const part = shownPart(snapshot);
  return {
    [GRAPH_MIME]: { kind: "graph", ...part, nodes: part.nodes.map(boundedName) },
    "text/html": (await graphHtml(part)).markup,
    "text/plain": graphText(part),
  };
}

function boundedName(node: GraphNode): GraphNode {
  return node.name === null ? node : { ...node, name: clip(node.name, LONGEST_NAME) };
}

async function graphHtml(part: GraphPart): Promise<Html> {
  if (part.nodes.length === 0) return html`<p>An empty computation graph: nothing was recorded.</p>`;
  const note = cutText(part);
  return html`<div style="margin:4px 0;line-height:1.5">
    ${await picture(part)}
    ${note === null ? null : html`<div style="font-size:12px;opacity:0.8">${note}</div>`}
    <details>
      <summary style="font-size:12px;opacity:0.8;cursor:pointer">
        as a table: ${counted(part.nodes.length, "node")}, ${counted(part.edges.length, "edge")}
      </summary>
      <div style="overflow:auto;max-height:400px">${graphTable(part)}</div>
    </details>
  </div>`;
}

async function picture(part: GraphPart): Promise<Html> {
  try {
    const { svg, width, height } = graphPicture(part, await layOut(part));
    return html`<div style="overflow:auto;max-height:720px">
      <img
        src="${svgDataUri(svg)}"
        width="${width}"
        height="${height}"
        style="display:block;margin:0;max-width:none"
        alt="${describe(part)}"
      />
    </div>`;
  } catch (error) {
    // The layout runs in WebAssembly and may run out of memory; the table below still says everything.
    const reason = error instanceof Error ? error.message : String(error);
    return html`<p>This graph could not be drawn (${reason}). The table holds all of it.</p>`;
  }
}

/** What is computed from what, in words. */
function describe(part: GraphPart): string {
  const of = (kind: GraphNode["kind"]): GraphNode[] => part.nodes.filter((node) => node.kind === kind);
  const leaves = of("leaf").map(nodeSummary).join("; ");
  const functions = of("function").map(nodeSummary).toReversed().join(", ");
  const outputs = of("output").map(nodeSummary).join("; ");
  return clip(
    `Computation graph of ${outputs || "an unnamed output"}. Leaves: ${leaves || "none"}. Functions, from the leaves on: ${functions || "none"}.`,
    LONGEST_ALT,
  );
}
