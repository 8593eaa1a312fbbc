/** jax-js as a contestant: `node jax.js FOLDER`, where FOLDER has the package installed. Node has no WebGPU, so it is its wasm backend. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { serve, type Library } from "./serve.ts";

/** What is used of `@jax-js/jax`. */
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
  readonly numpy: unknown;
}

async function open(): Promise<Library> {
  const [folder = "."] = process.argv.slice(2);
  const load = createRequire(join(folder, "package.json"));
  const jax = load("@jax-js/jax") as Jax; // its type declarations are not installed with us
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  // The package does not export its own package.json.
  const description = readFileSync(join(folder, "node_modules/@jax-js/jax/package.json"), "utf8");
  const { version } = JSON.parse(description) as { version: string }; // as npm demands
  const settle = "await jax.blockUntilReady(result); jax.tree.dispose(result)";
  return { version: `${version}, wasm`, scope: { jax, np: jax.numpy }, settle };
}

await serve(open);
