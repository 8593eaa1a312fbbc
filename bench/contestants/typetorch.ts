/** This library as a contestant. */
import { readFileSync } from "node:fs";
import torch, { F, nn, optim } from "../../runtime/index.ts";
import { serve, type Library } from "./serve.ts";

async function open(): Promise<Library> {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }; // our own file
  return { version, scope: { torch, nn, optim, F } };
}

await serve(open);
