/** This library as a contestant: `node typetorch.js THREADS`. */
import { readFileSync } from "node:fs";
import torch, { F, nn, optim } from "../../runtime/index.ts";
import { serve, type Library } from "./serve.ts";

async function open(): Promise<Library> {
  torch.set_num_threads(Number(process.argv[2] ?? 1));
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }; // our own file
  return { version, scope: { torch, nn, optim, F } };
}

await serve(open);
