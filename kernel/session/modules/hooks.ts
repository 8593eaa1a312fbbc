import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CellSyntaxError, compileModule, type ProjectSettings } from "../../language/index.ts";
import { isTypeScript, isUserFile } from "./files.ts";
import { isOwnSpecifier, resolveOwn } from "./own.ts";
import { findUserFile } from "./paths.ts";
import { moduleSettings, useSettings } from "./settings.ts";
import { stampedUrl } from "./stamp.ts";

/** Node calls this where hooks have a thread of their own, with what `module.register` was given. */
export function initialize(settings: ProjectSettings): void {
  useSettings(settings);
}

/** What a resolve hook answers with. */
interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

/** What a load hook answers with. */
interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit?: boolean;
}

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

/**
 * Resolve hook of Node's module customisation, for `module.registerHooks` (where the next hook answers at once) and
 * `module.register` (where it answers with a promise). Local files may leave their ending out, and `typetorch` is always
 * the kernel's own instance.
 */
export function resolve<Context extends ResolveContext, Answer>(
  specifier: string,
  context: Context,
  nextResolve: (specifier: string, context: Context) => Answer,
): Answer | Resolved {
  if (isOwnSpecifier(specifier)) return { url: resolveOwn(specifier), shortCircuit: true };
  const parent = context.parentURL;
  if (parent === undefined || !isUserFile(parent)) return nextResolve(specifier, context);
  const file = findUserFile(specifier, parent);
  return file === null ? nextResolve(specifier, context) : { url: stampedUrl(file), shortCircuit: true };
}

/** An error keeps nothing but its message on the way from the thread of the hooks, so the place goes into the message. */
function compileFile(file: string): string {
  try {
    return compileModule(readFileSync(file, "utf8"), file, moduleSettings()).code;
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    const { line, column } = error.position;
    throw new SyntaxError(`${error.message} (${file}, line ${line}, column ${column})`, { cause: error });
  }
}

/** Load hook: local TypeScript becomes JavaScript. Every file but `.cts` is an ES module, as in a cell. */
export function load<Context, Answer>(
  url: string,
  context: Context,
  nextLoad: (url: string, context: Context) => Answer,
): Answer | Loaded {
  if (!isTypeScript(url) || !isUserFile(url)) return nextLoad(url, context);
  const file = fileURLToPath(url);
  return {
    format: file.endsWith(".cts") ? "commonjs" : "module",
    source: compileFile(file),
    shortCircuit: true,
  };
}
