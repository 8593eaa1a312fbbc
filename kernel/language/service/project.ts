import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { configurationProblems } from "./configuration-problems.ts";
import { ownJsx, type JsxSettings, type ProjectSettings } from "../project-settings.ts";
import { CELL_SUPPORT } from "../types.ts";
import { readLibrary, type Library } from "./library.ts";

/** Where the types of things come from that are the kernel's own. */
export interface OwnTypes {
  /** Absolute path of the declarations of each of the kernel's own modules, by its specifier. */
  readonly modules: Readonly<Record<string, string>>;
  /** Absolute path of the declarations of the globals that cells have. */
  readonly globals: string | null;
}

type Options = Record<string, unknown>;

/** Documents of cells lie, in memory, in the notebook's folder, so that what they import is found as from a file beside it. */
export const DOCUMENT_PREFIX = ".typetorch-";

/** The pattern of their names. */
export const DOCUMENTS: string = `${DOCUMENT_PREFIX}*`;

/** What a notebook's cells need, whatever the user's configuration says. */
const forced: Options = {
  allowImportingTsExtensions: true,
  composite: undefined,
  customConditions: undefined,
  declaration: false,
  declarationMap: undefined,
  emitDeclarationOnly: undefined,
  incremental: false,
  isolatedDeclarations: false,
  isolatedModules: false,
  module: "preserve",
  moduleDetection: "force",
  moduleResolution: "bundler",
  noEmit: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  outDir: undefined,
  outFile: undefined,
  resolveJsonModule: true,
  rootDir: undefined,
  rootDirs: undefined,
  skipLibCheck: true,
  target: "esnext",
  tsBuildInfoFile: undefined,
  verbatimModuleSyntax: false,
};

/** What holds where the user has no configuration: strict, and without the DOM, which Node has not. */
const defaults: Options = { strict: true, lib: ["esnext"], allowJs: true, checkJs: false, jsx: "react-jsx" };

