import { visitorKeys, type BindingPattern, type Node } from "oxc-parser";

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The nodes directly inside `node`, in the order of the text. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const field: unknown = Reflect.get(node, key);
    if (Array.isArray(field)) found.push(...field.filter(isNode));
    else if (isNode(field)) found.push(field);
  }
  return found;
}

/** Calls `enter` for `node` and everything inside it, parents first. `enter` answers `false` to leave a node's inside out. */
export function walk(node: Node, enter: (node: Node) => boolean | void): void {
  if (enter(node) === false) return;
  for (const child of children(node)) walk(child, enter);
}

/** Whether `var` declared inside `node` stays inside. */
export function isFunctionLike(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression" ||
    node.type === "StaticBlock"
  );
}

/** Names that a binding pattern declares: `x`, `{ a, b: [c] }`, `...rest`. */
export function patternNames(pattern: BindingPattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => {
        if (element === null) return [];
        return patternNames(element.type === "RestElement" ? element.argument : element);
      });
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property.argument : property.value),
      );
  }
}
