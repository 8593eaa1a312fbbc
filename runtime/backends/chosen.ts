/** Which accelerator there is. */
import type { Accelerator } from "./accelerator.ts";
import { RuntimeError } from "../errors/runtimeError.ts";

const reason = 'there is no accelerator in this build. Use device "cpu".';

function refuse(): never {
  throw new RuntimeError(reason);
}

/** Stands where there is no accelerator. */
export const absent: Accelerator = {
  unavailable: () => reason,
  open: refuse,
  name: refuse,
  isSoftware: () => false,
  synchronize: () => undefined,
  memoryAllocated: () => 0,
  memoryReserved: () => 0,
  memoryPeak: () => 0,
  resetPeak: () => undefined,
  emptyCache: () => undefined,
  noteFallback: () => undefined,
  fallbacks: () => [],
  resetFallbacks: () => undefined,
  compiles: () => 0,
  passes: () => 0,
};

let chosen: Accelerator = absent;

/** The accelerator, or what stands in its place where there is none. */
export function accelerator(): Accelerator {
  return chosen;
}

/** Puts another accelerator in its place, and gives the one before. For tests only. */
export function exchangeAccelerator(other: Accelerator): Accelerator {
  const before = chosen;
  chosen = other;
  return before;
}
