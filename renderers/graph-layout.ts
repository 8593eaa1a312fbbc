import { instance } from "@viz-js/viz";
import type { Viz } from "@viz-js/viz";
import { nodeLines } from "./graph-label.ts";
import type { GraphPart } from "./graph-part.ts";
import { shapeText } from "./numbers.ts";

/** A point in pixels, y downwards. */
type Point = readonly [number, number];

/** A node's box. */
export interface PlacedNode {
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
}

/** An edge's Bézier curve. */
export interface PlacedEdge {
  /** Start, then three points for each cubic piece. */
  readonly curve: readonly Point[];
  /** Where the arrow's head ends. */
  readonly tip: Point;
  /** Centre of the label. */
  readonly label: Point | null;
}

/** A drawing's geometry; nodes and edges in the order of the part that was laid out. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Size of the letters inside nodes, and the room that they need around them. */
export const FONT_SIZE = 12;
export const LINE_HEIGHT = 16;
export const LABEL_SIZE = 11;
const LETTER_WIDTH = 0.605 * FONT_SIZE; // The widest of the usual fixed-width fonts.
const PADDING = 10;

/** Graphviz counts sizes in inches of 72 points; one point is one pixel here. */
const INCH = 72;

/** What is read of Graphviz's `json0` format: https://graphviz.org/docs/outputs/json/ */
interface GraphvizJson {
  readonly bb: string;
  readonly objects?: readonly { readonly name: string; readonly pos: string }[];
  readonly edges?: readonly { readonly id: string; readonly pos: string; readonly lp?: string }[];
}

let viz: Promise<Viz> | undefined;

/**
 * Places the nodes of a graph in rows, from the leaves at the top to the output at the bottom.
 * Graphviz sees numbers only (sizes and shapes), so no text of a user can be read as its language.
 */
export async function layOut(part: GraphPart): Promise<GraphLayout> {
  viz ??= instance();
  const boxes = part.nodes.map((node) => boxOf(nodeLines(node)));
  const graph = {
    // The limits bound the two iterative searches, which can take minutes on a dense graph.
    graphAttributes: { rankdir: "TB", nodesep: 0.3, ranksep: 0.4, nslimit: 2, nslimit1: 2, mclimit: 0.5 },
    nodeAttributes: { shape: "box", fixedsize: true, label: "" },
    edgeAttributes: { fontname: "Courier", fontsize: LABEL_SIZE, arrowsize: 0.7 },
    nodes: part.nodes.map((node, i) => ({
      name: String(node.id),
      attributes: { width: (boxes[i]?.width ?? 0) / INCH, height: (boxes[i]?.height ?? 0) / INCH },
    })),
    edges: part.edges.map((edge, i) => ({
      tail: String(edge.from),
      head: String(edge.to),
      attributes: { id: String(i), label: ` ${shapeText(edge.shape)} ` },
    })),
  };
  const text = (await viz).renderString(graph, { format: "json0", yInvert: true });
  return readLayout(JSON.parse(text) as GraphvizJson, part, boxes); // Graphviz documents this shape.
}

function boxOf(lines: readonly string[]): { width: number; height: number } {
  const longest = Math.max(...lines.map(columnsOf));
  return {
    width: Math.ceil(longest * LETTER_WIDTH) + 2 * PADDING,
    height: lines.length * LINE_HEIGHT + PADDING,
  };
}

/** Letters that a fixed-width font draws twice as wide: East Asian ones and emoji. */
function columnsOf(line: string): number {
  return Array.from(line).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);
}

function readLayout(
  json: GraphvizJson,
  part: GraphPart,
  boxes: readonly { width: number; height: number }[],
): GraphLayout {
  const [left = 0, bottom = 0, right = 0, top = 0] = json.bb.split(",").map(Number);
  const places = new Map(json.objects?.map((object) => [object.name, point(object.pos)]));
  const curves = new Map(json.edges?.map((edge) => [edge.id, placedEdge(edge)]));
  const nodes = part.nodes.map((node, i) => ({
    centre: places.get(String(node.id)) ?? ([0, 0] as const),
    width: boxes[i]?.width ?? 0,
    height: boxes[i]?.height ?? 0,
  }));
  const edges = part.edges.map(
    (_, i) => curves.get(String(i)) ?? { curve: [], tip: [0, 0] as const, label: null },
  );
  return { width: Math.abs(right - left), height: Math.abs(top - bottom), nodes, edges };
}

function point(text: string): Point {
  const [x = 0, y = 0] = text.split(",").map(Number);
  return [x, y];
}

/** `e,x,y x0,y0 x1,y1 …`: the arrow's tip, then the curve. */
function placedEdge({ pos, lp }: { readonly pos: string; readonly lp?: string }): PlacedEdge {
  const words = pos.split(" ");
  const end = words.find((word) => word.startsWith("e,"));
  const curve = words.filter((word) => /^[-\d.]/.test(word)).map(point);
  const last = curve.at(-1) ?? [0, 0];
  return {
    curve,
    tip: end === undefined ? last : point(end.slice(2)),
    label: lp === undefined ? null : point(lp),
  };
}
