import { MagicString } from "magic-string";
import type {
  Class,
  Declaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  Function as FunctionNode,
  ImportDeclaration,
  Program,
  Statement,
  VariableDeclaration,
} from "oxc-parser";
import { patternNames, walk } from "./ast.ts";
import { importToLet, mentionedNames, reexportToLoad } from "./imports.ts";
import { writtenName } from "./own-globals.ts";
import { throughMap } from "./position.ts";
import type { Rewritten } from "./strip.ts";
import { CELL_SUPPORT } from "./types.ts";
import { hasNestedUsing } from "./using.ts";
import { hoistVars } from "./vars.ts";

/** A cell's JavaScript, rewritten for V8's `replMode`. */
export interface Normalised extends Rewritten {
  readonly declares: ReadonlySet<string>;
  /** Whether a `using` is left inside a block or a function. */
  readonly nestedUsing: boolean;
}

/** The rewriting under way. */
interface Draft {
  readonly edit: MagicString;
  readonly source: string;
  readonly program: Program;
  readonly declares: Set<string>;
  readonly mentioned: ReadonlySet<string>;
}

/** Moves a statement to the front of the cell, and ends the statement before it. */
function moveToFront({ edit }: Draft, { start, end }: Statement): void {
  edit.appendLeft(end, ";");
  if (start === 0) return;
  edit.prependRight(end, ";");
  edit.move(start, end, 0);
}

/** `using` resources belong to the cell: the kernel disposes them after it, so each initialiser registers its value. */
function registerResources({ edit }: Draft, statement: VariableDeclaration): void {
  const method = statement.kind === "using" ? "use" : "useAsync";
  for (const { init } of statement.declarations) {
    if (init === null) continue;
    edit.appendLeft(init.start, `${CELL_SUPPORT}.${method}(`);
    edit.appendRight(init.end, ")");
  }
}

/** Every kind of top-level variable becomes a `let`, the only kind that V8 lets a later cell declare again as any other. */
function declareVariables(draft: Draft, statement: VariableDeclaration): void {
  if (statement.kind === "var") return;
  for (const { id } of statement.declarations) for (const name of patternNames(id)) draft.declares.add(name);
  if (statement.kind.endsWith("using")) registerResources(draft, statement);
  draft.edit.update(statement.start, statement.start + statement.kind.length, "let");
}

/**
 * A function becomes `let f = function (…) {…}` at the front of the cell. A declaration would become a property of the
 * global object, where V8 refuses to turn it into a variable later, and where it would replace a global such as `fetch`
 * for every library. The expression has no name of its own, so a recursive call sees a later redeclaration.
 */
function declareFunction(draft: Draft, statement: FunctionNode): void {
  if (statement.id === null) return;
  const { name, start, end } = statement.id;
  draft.declares.add(name);
  const written = writtenName(name);
  // V8 names a function after its property or variable.
  const [before, after] = written === name ? ["", ""] : [`{ ${written}: `, ` }.${written}`];
  draft.edit.prependRight(statement.start, `let ${name} = ${before}`);
  draft.edit.appendLeft(statement.end, after);
  draft.edit.update(start, end, " ");
  moveToFront(draft, statement);
}

function declareClass(draft: Draft, statement: Class): void {
  if (statement.id !== null) draft.declares.add(statement.id.name);
}

function declare(draft: Draft, declaration: Declaration): void {
  if (declaration.type === "VariableDeclaration") declareVariables(draft, declaration);
  else if (declaration.type === "FunctionDeclaration") declareFunction(draft, declaration);
  else if (declaration.type === "ClassDeclaration") declareClass(draft, declaration);
}

/** Imports run before everything else, as in a module; those that lead the cell already do. */
function rewriteImport(draft: Draft, statement: ImportDeclaration): void {
  for (const { local } of statement.specifiers) draft.declares.add(local.name);
  draft.edit.update(statement.start, statement.end, importToLet(statement, draft.mentioned));
  const { body } = draft.program;
  const leading = body.slice(0, body.indexOf(statement)).every(({ type }) => type === "ImportDeclaration");
  if (!leading) moveToFront(draft, statement);
}

function rewriteNamedExport(draft: Draft, statement: ExportNamedDeclaration): void {
  if (statement.declaration === null) {
    draft.edit.update(statement.start, statement.end, reexportToLoad(statement));
    return;
  }
  draft.edit.remove(statement.start, statement.declaration.start);
  declare(draft, statement.declaration);
}

/** `export default` of something with a name declares it; of anything else it is an expression, evaluated for its effect. */
function rewriteDefaultExport(draft: Draft, { start, declaration }: ExportDefaultDeclaration): void {
  const named = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
  draft.edit.update(start, declaration.start, ";");
  if (named && declaration.id !== null) return declare(draft, declaration);
  draft.edit.appendLeft(declaration.start, "(");
  draft.edit.appendRight(declaration.end, ")");
}

function rewriteStatement(draft: Draft, statement: Statement): void {
  switch (statement.type) {
    case "ImportDeclaration":
      return rewriteImport(draft, statement);
    case "ExportNamedDeclaration":
      return rewriteNamedExport(draft, statement);
    case "ExportDefaultDeclaration":
      return rewriteDefaultExport(draft, statement);
    case "ExportAllDeclaration":
      draft.edit.update(statement.start, statement.end, reexportToLoad(statement));
      return;
    case "VariableDeclaration":
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return declare(draft, statement);
    default:
  }
}

/** `import()`, `import.meta` and what is thrown go through the session: V8 has no module to relate them to, and no place for values that are no errors. */
function rewriteForSession({ edit, program }: Draft): void {
  walk(program, (node) => {
    if (node.type === "ImportExpression") {
      edit.update(node.start, node.start + "import".length, `${CELL_SUPPORT}.import`);
    } else if (node.type === "MetaProperty" && node.meta.name === "import") {
      edit.update(node.start, node.end, `${CELL_SUPPORT}.meta`);
    } else if (node.type === "ThrowStatement") {
      edit.appendLeft(node.argument.start, `${CELL_SUPPORT}.thrown(`);
      edit.prependRight(node.argument.end, ")");
    }
  });
}

/** The code before the cell's own: strictness, since TypeScript files are modules, and the variables of its `var`s. */
function preamble(vars: ReadonlySet<string>): string {
  const hoisted = vars.size > 0 ? ` let ${[...vars].join(", ")};` : "";
  return `"use strict";${hoisted}\n`;
}

/**
 * Rewrites a cell's JavaScript so that `Runtime.evaluate` with `replMode` runs it as a module's text would run, and so that
 * any later cell may declare the same names again, in any way.
 */
export function normalise(source: string, program: Program): Normalised {
  const edit = new MagicString(source);
  const draft: Draft = { edit, source, program, declares: new Set(), mentioned: mentionedNames(program) };
  for (const statement of program.body) rewriteStatement(draft, statement);
  rewriteForSession(draft);
  const vars = hoistVars(edit, program);
  edit.prepend(preamble(vars));
  return {
    code: edit.toString(),
    toSource: throughMap(() => edit.generateDecodedMap({ hires: true, source: "cell" }).mappings),
    declares: new Set([...draft.declares, ...vars]),
    nestedUsing: hasNestedUsing(program),
  };
}
