/*
 * Makes one file of the runtime: `node bundle.mjs`, after the compiler. Node takes half a millisecond to find and read a module, and the runtime has hundreds: as one
 * file it is imported four times as fast. It replaces the compiled entry that it is made of; the other files stay for their declarations and for threads, which import
 * the few that they need.
 */
import { build } from "rolldown";

await build({
  input: "dist/runtime/index.js",
  platform: "node",
  external: ["koffi", "fflate", "gl", /^@tensorflow\//, /(?:threads|context)\/program\.js$/],
  // Names are what `repr` prints of modules, and errors of operators.
  output: { file: "dist/runtime/index.js", format: "esm", keepNames: true, sourcemap: true },
});