/** The configuration that applies to files of a folder, as TypeScript looks for it; `null` when there is none. */
function findConfiguration(folder: string): string | null {
  const file = path.join(folder, "tsconfig.json");
  if (existsSync(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? null : findConfiguration(parent);
}

/** TypeScript's own reading of a configuration, with everything that it extends. @throws Error with TypeScript's message */
async function readConfiguration(executable: string, file: string): Promise<Options> {
  const text = await new Promise<string>((resolve, reject) => {
    execFile(executable, ["--showConfig", "-p", file], { timeout: 5_000 }, (error, stdout) => {
      // It also fails for a configuration without any input files, which is nothing that cells mind.
      if (stdout.trimStart().startsWith("{")) resolve(stdout);
      else
        reject(
          new Error(`${file} cannot be used: ${stdout.trim() || error?.message || "TypeScript is silent"}`),
        );
    });
  });
  const { compilerOptions = {} } = JSON.parse(text) as { compilerOptions?: Options }; // the output format of --showConfig
  return { ...compilerOptions, ...absolutePaths(compilerOptions, path.dirname(file)) };
}

/** Paths in a configuration are relative to it, and cells may lie in a folder below. */
function absolutePaths({ paths, typeRoots }: Options, folder: string): Options {
  const absolute = (each: unknown): string => path.resolve(folder, String(each));
  const result: Options = {};
  if (Array.isArray(typeRoots)) result["typeRoots"] = typeRoots.map(absolute);
  if (typeof paths === "object" && paths !== null) {
    const entries = Object.entries(paths).map(([key, list]) => [
      key,
      Array.isArray(list) ? list.map(absolute) : list,
    ]);
    result["paths"] = Object.fromEntries(entries);
  }
  return result;
}

/** Where a module finds `@types/node`; `null` when it is not installed there. */
function nodeTypes(from: string): string | null {
  try {
    return createRequire(from).resolve("@types/node/package.json");
  } catch {
    return null;
  }
}

/** The folder that holds this package's copy of `@types/node`; the notebook's own copy comes first. */
function typeRootsFor(cwd: string): string[] | undefined {
  if (nodeTypes(path.join(cwd, "cell.ts")) !== null) return undefined;
  const own = nodeTypes(fileURLToPath(import.meta.url));
  return own === null ? undefined : [path.join(cwd, "node_modules/@types"), path.dirname(path.dirname(own))];
}

/** A project whose library is among its documents. */
export interface LeanProject {
  readonly configuration: string;
  readonly library: Library;
}

/** What the project of a notebook is, and what was wrong with the user's configuration. */
export interface Project {
  /** Text of the configuration that stands, in memory, in the notebook's folder. */
  readonly configuration: string;
  /** What to use in its place while nothing but the kernel's own modules and Node's are imported; `null` where that makes no difference. */
  readonly lean: LeanProject | null;
  readonly problem: string | null;
  readonly settings: ProjectSettings;
}

/** How the user's configuration has JSX compiled; without one React does it, if it is there. */
function jsxOf(cwd: string, user: Options): JsxSettings {
  const source = typeof user["jsxImportSource"] === "string" ? user["jsxImportSource"] : null;
  if (user["jsx"] === "react") {
    const factory = user["jsxFactory"] ?? user["reactNamespace"] ?? "React.createElement";
    return {
      runtime: "classic",
      pragma: String(factory),
      pragmaFrag: String(user["jsxFragmentFactory"] ?? "React.Fragment"),
    };
  }
  const importSource = source ?? "react";
  const asked = source !== null || user["jsx"] !== undefined;
  return asked || isInstalled(`${importSource}/jsx-runtime`, cwd)
    ? { runtime: "automatic", importSource }
    : ownJsx;
}

function isInstalled(specifier: string, cwd: string): boolean {
  try {
    createRequire(path.join(cwd, "cell.ts")).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

/** Declares what JSX without React is made of: any tag, with any properties. */
export const ownJsxTypes: string = `
declare namespace JSX { type Element = any; interface IntrinsicElements { [tag: string]: any } }
declare const ${CELL_SUPPORT}: { jsx(type: unknown, props: object | null, ...children: unknown[]): any; Fragment: any };`;

/** Makes the project for cells of the folder `cwd`: the user's configuration with what cells need. */
export async function makeProject(executable: string, cwd: string, own: OwnTypes): Promise<Project> {
  const file = findConfiguration(cwd);
  let user: Options = {};
  let problem: string | null = null;
  try {
    // Where something is wrong, TypeScript shows the configuration without it, and without a word.
    if (file !== null)
      [user, problem] = await Promise.all([
        readConfiguration(executable, file),
        configurationProblems(executable, file).catch(() => null),
      ]);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  const types = Array.isArray(user["types"]) ? user["types"] : [];
  const roots = user["typeRoots"] === undefined ? typeRootsFor(cwd) : undefined;
  const jsx = jsxOf(cwd, user);
  const compilerOptions: Options = {
    ...defaults,
    ...user,
    ...forced,
    ...(jsx === ownJsx && { jsx: "react", jsxFactory: ownJsx.pragma, jsxFragmentFactory: ownJsx.pragmaFrag }),
    ...(roots !== undefined && { typeRoots: roots }),
    types: [...new Set([...types, "node"])],
    paths: { ...(user["paths"] as Options | undefined), ...pathsOf(own) }, // an object, or TypeScript would have refused it
  };
  const files = own.globals === null ? [] : [own.globals];
  const written = (options: Options): string =>
    JSON.stringify({ compilerOptions: options, include: [DOCUMENTS], files });
  const settings = { jsx, legacyDecorators: user["experimentalDecorators"] === true, paths: pathsIn(user) };
  const library =
    jsx === ownJsx && types.every((each) => each === "node") ? libraryOf(executable, compilerOptions) : null;
  const lean = library && {
    configuration: written({ ...compilerOptions, lib: undefined, noLib: true }),
    library,
  };
  return { configuration: written(compilerOptions), lean, problem, settings };
}

/** The library of a configuration that leaves it to TypeScript. */
function libraryOf(executable: string, { lib, noLib, libReplacement }: Options): Library | null {
  if (!Array.isArray(lib) || noLib === true || libReplacement === true) return null;
  return readLibrary(path.dirname(executable), lib.map(String));
}

/** The `paths` of a configuration that TypeScript has read. */
function pathsIn({ paths }: Options): Record<string, string[]> {
  const entries = Object.entries(paths ?? {}).map(([pattern, list]) => [pattern, [list].flat().map(String)]);
  return Object.fromEntries(entries) as Record<string, string[]>; // made here
}

function pathsOf({ modules }: OwnTypes): Record<string, string[]> {
  return Object.fromEntries(Object.entries(modules).map(([specifier, file]) => [specifier, [file]]));
}
