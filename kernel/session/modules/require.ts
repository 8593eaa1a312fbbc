import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Esbuild from "esbuild";
import { esbuildOptions } from "../../language/index.ts";
import { isPathSpecifier } from "./files.ts";
import { isOwnSpecifier, resolveOwn } from "./own.ts";
import { findUserFile } from "./paths.ts";
import { moduleSettings } from "./settings.ts";
import { registerTypeScript } from "./typescript.ts";

/** What Node's loader gives a handler of `require.extensions`; its types leave the method out that compiles a text. */
interface CommonJsModule {
  require: (specifier: string) => unknown;
  _compile(code: string, file: string): void;
}

type Loader = "ts" | "tsx";

const loaders: Readonly<Record<string, Loader>> = { ".ts": "ts", ".cts": "ts", ".mts": "ts", ".tsx": "tsx" };

const load = createRequire(import.meta.url);

/** The kernel's own module, or the file that the configuration's `paths` have. */
function fileOr(specifier: string, importer: string): string {
  if (isOwnSpecifier(specifier)) return fileURLToPath(resolveOwn(specifier));
  return isBuiltin(specifier) || isPathSpecifier(specifier)
    ? specifier
    : (findUserFile(specifier, pathToFileURL(importer).href) ?? specifier);
}

/** ES modules become CommonJS, which cannot await at the top level: esbuild says so. */
function compileFile(module: CommonJsModule, file: string, loader: Loader): void {
  const { transformSync } = load("esbuild") as typeof Esbuild; // `require` is untyped
  const { code } = transformSync(readFileSync(file, "utf8"), {
    ...esbuildOptions(moduleSettings()),
    loader,
    format: "cjs",
    target: "es2023",
    sourcefile: file,
    sourcemap: "inline",
  });
  const require = module.require.bind(module);
  module.require = (specifier) => require(fileOr(specifier, file));
  module._compile(code, file);
}

/**
 * The `require` of cells whose folder is `cwd`. It loads TypeScript as well, with Node's hooks for modules where they answer at once (from Node 22.15 on),
 * and else as other endings are loaded; and `typetorch` is always the kernel's own instance.
 */
export function requireIn(cwd: string): NodeJS.Require {
  const cell = path.join(cwd, "cell.cjs");
  const require = createRequire(cell);
  const answer = (specifier: string): unknown => {
    registerTypeScript();
    // Deprecated for what it does to programs that depend on it; nothing else works on Node 20.
    const { extensions } = require as { readonly extensions: Record<string, unknown> };
    for (const [ending, loader] of Object.entries(loaders))
      extensions[ending] ??= (module: CommonJsModule, file: string) => compileFile(module, file, loader);
    return require(fileOr(specifier, cell));
  };
  const resolve = (specifier: string, options?: { paths?: string[] }): string =>
    require.resolve(fileOr(specifier, cell), options);
  return Object.assign(answer, require, { resolve: Object.assign(resolve, require.resolve) });
}
