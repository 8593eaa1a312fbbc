/** What the engine's wasm can do; features are probed, versions never asked. */
import { setFlagsFromString } from "node:v8";
import { ModuleBuilder } from "./assembler.ts";

let relaxed: boolean | null = null;

function validates(): boolean {
  const module = new ModuleBuilder();
  const f = module.function("probe", ["v128", "v128", "v128"], ["v128"]);
  f.get(0).get(1).get(2).op("f32x4.relaxed_madd");
  return WebAssembly.validate(module.toBytes());
}

/** Turns relaxed SIMD on where the engine has it behind a flag; the flag must be set before a module that uses it is compiled. */
export function enableRelaxedSimd(): void {
  if (relaxed !== null) return;
  relaxed = validates();
  if (relaxed) return;
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  relaxed = validates();
}

/** Whether kernels may multiply and add in one instruction (`f32x4.relaxed_madd` and its like), which rounds once on processors that can. */
export function hasRelaxedSimd(): boolean {
  enableRelaxedSimd();
  return relaxed === true;
}
