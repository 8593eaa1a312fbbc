import type {
  Declaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  ImportDeclaration,
  Node,
  Program,
  Statement,
  VariableDeclaration,
  VariableDeclarator,
} from "oxc-parser";
import { children, isFunctionLike, patternNames } from "./ast.ts";

/**
 * How a value is handed on to later cells: `import` for what cannot be assigned to and has no narrower type (functions, classes,
 * enums, namespaces, imports), `const` and `let` for variables, `loose` for a variable whose type its assignments decide.
 */
export type ValueKind = "import" | "const" | "let" | "loose";

/** What a name means that a cell declares: a value, a type, or both, as a class. */
export interface DeclaredName {
  readonly value: ValueKind | null;
  readonly type: boolean;
}

/** What a cell declares at its top level. */
export interface Declarations {
  readonly names: ReadonlyMap<string, DeclaredName>;
  /** Names that the cell exports itself. */
  readonly exported: ReadonlySet<string>;
}

/** The declarations under way. */
class Collector {
  readonly names = new Map<string, DeclaredName>();
  readonly exported = new Set<string>();

  add(name: string, value: ValueKind | null, type: boolean): void {
    const before = this.names.get(name);
    this.names.set(name, { value: before?.value ?? value, type: type || before?.type === true });
  }

  statement(statement: Statement): void {
    switch (statement.type) {
      case "ImportDeclaration":
        return this.#imports(statement);
      case "ExportNamedDeclaration":
        return this.#namedExport(statement);
      case "ExportDefaultDeclaration":
        return this.#defaultExport(statement);
      case "VariableDeclaration":
      case "FunctionDeclaration":
      case "TSDeclareFunction":
      case "ClassDeclaration":
      case "TSEnumDeclaration":
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
      case "TSModuleDeclaration":
      case "TSImportEqualsDeclaration":
        return this.#declaration(statement);
      default:
        this.#hoisted(statement);
    }
  }

  #declaration(node: Declaration): void {
    switch (node.type) {
      case "VariableDeclaration":
        return this.#variables(node);
      case "FunctionDeclaration":
      case "TSDeclareFunction":
      case "FunctionExpression":
      case "TSEmptyBodyFunctionExpression":
        return this.#named(node.id?.name, "import", false);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#named(node.id?.name, "import", true);
      case "TSEnumDeclaration":
      case "TSImportEqualsDeclaration":
        return this.#named(node.id.name, "import", true);
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        return this.#named(node.id.name, null, true);
      case "TSModuleDeclaration":
        return this.#named(node.id.type === "Identifier" ? node.id.name : undefined, "import", true);
      default:
    }
  }

  #named(name: string | undefined, value: ValueKind | null, type: boolean): void {
    if (name !== undefined) this.add(name, value, type);
  }

  #variables(node: VariableDeclaration): void {
    for (const declarator of node.declarations) {
      const kind = variableKind(node, declarator);
      for (const name of patternNames(declarator.id)) this.add(name, kind, false);
    }
    this.#hoisted(node);
  }

  #imports({ importKind, specifiers }: ImportDeclaration): void {
    for (const specifier of specifiers) {
      const typeOnly =
        importKind === "type" || (specifier.type === "ImportSpecifier" && specifier.importKind === "type");
      this.add(specifier.local.name, typeOnly ? null : "import", true);
    }
  }

  #namedExport({ declaration, specifiers }: ExportNamedDeclaration): void {
    if (declaration !== null) {
      const inside = new Collector();
      inside.#declaration(declaration);
      for (const [name, { value, type }] of inside.names) {
        this.add(name, value, type);
        this.exported.add(name);
      }
    }
    for (const { exported } of specifiers)
      if (exported.type === "Identifier") this.exported.add(exported.name);
  }

  #defaultExport({ declaration }: ExportDefaultDeclaration): void {
    if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
      this.#declaration(declaration);
    } else if (declaration.type === "TSInterfaceDeclaration") this.#declaration(declaration);
  }

  /** A `var` belongs to the cell, however deep in blocks and loops it stands. */
  #hoisted(node: Node): void {
    for (const child of children(node)) {
      if (isFunctionLike(child)) continue;
      if (child.type === "VariableDeclaration" && child.kind === "var") this.#variables(child);
      else this.#hoisted(child);
    }
  }
}

function variableKind(node: VariableDeclaration, { id, init }: VariableDeclarator): ValueKind {
  if (node.kind === "const" || node.kind === "using" || node.kind === "await using") return "const";
  const annotated = "typeAnnotation" in id && id.typeAnnotation !== null && id.typeAnnotation !== undefined;
  return id.type === "Identifier" && !annotated && hasNoType(init) ? "loose" : "let";
}

/** Whether an initialiser leaves the type of its variable open: TypeScript takes it from the assignments that follow. */
function hasNoType(init: VariableDeclarator["init"]): boolean {
  if (init === null) return true;
  if (init.type === "ArrayExpression") return init.elements.length === 0;
  if (init.type === "Literal") return init.value === null && init.raw === "null";
  return init.type === "Identifier" && init.name === "undefined";
}

/** Finds what a program declares at its top level. */
export function declarationsOf(program: Program): Declarations {
  const collector = new Collector();
  for (const statement of program.body) collector.statement(statement);
  return collector;
}

const keyword =
  /\b(?:const|let|var|using|function\*?|class|enum|interface|type|namespace)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;
const bracketed = /\b(?:const|let|var|import)\b[^=;{]*\{([^}=]*)\}/gu;

/** As well as can be said of a text that does not parse, such as a cell that is being written: names that look declared. */
export function guessDeclared(source: string): Set<string> {
  const names = new Set<string>();
  for (const [, name] of source.matchAll(keyword)) if (name !== undefined) names.add(name);
  for (const [, list = ""] of source.matchAll(bracketed)) {
    for (const part of list.split(",")) {
      const name = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(part)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  for (const [, name] of source.matchAll(
    /\bimport\s+(?:type\s+)?(?:\*\s*as\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu,
  )) {
    if (name !== undefined) names.add(name);
  }
  return names;
}
