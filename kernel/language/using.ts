import type { Node, Program } from "oxc-parser";
import { walk } from "./ast.ts";

/** Whether a program has a `using` or `await using` that `counts`; by default any. */
export function hasUsing(program: Program, counts: (node: Node) => boolean = () => true): boolean {
  let found = false;
  walk(program, (node) => {
    found ||= node.type === "VariableDeclaration" && node.kind.endsWith("using") && counts(node);
    return !found;
  });
  return found;
}

/** Whether a `using` stands inside a block or a function, where V8 has to know it; those of the top level are the kernel's. */
export function hasNestedUsing(program: Program): boolean {
  const topLevel = new Set<Node>(program.body);
  return hasUsing(program, (node) => !topLevel.has(node));
}
