/** The accelerator: the device beside the processor, of which there is one or none. */
import type { Backend } from "./backend.ts";

/** Work that the accelerator left to the processor, with what it cost. */
export interface Fallback {
  /** The backend's method, and the expression or the kind of work where that says more. */
  readonly name: string;
  /** How often it ran on the processor. */
  readonly count: number;
  /** Bytes that were read back for it. */
  readonly bytes: number;
}

/** What an accelerator is beside its kernels. Nothing of it loads native code before it is asked for. */
export interface Accelerator {
  /** Why there is none, in a sentence that says what to do; `null` where there is one. It is found out once, and may take seconds. */
  unavailable(): string | null;
  /** The kernels. Opens the device when first called. @throws RuntimeError where there is none. */
  open(): Backend;
  /** What computes, such as `"ANGLE (NVIDIA, …)"`. @throws RuntimeError where there is none. */
  name(): string;
  /** Whether the processor does the computing after all. */
  isSoftware(): boolean;
  /** Waits until all work is done. */
  synchronize(): void;
  /** Bytes that tensors take on the device. */
  memoryAllocated(): number;
  /** Bytes that are taken from the device, with what is free for later tensors. */
  memoryReserved(): number;
  /** The most that `memoryAllocated` has been since the start, or since `resetPeak`. */
  memoryPeak(): number;
  resetPeak(): void;
  /** Lets tensors take so many bytes on the device, Infinity for all that there are; others go to the processor's memory until they are used. */
  limitMemory(bytes: number): void;
  /** Gives back what is kept for later tensors. */
  emptyCache(): void;
  /** Notes that work named `name` ran on the processor, for which `bytes` were read back. */
  noteFallback(name: string, bytes: number): void;
  /** What ran on the processor since the start, or since `resetFallbacks`. */
  fallbacks(): readonly Fallback[];
  resetFallbacks(): void;
  /** Programs compiled so far. */
  compiles(): number;
  /** Programs run so far. */
  passes(): number;
}
