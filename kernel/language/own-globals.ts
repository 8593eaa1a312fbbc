import { MagicString } from "magic-string";
import type { Class, Node, Program, Statement } from "oxc-parser";
import { children, isFunctionLike, patternNames } from "./ast.ts";
import { throughMap } from "./position.ts";
import type { Rewritten } from "./strip.ts";

/*
 * A cell's `class Map {}` is its own, as in a module. V8 would put it in the scope that all code of the process shares, in front of
 * the global object: every library, and the kernel, would get it for their `new Map()` (after `class Promise {}` no request was
 * answered any more). So a cell's names that are names of the global object have bindings of other names.
 */

/** Ends the binding's name: a zero width non-joiner, which is part of a name and shows in no message. */
const MARK = "\u200C";

/** Which names need a binding of their own. */
export interface GlobalNames {
  /** Names of the global object. */
  readonly all: ReadonlySet<string>;
  /** Those of them that cells have declared: later cells mean these. */
  readonly taken: ReadonlySet<string>;
}

/** The name of the binding that cells have of their own for a name. */
export function bindingName(name: string): string {
  return name + MARK;
}

/** The name that the cell wrote for a binding. */
export function writtenName(binding: string): string {
  return binding.endsWith(MARK) ? binding.slice(0, -MARK.length) : binding;
}

type Names = ReadonlySet<string>;

/** Names of lexical declarations among statements, such as those of a block. */
function lexicalNames(statements: readonly Node[]): string[] {
  return statements.flatMap((statement): string[] => {
    switch (statement.type) {
      case "VariableDeclaration":
        return statement.kind === "var" ? [] : statement.declarations.flatMap(({ id }) => patternNames(id));
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return statement.id === null ? [] : [statement.id.name];
      case "ImportDeclaration":
        return statement.specifiers.map(({ local }) => local.name);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        return statement.declaration === null ? [] : lexicalNames([statement.declaration]);
      default:
        return [];
    }
  });
}

/** Names of the `var`s that belong to the function, or the cell, whose inside is `node`. */
function varNames(node: Node): string[] {
  const own =
    node.type === "VariableDeclaration" && node.kind === "var"
      ? node.declarations.flatMap(({ id }) => patternNames(id))
      : [];
  const nested = children(node).filter((child) => !isFunctionLike(child));
  return [...own, ...nested.flatMap(varNames)];
}

/** Names that a node declares for what is inside it. */
function declaredInside(node: Node): string[] {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const own = node.type === "FunctionExpression" && node.id !== null ? [node.id.name] : [];
      const parameters = node.params.flatMap((parameter) => {
        if (parameter.type === "TSParameterProperty") return [];
        return patternNames(parameter.type === "RestElement" ? parameter.argument : parameter);
      });
      return [...own, ...parameters, ...(node.body === null ? [] : varNames(node.body))];
    }
    case "ClassExpression":
      return node.id === null ? [] : [node.id.name];
    case "StaticBlock":
      return [...lexicalNames(node.body), ...varNames(node)];
    case "BlockStatement":
      return lexicalNames(node.body);
    case "SwitchStatement":
      return lexicalNames(node.cases.flatMap(({ consequent }) => consequent));
    case "ForStatement":
      return node.init === null ? [] : lexicalNames([node.init]);
    case "ForInStatement":
    case "ForOfStatement":
      return lexicalNames([node.left]);
    case "CatchClause":
      return node.param === null ? [] : patternNames(node.param);
    default:
      return [];
  }
}

/** Identifiers of a node that are no names of variables, such as the `a` of `x.a`. */
function plainNames(node: Node): (Node | null)[] {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? [] : [node.property];
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return node.computed ? [] : [node.key];
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return [node.label];
    case "ImportSpecifier":
      return [node.imported];
    default:
      return [];
  }
}

/** Gives the variables `names` of a cell's top level the names of their bindings. */
class Renaming {
  readonly #edit: MagicString;

  constructor(edit: MagicString) {
    this.#edit = edit;
  }

  /** @param names those that mean the cell's own where `node` stands */
  visit(node: Node, names: Names): void {
    if (node.type === "Identifier") return this.#rename(node.start, node.end, node.name, names);
    // `export { … }` has nobody to export to.
    if (node.type === "MetaProperty" || node.type === "ExportSpecifier") return;
    const hidden = new Set(declaredInside(node));
    const inside = hidden.size === 0 ? names : new Set([...names].filter((name) => !hidden.has(name)));
    const plain = plainNames(node);
    const own = node.type === "FunctionDeclaration" || node.type === "ClassDeclaration" ? node.id : null;
    for (const child of children(node)) {
      if (child === own) this.visit(child, names);
      else if (!plain.includes(child)) this.visit(child, inside);
    }
    this.#expandShorthand(node, inside);
  }

  /** `class Map {}` at the top level becomes `let … = class Map {}`: its instances show the class's name. */
  visitClass(node: Class, names: Names): void {
    const { id } = node;
    if (id === null || !names.has(id.name)) return this.visit(node, names);
    this.#edit.prependRight(node.start, `let ${bindingName(id.name)} = `);
    this.#edit.appendLeft(node.end, ";");
    const inside = new Set([...names].filter((name) => name !== id.name));
    for (const child of children(node)) if (child !== id) this.visit(child, inside);
  }

  #rename(start: number, end: number, name: string, names: Names): void {
    if (names.has(name)) this.#edit.update(start, end, bindingName(name));
  }

  /** `{ Map }` becomes `{ Map: … }`, and `import { Map }` becomes `import { Map as … }`. */
  #expandShorthand(node: Node, names: Names): void {
    if (node.type === "Property" && node.shorthand && node.key.type === "Identifier") {
      if (names.has(node.key.name)) this.#edit.prependRight(node.start, `${node.key.name}: `);
    } else if (node.type === "ImportSpecifier" && node.imported.start === node.local.start) {
      if (names.has(node.local.name)) this.#edit.prependRight(node.start, `${node.local.name} as `);
    }
  }
}

/** The class that a statement declares at the top level, with or without `export`. */
function classOf(statement: Statement): Class | null {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  return declaration?.type === "ClassDeclaration" ? declaration : null;
}

function mentions(node: Node, names: Names): boolean {
  return (
    (node.type === "Identifier" && names.has(node.name)) ||
    children(node).some((child) => mentions(child, names))
  );
}

/**
 * Gives names of the global object that a cell declares, or that earlier ones declared and this one means, bindings of their own.
 *
 * @returns `null` when the cell has none
 */
export function separateGlobals(source: string, program: Program, globals: GlobalNames): Rewritten | null {
  const declared = [...lexicalNames(program.body), ...varNames(program)].filter((name) =>
    globals.all.has(name),
  );
  const names = new Set([...declared, ...globals.taken]);
  if (names.size === 0 || (declared.length === 0 && !mentions(program, names))) return null;
  const edit = new MagicString(source);
  const renaming = new Renaming(edit);
  for (const statement of program.body) {
    const declaration = classOf(statement);
    if (declaration === null) renaming.visit(statement, names);
    else renaming.visitClass(declaration, names);
  }
  return {
    code: edit.toString(),
    toSource: throughMap(() => edit.generateDecodedMap({ hires: true, source: "cell" }).mappings),
  };
}
