import type { GraphNode } from "../runtime/snapshot.ts";
import { gradText, nodeName, valueText } from "./graph-label.ts";
import { inputsOf } from "./graph-part.ts";
import type { GraphPart } from "./graph-part.ts";
import { counted, grouped } from "./numbers.ts";

/**
 * The graph as an indented tree: each node over what it was computed from. A node that is used twice is written out once
 * and then named with its number.
 */
export function graphText(part: GraphPart): string {
  const tree = new Tree(part);
  const lines = tree.roots().flatMap((root) => tree.lines(root, "", ""));
  const missing = cutText(part);
  return [...lines, ...(missing === null ? [] : [missing])].join("\n");
}

/** What is not shown, `null` when everything is. */
export function cutText({ nodes, edges, totalNodes, totalEdges }: GraphPart): string | null {
  if (nodes.length === totalNodes && edges.length === totalEdges) return null;
  return `The ${grouped(nodes.length)} nodes nearest to the output of ${grouped(totalNodes)} and ${grouped(edges.length)} of ${counted(totalEdges, "edge")} are shown.`;
}

/** One line about a node: `x = tensor(2.), requires_grad, grad = tensor(3.)`. */
export function nodeSummary(node: GraphNode): string {
  const { tensor } = node;
  if (tensor === null) return nodeName(node);
  const grad = gradText(tensor);
  const facts = [
    `${nodeName(node)} = ${valueText(tensor)}`,
    ...(tensor.requiresGrad && node.kind === "leaf" ? ["requires_grad"] : []),
    ...(grad === null ? [] : [`grad = ${grad}`]),
  ];
  return facts.join(", ");
}

class Tree {
  readonly #part: GraphPart;
  readonly #nodes: Map<number, GraphNode>;
  readonly #inputs: ReturnType<typeof inputsOf>;
  readonly #written = new Set<number>();

  constructor(part: GraphPart) {
    this.#part = part;
    this.#nodes = new Map(part.nodes.map((node) => [node.id, node]));
    this.#inputs = inputsOf(part);
  }

  /** Nodes that nothing shown was computed from. */
  roots(): GraphNode[] {
    const used = new Set(this.#part.edges.map((edge) => edge.from));
    return this.#part.nodes.filter((node) => !used.has(node.id));
  }

  lines(node: GraphNode, head: string, indent: string): string[] {
    const inputs = this.#inputs.get(node.id) ?? [];
    const seen = this.#written.has(node.id);
    this.#written.add(node.id);
    const own = `${head}#${node.id} ${seen ? `${nodeName(node)} (see above)` : nodeSummary(node)}`;
    if (seen) return [own];
    const below = inputs.flatMap((edge, i) => {
      const input = this.#nodes.get(edge.from);
      const last = i === inputs.length - 1;
      const branch = indent + (last ? "└─ " : "├─ ");
      return input === undefined ? [] : this.lines(input, branch, indent + (last ? "   " : "│  "));
    });
    return [own, ...below];
  }
}
