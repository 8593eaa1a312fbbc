/*
 * Makes one file of the runtime: `node bundle.mjs`, after the compiler. Node takes half a millisecond to find and read a module, and the runtime has hundreds: as one
 * file it is imported four times as fast. It is a script, of which V8's code can be kept (`runtime/backends/cachedCode.ts`); the package's entry runs it, in place of
 * the compiled entry that it is made of. The other files stay for their declarations and for threads, which import the few that they need.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "rolldown";

const folder = new URL("dist/runtime/", import.meta.url);
const script = new URL("runtime.cjs", folder);

/** Modules that say where the programs of threads and of other processes are: beside themselves, as files. */
const places = {
  name: "places",
  transform: {
    filter: { id: /(?:threads|context).program\.js$/ },
    handler: (code, id) => {
      const [, path] = id.replaceAll("\\", "/").split("/dist/runtime/");
      return {
        code: code.replaceAll("import.meta.url", `new URL("${path}", import.meta.url).href`),
        map: null,
      };
    },
  },
};

const { output } = await build({
  input: "dist/runtime/index.js",
  platform: "node",
  external: ["koffi", "fflate", "fast-png", "@cwasm/jpeg-turbo", "gl", /^@tensorflow\//],
  plugins: [places],
  // Names are what `repr` prints of modules, and errors of operators.
  output: {
    file: "dist/runtime/runtime.cjs",
    format: "cjs",
    exports: "named",
    keepNames: true,
    sourcemap: true,
    comments: false,
  },
});

if (output[0].dynamicImports.length > 0)
  throw new Error(
    `import() of ${output[0].dynamicImports.join(", ")}: a script has none; use createRequire.`,
  );

/** V8 reads a script of ASCII in half the time. */
function toAscii(text) {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The script as a function, on the same lines, so that its map holds. */
function wrap(text) {
  const [body, map = ""] = text.split("//# sourceMappingURL=");
  return `(function (exports, require, __filename) { "use strict"; ${body}});\n//# sourceMappingURL=${map}`;
}

const code = wrap(toAscii(readFileSync(script, "utf8")));
writeFileSync(script, code);

const id = createHash("sha256").update(code).digest("hex").slice(0, 16);
const names = output[0].exports.filter((name) => name !== "default");
writeFileSync(
  new URL("index.js", folder),
  `import { runCached } from "./backends/cachedCode.js";

const runtime = runCached(new URL("./runtime.cjs", import.meta.url), "${id}");
export const { ${names.join(", ")} } = runtime;
export default runtime.default;
`,
);
