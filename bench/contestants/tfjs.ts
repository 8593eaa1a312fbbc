/** TensorFlow.js as a contestant: `node tfjs.js FOLDER wasm|cpu`, where FOLDER has the packages installed. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { serve, type Library } from "./serve.ts";

/** What is used of `@tensorflow/tfjs-core`. */
interface TensorFlow {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  env(): { getAsync(flag: string): Promise<unknown> };
}

interface WasmBackend {
  setWasmPaths(folder: string): void;
}

async function open(): Promise<Library> {
  const [folder = ".", backend = "wasm"] = process.argv.slice(2);
  const load = createRequire(join(folder, "package.json"));
  const tf = load("@tensorflow/tfjs-core") as TensorFlow; // its type declarations are not installed with us
  load("@tensorflow/tfjs-backend-cpu");
  load("@tensorflow/tfjs-layers"); // only with it does tfjs know any derivative
  const wasm = load("@tensorflow/tfjs-backend-wasm") as WasmBackend; // as above
  const files = dirname(load.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  wasm.setWasmPaths(join(files, "dist/"));
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend "${backend}" here`);
  const simd = backend === "wasm" && (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) ? ", SIMD" : "";
  return { version: `${tf.version_core}${simd}`, scope: { tf }, settle: "tf.dispose(result)" };
}

await serve(open);
