import type { ExportAllDeclaration, ExportNamedDeclaration, ImportDeclaration, Program } from "oxc-parser";
import { walk } from "./ast.ts";
import { CELL_SUPPORT, type ImportRequest } from "./types.ts";

type StaticRequest = Pick<ImportDeclaration | ExportAllDeclaration, "attributes"> & {
  readonly source: { readonly value: string };
};

function attributesOf({ attributes }: StaticRequest): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key.type === "Literal" ? key.value : key.name, value.value]),
  );
}

/** The call that loads the module of a static import. */
function loadCall(statement: StaticRequest, names: readonly string[]): string {
  const request: ImportRequest = {
    ...(statement.attributes.length > 0 && { with: attributesOf(statement) }),
    ...(names.length > 0 && { names }),
  };
  const rest = Object.keys(request).length > 0 ? `, ${JSON.stringify(request)}` : "";
  return `await ${CELL_SUPPORT}.import(${JSON.stringify(statement.source.value)}${rest})`;
}

/** One import clause taken apart: `import d, { a as b } from "m"` imports `default` as `d` and `a` as `b`. */
function clauses(statement: ImportDeclaration): { namespace: string | null; named: [string, string][] } {
  let namespace: string | null = null;
  const named: [string, string][] = [];
  for (const specifier of statement.specifiers) {
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") namespace = local;
    else if (specifier.type === "ImportDefaultSpecifier") named.push(["default", local]);
    else
      named.push([
        specifier.imported.type === "Literal" ? specifier.imported.value : specifier.imported.name,
        local,
      ]);
  }
  return { namespace, named };
}

/** Names that a program mentions outside of its import statements. */
export function mentionedNames(program: Program): Set<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type === "Identifier") names.add(node.name);
    return node.type !== "ImportDeclaration";
  });
  return names;
}

/**
 * A static import as declarations of `let` variables that are filled from the loaded module. A name that the module lacks
 * is an error only where the cell mentions it: otherwise it may be a type, which exists in the text alone.
 */
export function importToLet(statement: ImportDeclaration, mentioned: ReadonlySet<string>): string {
  const { namespace, named } = clauses(statement);
  const required = named.filter(([, local]) => mentioned.has(local)).map(([imported]) => imported);
  const load = loadCall(statement, required);
  const pattern = `{ ${named.map(([imported, local]) => `${JSON.stringify(imported)}: ${local}`).join(", ")} }`;
  if (namespace !== null && named.length > 0) return `let ${namespace} = ${load}, ${pattern} = ${namespace};`;
  if (namespace !== null) return `let ${namespace} = ${load};`;
  return named.length > 0 ? `let ${pattern} = ${load};` : `${load};`;
}

/** `export … from "m"` in a cell has nobody to export to: it loads the module and checks the names. */
export function reexportToLoad(statement: ExportAllDeclaration | ExportNamedDeclaration): string {
  if (statement.source === null) return ";";
  const specifiers = statement.type === "ExportAllDeclaration" ? [] : statement.specifiers;
  const names = specifiers.map(({ local }) => (local.type === "Literal" ? local.value : local.name));
  return `${loadCall({ attributes: statement.attributes, source: statement.source }, names)};`;
}
