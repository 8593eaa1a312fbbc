import type { GraphEdge, GraphNode } from "../runtime/snapshot.ts";
import { nodeLines } from "./graph-label.ts";
import { FONT_SIZE, LABEL_SIZE, LINE_HEIGHT } from "./graph-layout.ts";
import type { GraphLayout, PlacedEdge, PlacedNode } from "./graph-layout.ts";
import type { GraphPart } from "./graph-part.ts";
import { MID_TONE } from "./colours.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { shapeText } from "./numbers.ts";

const MARGIN = 6;
const FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

const INK = "#1b1f24";

interface Look {
  readonly fill: string;
  readonly stroke: string;
  /** Radius of the corners. */
  readonly corner: number;
}

const LOOKS = {
  /** A leaf that asks for a gradient: what training changes. */
  learning: { fill: "#cfe3fb", stroke: "#2f78c4", corner: 3 },
  leaf: { fill: "#eceff1", stroke: "#78909c", corner: 3 },
  function: { fill: "#fbe7c6", stroke: "#c98a1b", corner: 14 },
  output: { fill: "#cdeed6", stroke: "#2e9e55", corner: 3 },
} as const satisfies Record<string, Look>;

function lookOf(node: GraphNode): Look {
  if (node.kind === "leaf") return node.tensor?.requiresGrad === true ? LOOKS.learning : LOOKS.leaf;
  return LOOKS[node.kind];
}

/** Draws a laid-out graph: boxes with their own background, everything else in a tone for light and dark pages. */
export function graphPicture(
  part: GraphPart,
  layout: GraphLayout,
): { svg: Html; width: number; height: number } {
  const width = Math.ceil(layout.width) + 2 * MARGIN;
  const height = Math.ceil(layout.height) + 2 * MARGIN;
  const edges = part.edges.map((edge, i) => drawEdge(edge, layout.edges[i]));
  const nodes = part.nodes.map((node, i) => drawNode(node, layout.nodes[i]));
  const svg = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${height}"
    viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}"
    font-family="${FONT}"
    text-anchor="middle"
  >
    <defs>
      <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
        <path d="M0,0.5L8,4L0,7.5z" fill="${MID_TONE}" />
      </marker>
    </defs>
    ${edges}${nodes}
  </svg>`;
  return { svg, width, height };
}

function drawEdge(edge: GraphEdge, placed: PlacedEdge | undefined): Html | null {
  if (placed === undefined || placed.curve.length === 0) return null;
  const [start, ...rest] = placed.curve;
  const path = `M${start?.join(",")}C${rest.map((point) => point.join(",")).join(" ")}L${placed.tip.join(",")}`;
  return html`<path d="${path}" fill="none" stroke="${MID_TONE}" stroke-width="1.4" marker-end="url(#head)" />
    ${placed.label === null ? null : edgeLabel(placed.label, shapeText(edge.shape))}`;
}

function edgeLabel([x, y]: readonly [number, number], text: string): Html {
  return html`<text x="${x}" y="${y + LABEL_SIZE / 3}" font-size="${LABEL_SIZE}" fill="${MID_TONE}"
    >${text}</text
  >`;
}

function drawNode(node: GraphNode, placed: PlacedNode | undefined): Html | null {
  if (placed === undefined) return null;
  const { fill, stroke, corner } = lookOf(node);
  const { centre, width, height } = placed;
  const lines = nodeLines(node);
  const first = centre[1] - ((lines.length - 1) * LINE_HEIGHT) / 2 + FONT_SIZE / 3;
  const texts = lines.map((line, i) => drawLine(line, centre[0], first + i * LINE_HEIGHT, i === 0));
  return html`<rect
      x="${centre[0] - width / 2}"
      y="${centre[1] - height / 2}"
      width="${width}"
      height="${height}"
      rx="${corner}"
      fill="${fill}"
      stroke="${stroke}"
      stroke-width="1.4"
    />
    ${texts}`;
}

function drawLine(line: string, x: number, y: number, isName: boolean): Html {
  const weight = isName ? "bold" : "normal";
  return html`<text x="${x}" y="${y}" font-size="${FONT_SIZE}" font-weight="${weight}" fill="${INK}"
    >${line}</text
  >`;
}
