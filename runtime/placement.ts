/**
 * Where tensors are made. The results of an operator go where its tensors are; what programs make themselves goes to the default device. While no accelerator was
 * ever used, all of this is one variable that is `false` (docs/decisions/0015-devices.md).
 */
import type { Backend } from "./backends/backend.ts";
import { accelerator } from "./backends/chosen.ts";
import { cpuBackend } from "./backends/cpu/index.ts";
import { cpu, type Device } from "./device.ts";

/** Whether a tensor was ever put onto the accelerator, or the default device changed: before that nobody need ask where anything is. */
export let accelerated = false;

/** The device of what is made now. */
let current: Device | null = null;
/** Where operators put their results while one runs; `null` outside of all. */
let placed: Device | null = null;
/** Where programs put what they make. */
let defaultDevice: Device | null = null;
/** Placements that user code has interrupted, the innermost last. */
const interrupted: { readonly device: Device | null; readonly operator: string }[] = [];
let operator = "";
let acceleratorBackend: Backend | null = null;

/** The kernels of a device. */
export function backendAt(device: Device): Backend {
  if (!accelerated || device.type === "cpu") return cpuBackend;
  return (acceleratorBackend ??= accelerator().open());
}

/** The kernels of the device on which tensors are made now. */
export function currentBackend(): Backend {
  return accelerated ? backendAt(currentDevice()) : cpuBackend;
}

/** Where tensors are made now: with an operator's own, or on the default device. */
export function currentDevice(): Device {
  return current ?? cpu;
}

/** Opens the accelerator, if that is where something is to be. From now on tensors are asked where they are. */
export function use(device: Device): void {
  if (device.type === "cpu") return;
  acceleratorBackend ??= accelerator().open();
  accelerated = true;
}

/** Makes tensors on `device` until `restorePlacement` is called with the answer. */
export function placeOn(device: Device | null): Device | null {
  const before = placed;
  placed = device;
  current = device ?? defaultDevice;
  return before;
}

/** Says which operator is under way, and gives the one before: what falls back to the CPU is listed under it. */
export function nameOperator(name: string): string {
  const before = operator;
  operator = name;
  return before;
}

/** The operator that is under way, the innermost one; `""` outside of all. */
export function operatorUnderWay(): string {
  return operator;
}

/** Runs `body`, whose tensors are made on `device`. */
export function placedOn<T>(device: Device, body: () => T): T {
  if (!accelerated) return body();
  const before = placeOn(device);
  try {
    return body();
  } finally {
    placeOn(before);
  }
}

/** Lets user code, which an operation calls, make its tensors on the default device. `resumePlacement` goes back. */
export function interruptPlacement(): void {
  interrupted.push({ device: placed, operator });
  operator = "";
  placeOn(null);
}

export function resumePlacement(): void {
  // The accelerator may have been used for the first time in between: then the placement around was none.
  const around = interrupted.pop();
  operator = around?.operator ?? "";
  placeOn(around?.device ?? null);
}

/** Forgets where operators put their results: after a program was stopped in the middle of one. */
export function abandonPlacement(): void {
  interrupted.length = 0;
  operator = "";
  placeOn(null);
}

/** The device of what programs make without naming one. */
export function defaultPlacement(): Device {
  return defaultDevice ?? cpu;
}

/** Changes the device of what programs make. The answer is the one before. */
export function changeDefault(device: Device | null): Device | null {
  if (device !== null) use(device);
  const before = defaultDevice;
  defaultDevice = device;
  placeOn(placed);
  return before;
}

/** Forgets an opened accelerator, so that another one can take its place. For tests only. */
export function closeAccelerator(): void {
  acceleratorBackend = null;
  accelerated = false;
  defaultDevice = null;
  abandonPlacement();
}
