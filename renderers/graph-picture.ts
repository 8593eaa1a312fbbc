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
  const edges = part.edges.map((edge, i) => ({ ...edge, ...(layout.edges[i] ?? UNPLACED) }));
  const nodes = part.nodes.map((node, i) => drawNode(node, layout.nodes[i]));
  const svg = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${height}"
    viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}"
    font-family="${FONT}"
    font-size="${FONT_SIZE}"
    text-anchor="middle"
  >
    <defs>
      <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
        <path d="M0,0.5L8,4L0,7.5z" fill="${MID_TONE}" />
      </marker>
    </defs>
    <g fill="none" stroke="${MID_TONE}" stroke-width="1.4">${edges.map(drawEdge)}</g>
    <g fill="${MID_TONE}" font-size="${LABEL_SIZE}">${edges.map(drawEdgeLabel)}</g>
    <g fill="${INK}" stroke-width="1.4">${nodes}</g>
  </svg>`;
  return { svg, width, height };
}

const UNPLACED: PlacedEdge = { curve: [], tip: [0, 0], label: null };

/** A tenth of a pixel is seen by nobody and shortens the picture. */
function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function pair(point: readonly [number, number]): string {
  return point.map(round).join(",");
}

function drawEdge({ curve, tip }: PlacedEdge): Html | null {
  const [start, ...rest] = curve;
  if (start === undefined) return null;
  const path = `M${pair(start)}C${rest.map(pair).join(" ")}L${pair(tip)}`;
  return html`<path d="${path}" marker-end="url(#head)" />`;
}

function drawEdgeLabel({ label, shape }: PlacedEdge & GraphEdge): Html | null {
  if (label === null) return null;
  return html`<text x="${round(label[0])}" y="${round(label[1] + LABEL_SIZE / 3)}"
    >${shapeText(shape)}</text
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
      x="${round(centre[0] - width / 2)}"
      y="${round(centre[1] - height / 2)}"
      width="${width}"
      height="${height}"
      rx="${corner}"
      fill="${fill}"
      stroke="${stroke}"
    />
    ${texts}`;
}

function drawLine(line: string, x: number, y: number, isName: boolean): Html {
  if (isName) return html`<text x="${round(x)}" y="${round(y)}" font-weight="bold">${line}</text>`;
  return html`<text x="${round(x)}" y="${round(y)}">${line}</text>`;
}
