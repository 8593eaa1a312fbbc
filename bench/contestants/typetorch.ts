/** This library as a contestant: `node typetorch.js THREADS wasm|blas`: what multiplies matrices. */
import { readFileSync } from "node:fs";
import torch, { F, nn, optim } from "../../runtime/index.ts";
import { serve, type Library } from "./serve.ts";

async function open(): Promise<Library> {
  const [threads = "1", products = "wasm"] = process.argv.slice(2);
  torch.set_num_threads(Number(threads));
  torch.backends.blas.enabled = products === "blas"; // throws where there is none
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }; // our own file
  const library = products === "blas" ? ` with ${torch.backends.blas.version()}` : "";
  return { version: `${version}${library}`, scope: { torch, nn, optim, F } };
}

await serve(open);
