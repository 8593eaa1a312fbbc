/**
 * A BLAS library of the system, called without copies on the heap's memory: OpenBLAS, or Accelerate on macOS. It needs the package `koffi`, an optional
 * dependency. Nothing is looked for before somebody asks.
 */
import { createRequire } from "node:module";
import { heapMemory } from "../memory/heap.ts";
import { threadCount } from "../threads/count.ts";

type NativeFunction = (...args: (number | bigint)[]) => unknown;

/** What is used of koffi. */
interface Koffi {
  load(path: string): { func(prototype: string): NativeFunction };
  address(value: ArrayBufferView): bigint;
}

/** Names that the dynamic linker is asked for, the first that it finds is taken. */
const names: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ["libopenblas.so.0", "libopenblas.so"],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll"],
};

/** `cblas_sgemm` and `cblas_dgemm` take the order of memory, how each operand lies, the sizes, a factor, and each matrix with its row distance. */
const prototype = (letter: "s" | "d", number: "float" | "double"): string =>
  `void cblas_${letter}gemm(int order, int transA, int transB, int m, int n, int k, ${number} alpha, uintptr_t a, int lda, uintptr_t b, int ldb, ${number} beta, uintptr_t c, int ldc)`;

/** A library that was found. */
export interface BlasLibrary {
  /** The name that it was found under. */
  readonly name: string;
  /** What it says of itself, such as `"OpenBLAS 0.3.21 …"`; its name where it says nothing. */
  readonly version: string;
  readonly gemm: Readonly<Record<"float32" | "float64", NativeFunction>>;
  /** Address, in the process, of the heap's address 0. */
  readonly base: number;
  /** Makes it use as many threads as other operations. */
  readonly followThreadCount: () => void;
}

function loadKoffi(): Koffi | null {
  try {
    // An optional dependency without types of its own here: `Koffi` says what is used.
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return null;
  }
}

/** A function that not every library has. */
function optional(
  lib: { func(prototype: string): NativeFunction },
  declaration: string,
): NativeFunction | null {
  try {
    return lib.func(declaration);
  } catch {
    return null;
  }
}

function open(koffi: Koffi, name: string): BlasLibrary | null {
  try {
    const lib = koffi.load(name);
    const gemm = {
      float32: lib.func(prototype("s", "float")),
      float64: lib.func(prototype("d", "double")),
    };
    const setThreads = optional(lib, "void openblas_set_num_threads(int count)");
    const config = optional(lib, "const char *openblas_get_config()");
    let threads = 0;
    return {
      name,
      version: String(config?.() ?? name).trim(),
      gemm,
      base: Number(koffi.address(new Uint8Array(heapMemory.buffer))),
      followThreadCount: () => {
        if (threads === threadCount()) return;
        threads = threadCount();
        setThreads?.(threads);
      },
    };
  } catch {
    return null;
  }
}

function find(): BlasLibrary | null {
  const koffi = loadKoffi();
  if (koffi === null) return null;
  for (const name of names[process.platform] ?? []) {
    const library = open(koffi, name);
    if (library !== null) return library;
  }
  return null;
}

let found: BlasLibrary | null | undefined;

/** The system's library; `null` where there is none, or no koffi. */
export function blasLibrary(): BlasLibrary | null {
  if (found === undefined) found = find();
  return found;
}
