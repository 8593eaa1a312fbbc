import { heapMemory, threadScratch } from "../memory/heap.ts";
import { enableRelaxedSimd } from "./features.ts";
import type { ModuleBuilder } from "./assembler.ts";

/**
 * A compiled kernel. One whose work can be divided takes the range of work units (elements, rows, images…) as its first two arguments, `begin` and `end`,
 * and gives the same result however the units are divided into ranges.
 */
export type KernelFunction = (...args: number[]) => void;

/** Compiles a module's bytes. */
export type Compile = (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module;

let modules = 0;

/** Functions that were assembled together. Nothing is compiled before the first use. */
export class KernelModule<Name extends string = string> {
  /** Names the module among threads. */
  readonly id: number = modules++;
  readonly #build: () => ModuleBuilder;
  readonly #compile: Compile;
  #compiled: WebAssembly.Module | null = null;
  #functions: Readonly<Record<Name, KernelFunction>> | null = null;

  constructor(build: () => ModuleBuilder, compile: Compile = (bytes) => new WebAssembly.Module(bytes)) {
    this.#build = build;
    this.#compile = compile;
  }

  /** The compiled code, which threads share. */
  get compiled(): WebAssembly.Module {
    if (this.#compiled === null) {
      enableRelaxedSimd();
      this.#compiled = this.#compile(this.#build().toBytes());
    }
    return this.#compiled;
  }

  /** The functions as the main thread calls them. */
  get functions(): Readonly<Record<Name, KernelFunction>> {
    if (this.#functions === null) {
      const instance = new WebAssembly.Instance(this.compiled, {
        e: { m: heapMemory, s: new WebAssembly.Global({ value: "i32" }, threadScratch) },
      });
      // The builder exports one function for each name, of i32 parameters.
      this.#functions = instance.exports as Record<Name, KernelFunction>;
    }
    return this.#functions;
  }
}
