import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";
import type { Program } from "oxc-parser";
import { transformSync, type HelperMode, type TransformOptions } from "oxc-transform";
import { walk } from "./ast.ts";
import { blankTypes } from "./blank.ts";
import { isJavaScript, type CellLanguage, type Parsed } from "./parse.ts";
import { throughMap, unmoved, type Mapping } from "./position.ts";
import { CellSyntaxError } from "./syntax-error.ts";
import { defaultSettings, type ProjectSettings } from "./project-settings.ts";

/** The part of a project's settings that compiling one text needs. */
export type SourceSettings = Pick<ProjectSettings, "jsx" | "legacyDecorators">;

/** JavaScript, and the way back to the text that it was made from. */
export interface Rewritten {
  readonly code: string;
  readonly toSource: Mapping;
}

const require = createRequire(import.meta.url);
let esbuild: typeof Esbuild | undefined;

/** Rewritings one after the other, as one mapping from the last text to the first. */
export function chain(steps: readonly Rewritten[]): Mapping {
  return (position) => steps.reduceRight((at, step) => step.toSource(at), position);
}

/** Runs oxc's transformer, which prints the program anew, over a text that is known to parse. */
function transform(source: string, options: TransformOptions): Rewritten {
  const { code, map, errors } = transformSync(`cell.${options.lang ?? "ts"}`, source, {
    sourceType: "module",
    sourcemap: true,
    ...options,
  });
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(error.message);
  return { code, toSource: map === undefined ? unmoved : throughMap(() => map.mappings) };
}

/**
 * Whether a program has what oxc does not rewrite: decorators, `accessor` fields, and namespaces or enums in several parts, which see each
 * other's names.
 */
function needsEsbuild(program: Program): boolean {
  const parts = new Set<string>();
  let found = false;
  walk(program, (node) => {
    found ||= node.type === "Decorator" || node.type === "AccessorProperty";
    if ((node.type === "TSModuleDeclaration" || node.type === "TSEnumDeclaration") && "name" in node.id) {
      found ||= parts.has(node.id.name);
      parts.add(node.id.name);
    }
    return !found;
  });
  return found;
}

/** The first error of esbuild, which refuses some texts that oxc parses: parameters with decorators, or two exports of one name. */
function refusal(error: unknown, name: string, source: string): unknown {
  const [first] = (error as Partial<Esbuild.TransformFailure>).errors ?? []; // what it throws, or another failure
  if (first === undefined) return error;
  const { line, column, lineText } = first.location ?? { line: 1, column: 0, lineText: "" };
  // It counts columns in bytes.
  const before = Buffer.from(lineText).subarray(0, column).toString();
  return new CellSyntaxError(first.text, name, source, { line, column: before.length + 1 });
}

/** A project's settings as esbuild takes them. */
export function esbuildOptions({ jsx, legacyDecorators }: SourceSettings): Esbuild.TransformOptions {
  const compilerOptions = {
    // An import that looks unused may be a later cell's.
    verbatimModuleSyntax: true,
    useDefineForClassFields: true,
    experimentalDecorators: legacyDecorators,
  };
  const common: Esbuild.TransformOptions = { tsconfigRaw: { compilerOptions }, logLevel: "silent" };
  return jsx.runtime === "classic"
    ? { ...common, jsx: "transform", jsxFactory: jsx.pragma, jsxFragment: jsx.pragmaFrag }
    : { ...common, jsx: "automatic", jsxImportSource: jsx.importSource };
}

/** What oxc cannot do, esbuild does. Its program is started for each such text. */
function transformByEsbuild(
  source: string,
  name: string,
  language: CellLanguage,
  settings: SourceSettings,
): Rewritten {
  esbuild ??= require("esbuild") as typeof Esbuild; // `require` is untyped
  const options: Esbuild.TransformOptions & { sourcemap: "external" } = {
    ...esbuildOptions(settings),
    loader: language,
    target: "esnext",
    supported: { decorators: false },
    sourcemap: "external",
  };
  try {
    const { code, map } = esbuild.transformSync(source, options);
    const { mappings } = JSON.parse(map) as { mappings: string }; // a source map, revision 3
    return { code, toSource: throughMap(() => mappings) };
  } catch (error) {
    throw refusal(error, name, source);
  }
}

/**
 * Turns TypeScript that parses into JavaScript. Types are blanked out in place where that suffices; enums, namespaces,
 * parameter properties, `import x = require()`, `<T>x`, JSX and decorators are rewritten, with a source map.
 *
 * @param name of the cell or file, for errors
 * @throws CellSyntaxError for decorators where the standard has none
 */
export function stripTypes(
  source: string,
  name: string,
  { program, language }: Parsed,
  settings: SourceSettings = defaultSettings,
): Rewritten {
  if (needsEsbuild(program)) return transformByEsbuild(source, name, language, settings);
  const blanked = language === "tsx" ? null : blankTypes(source, program);
  if (blanked !== null && isJavaScript(blanked)) return { code: blanked, toSource: unmoved };
  const { jsx } = settings;
  return transform(source, { lang: language, typescript: { onlyRemoveTypeImports: true }, jsx });
}

/**
 * Rewrites `using` inside blocks and functions as `try`/`finally`, since V8 has it only from Node 24 on. The code calls
 * `babelHelpers.usingCtx`, which the session provides.
 */
export function lowerUsing(source: string): Rewritten {
  // An ambient `const enum` cannot be used as a value under `isolatedModules`; this is the value that it documents.
  const mode = "External" as HelperMode;
  return transform(source, { lang: "js", target: "es2022", helpers: { mode } });
}
