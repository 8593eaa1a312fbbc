/**
 * Vectors of 256 bits. WebAssembly's have 128, but V8 can join two neighbouring ones where the processor has wider registers (AVX2), which doubles the speed
 * of kernels whose vectors come in pairs: neighbouring loads and stores, with the same operations between them.
 *
 * The engine does so behind a flag. It is set only while a module is compiled, at once and by the optimising compiler, so that no other code is affected; and
 * whoever uses it checks what came out (`gemm/calibration.ts`).
 */
import { setFlagsFromString } from "node:v8";
import { machineFact } from "../machine.ts";
import { handover } from "../threads/handover.ts";

const wideFlag = "--experimental-wasm-revectorize";

/** Setting a flag that the engine does not have would print an error: another process tries it. */
function engineHasFlag(): boolean {
  // Loaded here because it is rarely needed: once on a machine.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  try {
    const { status } = spawnSync(process.execPath, [wideFlag, "--version"], {
      stdio: "ignore",
      timeout: 5000,
    });
    return status === 0;
  } catch {
    return false;
  }
}

const isFlag = (value: unknown): value is boolean => typeof value === "boolean";

/** Whether the engine can be asked for wide vectors. Only measuring tells whether it makes them. */
export function canAskForWide(): boolean {
  return process.arch === "x64" && machineFact("wide vectors flag", isFlag, engineHasFlag);
}

/** Compiles with the optimising compiler, now and completely, instead of when functions have become hot. */
function compileAtOnce(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  setFlagsFromString("--no-liftoff");
  setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString("--liftoff");
    setFlagsFromString("--wasm-lazy-compilation");
  }
}

/**
 * Compiles optimised code at once, with wide vectors where `wide` asks for them. The bytes must be others than those of any module that was compiled in
 * another way: the engine keeps one code for the same bytes, for all threads. (Therefore other threads of the pool get the main thread's code.)
 */
export function compileOptimized(bytes: Uint8Array<ArrayBuffer>, wide: boolean): WebAssembly.Module {
  if (handover !== null) return new WebAssembly.Module(bytes);
  if (!wide || !canAskForWide()) return compileAtOnce(bytes);
  setFlagsFromString(wideFlag);
  try {
    return compileAtOnce(bytes);
  } finally {
    setFlagsFromString(wideFlag.replace("--", "--no-"));
  }
}
