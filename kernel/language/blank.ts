import type { Class, MethodDefinition, Node, Program, PropertyDefinition, Span } from "oxc-parser";
import { walk } from "./ast.ts";

/*
 * Types taken out of a program in place: what JavaScript does not have becomes spaces, so that everything else keeps its line
 * and column. As TypeScript's own `erasableSyntaxOnly` sees it, that leaves nothing to do but for enums, namespaces, parameter properties,
 * `import x = require()` and `<T>x`, of which this file wants to know nothing.
 */

/** Syntax that is not merely to be left out. */
const needCode: ReadonlySet<Node["type"]> = new Set<Node["type"]>([
  "TSEnumDeclaration",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
  "TSModuleDeclaration",
  "TSParameterProperty",
  "TSTypeAssertion",
]);

/** Statements and members that end where their last expression or type ends when no semicolon follows. */
const endedByLine: ReadonlySet<Node["type"]> = new Set<Node["type"]>([
  "AccessorProperty",
  "ExpressionStatement",
  "PropertyDefinition",
  "ReturnStatement",
  "ThrowStatement",
  "VariableDeclaration",
]);

/** Syntax of TypeScript that expressions are inside of. */
const withExpressions: ReadonlySet<Node["type"]> = new Set<Node["type"]>([
  ...needCode,
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

const memberModifier = /\b(?:abstract|declare|override|private|protected|public|readonly)\b/gu;

/** Whether a statement, a member or a specifier is there for types alone. */
function isType(node: Node): boolean {
  switch (node.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSDeclareFunction":
    case "TSIndexSignature":
    case "TSAbstractAccessorProperty":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSNamespaceExportDeclaration":
      return true;
    case "VariableDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
    case "PropertyDefinition":
      return node.declare === true;
    case "MethodDefinition":
      return node.value.type === "TSEmptyBodyFunctionExpression";
    case "ImportDeclaration":
    case "TSImportEqualsDeclaration":
      return node.importKind === "type";
    case "ExportAllDeclaration":
      return node.exportKind === "type";
    case "ExportNamedDeclaration":
      return node.exportKind === "type" || (node.declaration !== null && isType(node.declaration));
    case "ExportDefaultDeclaration":
      return isType(node.declaration);
    default:
      return false;
  }
}

/** Annotations, arguments and parameters of types: nothing but types is inside. */
function isTypePart({ type }: Node): boolean {
  return (
    type === "TSTypeAnnotation" ||
    type === "TSTypeParameterDeclaration" ||
    type === "TSTypeParameterInstantiation"
  );
}

/** The blanking of one text. */
class Blanking {
  readonly #source: string;
  readonly #units: string[];
  /** Where statements and members end that have no semicolon: blanks there would let them go on in the next line. */
  readonly #ends = new Set<number>();
  /** What the heads of loops declare, which is no statement. */
  readonly #heads = new Set<Node | null>();

  constructor(source: string) {
    this.#source = source;
    this.#units = source.split("");
  }

  toString(): string {
    return this.#units.join("");
  }

  /** Answers whether there is anything to look for inside of the node. Parents come before what they contain. */
  visit(node: Node): boolean {
    if (isType(node)) {
      this.#blank(node.start, node.end);
      this.#units[node.start] = ";";
      return false;
    }
    if (isTypePart(node)) {
      this.#blankPart(node.start, node.end);
      return false;
    }
    this.#visitPart(node);
    return !node.type.startsWith("TS") || withExpressions.has(node.type);
  }

  #visitPart(node: Node): void {
    if (endedByLine.has(node.type) && !this.#heads.has(node)) this.#ends.add(node.end);
    switch (node.type) {
      case "ForStatement":
        this.#heads.add(node.init);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#heads.add(node.left);
        break;
      case "TSAsExpression":
      case "TSSatisfiesExpression":
        this.#blankPart(node.expression.end, node.end);
        break;
      case "TSNonNullExpression":
        this.#blankPart(node.end - 1, node.end);
        break;
      case "ImportSpecifier":
        if (node.importKind === "type") this.#blankItem(node);
        break;
      case "ExportSpecifier":
        if (node.exportKind === "type") this.#blankItem(node);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#visitClass(node);
        break;
      case "PropertyDefinition":
      case "MethodDefinition":
        this.#visitMember(node);
        break;
      case "VariableDeclarator":
        if (node.definite === true) this.#blankLast("!", node.id.typeAnnotation?.start ?? node.id.end);
        break;
      case "Identifier":
      case "ObjectPattern":
      case "ArrayPattern":
        this.#visitPattern(node);
        break;
      default:
    }
  }

  #visitPattern(node: Extract<Node, { type: "Identifier" | "ObjectPattern" | "ArrayPattern" }>): void {
    // oxc's types say that a name is never optional; parameters are.
    const { optional, typeAnnotation } = node as Span &
      Partial<{ optional: boolean; typeAnnotation: Span | null }>;
    if (node.type === "Identifier" && node.name === "this") this.#blankItem(node);
    else if (optional === true) this.#blankLast("?", typeAnnotation?.start ?? node.end);
  }

  #visitClass(node: Class): void {
    if (node.abstract === true) this.#blank(node.start, node.start + "abstract".length);
    const first = node.implements?.[0];
    const last = node.implements?.at(-1);
    if (first === undefined || last === undefined) return;
    this.#blank(this.#source.lastIndexOf("implements", first.start), last.end);
  }

  #visitMember(node: PropertyDefinition | MethodDefinition): void {
    const { start, key, value } = node;
    const modifiers = [...this.#source.slice(start, key.start).matchAll(memberModifier)];
    for (const { index, 0: word } of modifiers) this.#blank(start + index, start + index + word.length);
    // A member that begins with `[` or `*` would go on with the one before it.
    if (modifiers[0]?.index === 0) this.#units[start] = ";";
    const annotation = node.type === "PropertyDefinition" ? node.typeAnnotation : null;
    const limit = annotation?.start ?? value?.start ?? node.end;
    const mark = /[?!]/u.exec(this.#source.slice(key.end, limit));
    if (mark !== null) this.#blank(key.end + mark.index, key.end + mark.index + 1);
  }

  /** One of a list, with the comma after it. */
  #blankItem({ start, end }: Node): void {
    const comma = /^(?:\s|\/\/.*|\/\*[^]*?\*\/)*,/u.exec(this.#source.slice(end));
    this.#blank(start, end + (comma?.[0].length ?? 0));
  }

  #blankLast(mark: string, before: number): void {
    const at = this.#source.lastIndexOf(mark, before - 1);
    this.#blank(at, at + 1);
  }

  /** Part of a statement: where that may end with it, a semicolon says so. */
  #blankPart(start: number, end: number): void {
    this.#blank(start, end);
    if (this.#ends.has(end)) this.#units[start] = ";";
  }

  #blank(start: number, end: number): void {
    for (let at = start; at < end; at += 1)
      if (!/[\n\r\u2028\u2029]/u.test(this.#source[at]!)) this.#units[at] = " ";
  }
}

/** Whether a type before something that may not begin a line contains the end of one: `(): {⏎} => 1`, `return <⏎T>(x: T) => x`. */
function breaksLine(node: Node, source: string): boolean {
  if (node.type !== "ArrowFunctionExpression") return false;
  const parts = [node.typeParameters, node.returnType];
  return parts.some(
    (part) =>
      part !== undefined && part !== null && /[\n\r\u2028\u2029]/u.test(source.slice(part.start, part.end)),
  );
}

/**
 * The text with types blanked out; `null` when that does not suffice. What it makes of a text whose comments look like syntax
 * may not parse as JavaScript, and is then no answer either.
 */
export function blankTypes(source: string, program: Program): string | null {
  const blanking = new Blanking(source);
  let possible = true;
  walk(program, (node) => {
    if (!possible) return false;
    const inside = blanking.visit(node);
    possible = !inside || !(needCode.has(node.type) || breaksLine(node, source));
    return inside && possible;
  });
  return possible ? blanking.toString() : null;
}
