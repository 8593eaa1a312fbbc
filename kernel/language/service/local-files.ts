import { isBuiltin } from "node:module";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { mappedPaths } from "../path-mapping.ts";
import type { ProjectSettings } from "../project-settings.ts";

/** Endings that an import may leave out, as TypeScript and the kernel's loader try them. */
const endings = [
  "",
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".d.ts",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
  ".json",
  "/index.ts",
  "/index.js",
];

/** What compiles to the ending that an import names. */
const sources: Readonly<Record<string, string>> = {
  ".js": ".ts",
  ".jsx": ".tsx",
  ".mjs": ".mts",
  ".cjs": ".cts",
};

function modified(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.mtimeMs : null;
}

/** The file that a path means, which may leave its ending out; `null` if there is none. */
function findFile(target: string): string | null {
  const ending = path.extname(target);
  const source = sources[ending];
  const candidates = endings.map((each) => target + each);
  if (source !== undefined) candidates.push(target.slice(0, -ending.length) + source);
  return candidates.find((each) => modified(each) !== null) ?? null;
}

/** Specifiers of a module's imports, dynamic ones included where they are plain strings. */
function importedSpecifiers(file: string, text: string): string[] {
  const { module } = parseSync(file, text);
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    text.slice(start + 1, end - 1),
  );
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.map(({ moduleRequest }) => moduleRequest?.value ?? ""),
  );
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexported, ...dynamic];
}

/** The name of the package that an import means; `null` for a path, a URL, or one of Node's own modules by its prefix. */
function packageOf(specifier: string): string | null {
  return /^(?:@[^/:]+\/)?[^./:@][^/:]*(?=\/|$)/u.exec(specifier)?.[0] ?? null;
}

/** The manifests of a package, or of the package of its types, in a folder and in those above it. */
function manifestsOf(name: string, folder: string): string[] {
  const types = `@types/${name.replace(/^@([^/]+)\//u, "$1__")}`;
  const here = [name, types].map((each) => path.join(folder, "node_modules", each, "package.json"));
  const parent = path.dirname(folder);
  return parent === folder ? here : [...here, ...manifestsOf(name, parent)];
}

/** TypeScript keeps what it has read of a package until it hears that the file changed. */
function declarationsBeside(manifest: string): string[] {
  const folder = path.dirname(manifest);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.d\.[cm]?ts$/u.test(name) && !name.split(path.sep).includes("node_modules"))
    .map((name) => path.join(folder, name));
}

/** What cells import: the user's own files, directly or through each other, and packages, and when each was last seen to change. */
export class LocalFiles {
  readonly #folder: string;
  readonly #paths: ProjectSettings["paths"];
  readonly #seen = new Map<string, number>();
  /** Manifests that are there, by the name of the package: npm writes them anew when it installs another version. */
  readonly #packages = new Map<string, ReadonlyMap<string, number>>();
  readonly #ownPackages: readonly string[];
  #importsPackages = false;

  /**
   * @param folder from which imports of cells start
   * @param paths of the configuration
   * @param ownPackages the kernel's own
   */
  constructor(folder: string, paths: ProjectSettings["paths"], ownPackages: readonly string[] = []) {
    this.#folder = folder;
    this.#paths = paths;
    this.#ownPackages = ownPackages;
  }

  /** Whether any package has been imported but the kernel's own and Node's. */
  get importsPackages(): boolean {
    return this.#importsPackages;
  }

  /** Files that were added or changed since the last call, those included that a cell about to run imports as the first. */
  changed(cell: string): string[] {
    const changed: string[] = [];
    for (const file of this.#seen.keys()) this.#look(file, changed);
    for (const specifier of importedSpecifiers("cell.tsx", cell)) {
      const file = this.#resolve(specifier, this.#folder);
      if (file !== null && !this.#seen.has(file)) this.#look(file, changed);
      const name = packageOf(specifier);
      if (name === null) continue;
      changed.push(...this.#lookForPackage(name));
      this.#note(name);
    }
    return changed;
  }

  /** The user's file that an import means, by its path or by the configuration; `null` for the name of a package. */
  #resolve(specifier: string, folder: string): string | null {
    const isPath = /^(?:\.{1,2}\/|\/|\.{1,2}$)/u.test(specifier);
    const targets = isPath ? [path.resolve(folder, specifier)] : mappedPaths(specifier, this.#paths);
    for (const target of targets) {
      const file = findFile(target);
      if (file !== null) return file;
    }
    return null;
  }

  /** What changed of a package since it was last imported: manifests that came, went or are others, with the declarations beside them. */
  #lookForPackage(name: string): string[] {
    const before = this.#packages.get(name);
    const found = manifestsOf(name, this.#folder).map((file) => [file, modified(file)] as const);
    const now = new Map(found.flatMap(([file, time]) => (time === null ? [] : [[file, time] as const])));
    this.#packages.set(name, now);
    if (before === undefined) return [];
    const manifests = [...new Set([...before.keys(), ...now.keys()])].filter(
      (file) => before.get(file) !== now.get(file),
    );
    return manifests.concat(manifests.flatMap(declarationsBeside));
  }

  #note(name: string | null): void {
    this.#importsPackages ||= name !== null && !isBuiltin(name) && !this.#ownPackages.includes(name);
  }

  #look(file: string, changed: string[]): void {
    const now = modified(file);
    if (now === (this.#seen.get(file) ?? null)) return;
    changed.push(file);
    if (now === null) {
      this.#seen.delete(file);
      return;
    }
    const imports = /\.[cm]?[jt]sx?$/u.test(file) ? importedSpecifiers(file, readFileSync(file, "utf8")) : [];
    for (const each of imports) this.#note(packageOf(each));
    const found = imports
      .map((each) => this.#resolve(each, path.dirname(file)))
      .filter((each) => each !== null);
    this.#seen.set(file, now);
    for (const each of found) if (!this.#seen.has(each)) this.#look(each, changed);
  }
}
