import type MagicString from "magic-string";
import type { Node, Program, VariableDeclaration } from "oxc-parser";
import { children, isFunctionLike, patternNames } from "./ast.ts";

/** Where a `var` stands, which decides how an assignment is written there. */
type Place = "statement" | "body" | "for" | "for each";

function placeOf(node: VariableDeclaration, parent: Node): Place {
  switch (parent.type) {
    case "Program":
    case "BlockStatement":
    case "SwitchCase":
    case "ExportNamedDeclaration":
      return "statement";
    case "ForStatement":
      return parent.init === node ? "for" : "body";
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === node ? "for each" : "body";
    default:
      return "body";
  }
}

/**
 * Turns a `var` into assignments. In a list of statements a semicolon ends the statement before, which may have relied on
 * the line break; the sole body of an `if` or a loop must not become an empty statement.
 */
function assign(edit: MagicString, node: VariableDeclaration, place: Place): void {
  const [first, last] = [node.declarations[0], node.declarations.at(-1)];
  if (first === undefined || last === undefined) return;
  if (place === "for each") {
    edit.remove(node.start, first.start);
    return;
  }
  edit.update(node.start, first.start, place === "statement" ? ";(" : "(");
  edit.appendLeft(last.end, ")");
}

/**
 * Turns every `var` of a cell's top-level scope, however deep in blocks and loops, into assignments to variables that the
 * caller declares as `let` at the front: V8 would make properties of the global object of them, which no later `let`
 * could declare again.
 *
 * @returns the names of those variables
 */
export function hoistVars(edit: MagicString, program: Program): Set<string> {
  const names = new Set<string>();
  const visit = (node: Node, parent: Node): void => {
    if (isFunctionLike(node)) return;
    if (node.type === "VariableDeclaration" && node.kind === "var") {
      assign(edit, node, placeOf(node, parent));
      for (const { id } of node.declarations) for (const name of patternNames(id)) names.add(name);
    }
    for (const child of children(node)) visit(child, node);
  };
  visit(program, program);
  return names;
}
