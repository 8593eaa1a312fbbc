import type { GraphEdge, GraphNode, GraphSnapshot } from "../runtime/snapshot.ts";

/** The part of a graph that is shown, and how large the whole is. */
export interface GraphPart {
  readonly nodes: readonly GraphNode[];
  /** Those between shown nodes. */
  readonly edges: readonly GraphEdge[];
  readonly totalNodes: number;
  readonly totalEdges: number;
}

/** Beyond this a layout takes seconds, and nobody can read the drawing. */
const MOST_NODES = 400;
const MOST_EDGES = 1200;

/** The nodes nearest to the output (the first of the snapshot), and the edges between them. */
export function shownPart({ nodes, edges }: GraphSnapshot): GraphPart {
  const shown = nodes.slice(0, MOST_NODES);
  const ids = new Set(shown.map((node) => node.id));
  const between = edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)).slice(0, MOST_EDGES);
  return { nodes: shown, edges: between, totalNodes: nodes.length, totalEdges: edges.length };
}

/** The inputs of each node, by its id. */
export function inputsOf(part: GraphPart): Map<number, GraphEdge[]> {
  const inputs = new Map<number, GraphEdge[]>(part.nodes.map((node) => [node.id, []]));
  for (const edge of part.edges) inputs.get(edge.to)?.push(edge);
  return inputs;
}
