/** Arguments and results of any structure: tensors in arrays and plain objects, as in `torch.utils._pytree`. */
import { Tensor } from "../tensor.ts";

/** A tensor, something else that is passed on, or an array or plain object of these. */
export type Tree = unknown;

function isObject(tree: Tree): tree is Record<string, Tree> {
  if (typeof tree !== "object" || tree === null) return false;
  const prototype: unknown = Object.getPrototypeOf(tree);
  return prototype === Object.prototype || prototype === null;
}

/** All leaves, from left to right. */
export function leavesOf(tree: Tree): unknown[] {
  if (Array.isArray(tree)) return tree.flatMap(leavesOf);
  return isObject(tree) ? Object.values(tree).flatMap(leavesOf) : [tree];
}

/** The tree with other leaves, which `change` makes of the old ones from left to right. */
export function mapTree(tree: Tree, change: (leaf: unknown) => unknown): Tree {
  if (Array.isArray(tree)) return tree.map((item) => mapTree(item, change));
  if (!isObject(tree)) return change(tree);
  return Object.fromEntries(Object.entries(tree).map(([name, item]) => [name, mapTree(item, change)]));
}

/** The tree with the given leaves in place of its own. */
export function withLeaves(tree: Tree, leaves: readonly unknown[]): Tree {
  let position = 0;
  return mapTree(tree, () => leaves[position++]);
}

/** The structure as text, with `*` for a leaf. */
export function structureOf(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(structureOf).join(", ")}]`;
  if (!isObject(tree)) return "*";
  return `{${Object.entries(tree)
    .map(([name, item]) => `${name}: ${structureOf(item)}`)
    .join(", ")}}`;
}

/** The leaves, if all of them are tensors; else `makeError` says what is wrong with the first that is not. */
export function tensorsOf(tree: Tree, makeError: (leaf: unknown) => Error): Tensor[] {
  return leavesOf(tree).map((leaf) => {
    if (leaf instanceof Tensor) return leaf;
    throw makeError(leaf);
  });
}

/** What a value is, for an error message. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : typeof value;
}
