import type { GraphNode, GraphTensor } from "../runtime/snapshot.ts";
import { shapeText } from "./numbers.ts";

const LONGEST_LINE = 36;

/** Text cut to a number of characters, with an ellipsis when something is missing. */
export function clip(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** A node in one or two words: its name, or what it is. */
export function nodeName({ name, kind }: GraphNode): string {
  return clip(name ?? kind, LONGEST_LINE);
}

/** A tensor's value when one line holds it, else its dtype and shape. */
export function valueText({ repr, dtype, shape }: GraphTensor): string {
  return shortRepr(repr) ?? `${dtype} ${shapeText(shape)}`;
}

/** The accumulated gradient of a leaf, `null` when it has none. */
export function gradText({ grad }: GraphTensor): string | null {
  return grad === null ? null : (shortRepr(grad.repr) ?? shapeText(grad.shape));
}

/** Lines inside the box of a node: name, value, whether it asks for a gradient, the gradient. */
export function nodeLines(node: GraphNode): string[] {
  const lines = [nodeName(node)];
  const { tensor } = node;
  if (tensor === null) return lines;
  lines.push(valueText(tensor));
  if (tensor.requiresGrad && node.kind === "leaf") lines.push("requires_grad");
  const grad = gradText(tensor);
  if (grad !== null) lines.push(`grad = ${grad}`);
  return lines;
}

/** What autograd knows of the tensor is said by the drawing itself, so it is dropped from the printed form. */
function shortRepr(repr: string | null): string | null {
  if (repr === null) return null;
  const line = repr.replace(/,\s*(?:requires_grad=True|grad_fn=<[^>]*>)/g, "").replace(/\s+/g, " ");
  return line.length <= LONGEST_LINE ? line : null;
}
