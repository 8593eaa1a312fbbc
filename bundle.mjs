/*
 * Makes few files of many: `node bundle.mjs`, after the compiler. Node takes half a millisecond to find and read a module; the runtime has hundreds, and each of the kernel's threads
 * a hundred. The runtime becomes a script, of which V8's code can be kept (`runtime/backends/cachedCode.ts`); the package's entry runs it, in place of the compiled entry
 * that it is made of. The kernel's entries are replaced by what they import. The other files stay for their declarations, for the command line, and for threads of the runtime,
 * which import the few that they need.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const dist = fileURLToPath(new URL("dist/", import.meta.url));

/** The code for the URL that a file had, in one that lies in the folder `from`. */
function urlOf(file, from) {
  const relative = path.relative(from, file).replaceAll("\\", "/");
  return `new URL(${JSON.stringify(relative)}, import.meta.url).href`;
}

/** Modules find what lies beside them as if they were still files of their own; `replacement` is code for the URL of one. */
function places(filter, replacement) {
  return {
    name: "places",
    transform: {
      filter: { id: filter, code: /import\.meta\.url/ },
      handler: (code, id) => ({
        code: code.replaceAll("import.meta.url", replacement(id)),
        map: null,
      }),
    },
  };
}

/** As {@link places}, for modules of which it is not known yet in which file they will be. */
function laterPlaces(folder, filter) {
  const mark = "__urlOf__";
  return {
    ...places(filter, (id) => `${mark}(${JSON.stringify(id)})`),
    renderChunk: (code, { fileName }) => ({
      code: code.replaceAll(new RegExp(`${mark}\\(("[^"]+")\\)`, "g"), (_, id) =>
        urlOf(JSON.parse(id), path.join(folder, path.dirname(fileName))),
      ),
      map: null,
    }),
  };
}

async function bundleRuntime() {
  const folder = path.join(dist, "runtime");
  const { output } = await build({
    input: path.join(folder, "index.js"),
    platform: "node",
    external: ["koffi", "fflate", "fast-png", "@cwasm/jpeg-turbo", "gl", /^@tensorflow\//],
    // Modules that say where the programs of threads and of other processes are.
    plugins: [places(/(?:threads|context).program\.js$/, (id) => urlOf(id, folder))],
    // Names are what `repr` prints of modules, and errors of operators.
    output: {
      file: path.join(folder, "runtime.cjs"),
      format: "cjs",
      exports: "named",
      keepNames: true,
      sourcemap: true,
      comments: false,
    },
  });
  const [script] = output;
  if (script.dynamicImports.length > 0)
    throw new Error(`import() of ${script.dynamicImports.join(", ")}: a script has none; use createRequire.`);
  const code = wrap(toAscii(readFileSync(path.join(folder, "runtime.cjs"), "utf8")));
  writeFileSync(path.join(folder, "runtime.cjs"), code);
  const id = createHash("sha256").update(code).digest("hex").slice(0, 16);
  const names = script.exports.filter((name) => name !== "default");
  writeFileSync(
    path.join(folder, "index.js"),
    `import { runCached } from "./backends/cachedCode.js";

const runtime = runCached(new URL("./runtime.cjs", import.meta.url), "${id}");
export const { ${names.join(", ")} } = runtime;
export default runtime.default;
`,
  );
}

/** V8 reads a script of ASCII in half the time. */
function toAscii(text) {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The script as a function, on the same lines, so that its map holds. */
function wrap(text) {
  const [body, map = ""] = text.split("//# sourceMappingURL=");
  return `(function (exports, require, __filename) { "use strict"; ${body}});\n//# sourceMappingURL=${map}`;
}

/** Packages that are large and seldom needed. */
const apart = new Set(["oxc-transform", "esbuild"]);

/** Packages with a native library still look for it where they are installed. */
const nativeLibraries = {
  name: "native-libraries",
  transform: {
    filter: { id: /[\\/]node_modules[\\/](?:zeromq|oxc-parser)[\\/]/ },
    handler: (code) => ({
      code: code
        .replaceAll("import.meta.url", 'createRequire(import.meta.url).resolve("oxc-parser")')
        .replaceAll("__dirname", 'path_1.default.dirname(require.resolve("zeromq"))'),
      map: null,
    }),
  },
};

/**
 * Replaces entries of the kernel by what they import. What they share, such as the cell that runs, is one module for all entries of a list.
 * The runtime, and the whole of the renderers, stay modules of the package, which cells import, too.
 */
async function bundleKernel(entries) {
  const folder = path.join(dist, "kernel");
  const { output } = await build({
    input: Object.fromEntries(entries.map((entry) => [entry, path.join(folder, `${entry}.js`)])),
    platform: "node",
    external: (id, _importer, isResolved) =>
      apart.has(id) || (isResolved && /[\\/]dist[\\/](?:runtime|renderers)[\\/]index\.js$/.test(id)),
    plugins: [nativeLibraries, laterPlaces(folder, /[\\/]dist[\\/]kernel[\\/]/)],
    experimental: { attachDebugInfo: "none" },
    output: {
      dir: folder,
      format: "es",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      keepNames: true,
      sourcemap: true,
      comments: false,
    },
  });
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

/** The folder of the package that a module is part of; `null` for a module of our own. */
function packageOf(id) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0] ?? null;
}

/** Licences ask to be given along with what they are for. */
function writeLicences(moduleIds) {
  const packages = new Set(moduleIds.map(packageOf).filter((folder) => folder !== null));
  const texts = [...packages].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? "" : readFileSync(path.join(folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(path.join(dist, "third-party-licences.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

await bundleRuntime();
writeLicences(
  (
    await Promise.all([
      bundleKernel(["main", "session/index", "session/tslab", "prelude/index"]),
      bundleKernel(["transport/socket-thread"]),
      bundleKernel(["transport/sigint-thread"]),
      bundleKernel(["language/service/language-thread"]),
    ])
  ).flat(),
);
