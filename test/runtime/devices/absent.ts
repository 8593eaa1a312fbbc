/** A machine without an accelerator, as the one that PyTorch was asked on. */
import type { Accelerator } from "../../../runtime/backends/accelerator.ts";
import { exchangeAccelerator } from "../../../runtime/backends/chosen.ts";
import { closeAccelerator } from "../../../runtime/placement.ts";

const reason = "there is no accelerator here.";

function refuse(): never {
  throw new Error(reason);
}

const absent: Accelerator = {
  unavailable: () => reason,
  open: refuse,
  name: refuse,
  isSoftware: () => false,
  synchronize: () => undefined,
  memoryAllocated: () => 0,
  memoryReserved: () => 0,
  memoryPeak: () => 0,
  resetPeak: () => undefined,
  limitMemory: () => undefined,
  emptyCache: () => undefined,
  noteFallback: () => undefined,
  fallbacks: () => [],
  resetFallbacks: () => undefined,
  compiles: () => 0,
  passes: () => 0,
};

/** Takes the accelerator away; the answer puts it back. */
export function withoutAccelerator(): () => void {
  const before = exchangeAccelerator(absent);
  closeAccelerator();
  return () => {
    exchangeAccelerator(before);
    closeAccelerator();
  };
}
