import { prepareRenderers } from "../../display/index.ts";
import type { ImportRequest } from "../../language/types.ts";
import { frameText, parseStack } from "../traceback/stack.ts";
import { isUserFile } from "./files.ts";
import { isOwnPackage, isOwnSpecifier } from "./own.ts";
import { pathOfUrl, resolveSpecifier } from "./resolve.ts";
import { stampedUrl } from "./stamp.ts";
import { registerTypeScript } from "./typescript.ts";

const namesListed = 20;

function advice(specifier: string, name: string, namespace: object): string {
  if (name === "default") return ` Use import { … } or import * as name from "${specifier}".`;
  const exported: unknown = Reflect.get(namespace, "default");
  const inside = typeof exported === "object" && exported !== null && name in exported;
  return inside
    ? ` Its default export has that name: import all from "${specifier}" and use all.${name}.`
    : "";
}

/** As the error of a module that lacks an export, which V8 raises before a module runs and a cell can raise only after. */
function missingExport(specifier: string, name: string, namespace: object): SyntaxError {
  const names = Object.keys(namespace);
  const more = names.length > namesListed ? `, and ${names.length - namesListed} more` : "";
  const has =
    names.length === 0
      ? "It exports nothing."
      : `It exports ${names.slice(0, namesListed).join(", ")}${more}.`;
  const what = name === "default" ? "default export" : `export named "${name}"`;
  return new SyntaxError(
    `The module "${specifier}" has no ${what}. ${has}${advice(specifier, name, namespace)}`,
  );
}

function loadUrl(specifier: string, cwd: string): string {
  const url = resolveSpecifier(specifier, cwd);
  if (url.startsWith("node:") || isOwnSpecifier(specifier)) return url;
  registerTypeScript();
  const file = pathOfUrl(url);
  return file !== null && isUserFile(url) ? stampedUrl(file) : url;
}

/** JSON needs no attribute in a cell, where TypeScript asks for none. */
function optionsFor(url: string, request: ImportRequest): ImportCallOptions | undefined {
  if (request.with !== undefined) return { with: { ...request.with } };
  return /\.json(?:\?|$)/u.test(url) ? { with: { type: "json" } } : undefined;
}

/** Errors of loading have no frame of the cell that asked, since Node loads modules on a stack of its own: this adds it. */
function continueStack(error: unknown, importer: Error): void {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  const known = new Set(parseStack(error.stack).map(({ file }) => file));
  const frames = parseStack(importer.stack ?? "");
  if (frames.some(({ file }) => known.has(file))) return;
  error.stack = [error.stack, ...frames.map((frame) => `    ${frameText(frame)}`)].join("\n");
}

async function checkedImport(name: string, request: ImportRequest, cwd: string): Promise<object> {
  const url = loadUrl(name, cwd);
  const namespace: object = await import(url, optionsFor(url, request));
  if (isOwnPackage(name)) await prepareRenderers();
  const missing = request.names?.find((each) => !(each in namespace));
  if (missing !== undefined) throw missingExport(name, missing, namespace);
  return namespace;
}

/**
 * Begins to load this package when a cell's text names it, while the cell's types are checked: both take a tenth of a second and more the first time. A cell that is
 * refused for its types sees nothing of it.
 */
export function loadOwnAhead(code: string): void {
  // The cell's own import tells of errors; where the notebook lies makes no difference to this package.
  if (/(["'])typetorch\1/u.test(code)) checkedImport("typetorch", {}, "").catch(() => {});
}

/**
 * Loads a module for a cell whose folder is `cwd`.
 *
 * @throws ModuleNotFoundError when there is none; SyntaxError when it lacks a name that the cell uses; whatever it throws
 */
export async function loadModule(specifier: unknown, request: ImportRequest, cwd: string): Promise<object> {
  const importer = new Error("import");
  try {
    return await checkedImport(String(specifier), request, cwd);
  } catch (error) {
    continueStack(error, importer);
    throw error;
  }
}
