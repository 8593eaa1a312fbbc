/** What programs ask of accelerators: `torch.webgl`, `torch.cuda`, `torch.accelerator` and their like. */
import type { Fallback } from "./backends/accelerator.ts";
import { accelerator as chosen } from "./backends/chosen.ts";
import { webgl as webglDevice, type Device } from "./device.ts";
import { toDevice } from "./devices.ts";
import { ValueError } from "./errors/valueError.ts";
import { manual_seed } from "./random.ts";

export type { Fallback };

/** What a program may ask of a kind of device. */
export interface DeviceKind {
  /** Whether there is such a device. The first question may take seconds: a child process tries the driver. */
  is_available(): boolean;
  /** How many there are: one or none. */
  device_count(): number;
}

/** What a program may ask of the accelerator. */
export interface AcceleratorDevice extends DeviceKind {
  /** The number of the device in use: 0. */
  current_device(): number;
  /** What computes, such as `"ANGLE (NVIDIA, …)"`. @throws AssertionError or RuntimeError when there is none. */
  get_device_name(device?: Device | string | number | null): string;
  /** Does nothing: there is one device. @throws RuntimeError for another one. */
  set_device(device: Device | string | number): void;
  /** Waits until the device has done all its work. */
  synchronize(device?: Device | string | number | null): void;
  /** Bytes that tensors take on the device. */
  memory_allocated(device?: Device | string | number | null): number;
  /** The most bytes that tensors took on the device, since the start or `reset_peak_memory_stats`. */
  max_memory_allocated(device?: Device | string | number | null): number;
  /** Bytes taken from the device, with what is kept for later tensors. */
  memory_reserved(device?: Device | string | number | null): number;
  /** Lets `max_memory_allocated` begin anew. */
  reset_peak_memory_stats(device?: Device | string | number | null): void;
  /** Gives the device back what is kept for later tensors. */
  empty_cache(): void;
}

/** What a program may ask of WebGL beyond that. */
export interface WebGLDevice extends AcceleratorDevice {
  /** Why there is none, and what to install; `null` where there is one. */
  unavailable_reason(): string | null;
  /** Whether the processor draws: the answers are right, but the CPU backend is faster. */
  is_software(): boolean;
  /** Work that ran on the processor although its tensors are on the device, with how often and how many bytes were read back for it. */
  fallbacks(): readonly Fallback[];
  /** Lets `fallbacks` begin anew. */
  reset_fallbacks(): void;
  /**
   * Lets tensors take at most so many bytes on the device; `null` for all that there are. Beyond, tensors that were not used for longest go to the processor's memory, and come back when they are used.
   *
   * PyTorch has `torch.cuda.set_per_process_memory_fraction`; WebGL does not tell how much memory there is, so this takes bytes.
   *
   * @throws ValueError for a limit that is not a positive number.
   */
  set_memory_limit(bytes: number | null): void;
  /** Programs that were compiled so far. A training loop compiles none after its second step. */
  compiles(): number;
  /** Programs that were run so far. */
  passes(): number;
}

function isAvailable(): boolean {
  return chosen().unavailable() === null;
}

/** @throws AssertionError or RuntimeError for a device that is not here. */
function check(kind: string, device: Device | string | number | null = null): void {
  toDevice(typeof device === "number" ? `${kind}:${device}` : (device ?? kind));
}

function acceleratorAs(kind: string): AcceleratorDevice {
  return {
    is_available: isAvailable,
    device_count: () => (isAvailable() ? 1 : 0),
    current_device: () => {
      check(kind);
      return 0;
    },
    get_device_name: (device) => {
      check(kind, device);
      return chosen().name();
    },
    set_device: (device) => check(kind, device),
    synchronize: (device) => {
      check(kind, device);
      chosen().synchronize();
    },
    memory_allocated: () => chosen().memoryAllocated(),
    max_memory_allocated: () => chosen().memoryPeak(),
    memory_reserved: () => chosen().memoryReserved(),
    reset_peak_memory_stats: () => chosen().resetPeak(),
    empty_cache: () => chosen().emptyCache(),
  };
}

/** The graphics card, by WebGL. Source: `torch.cuda`, whose names it keeps. */
export const webgl: WebGLDevice = {
  ...acceleratorAs("webgl"),
  unavailable_reason: () => chosen().unavailable(),
  is_software: () => {
    check("webgl");
    return chosen().isSoftware();
  },
  fallbacks: () => chosen().fallbacks(),
  reset_fallbacks: () => chosen().resetFallbacks(),
  set_memory_limit: (bytes) => {
    if (bytes !== null && !(bytes > 0))
      throw new ValueError(
        `set_memory_limit: expected a positive number of bytes, or null for no limit, but got ${bytes}.`,
      );
    chosen().limitMemory(bytes ?? Infinity);
  },
  compiles: () => chosen().compiles(),
  passes: () => chosen().passes(),
};

/** Seeds, as `torch.cuda` names them. */
export interface AcceleratorSeeds {
  /** Seeds the generator that all devices draw from; nothing happens without an accelerator, as in PyTorch. */
  manual_seed(seed: number | bigint): void;
  /** As `manual_seed`. */
  manual_seed_all(seed: number | bigint): void;
}

function seedAll(seed: number | bigint): void {
  if (isAvailable()) manual_seed(seed);
}

/** The accelerator, under the name that PyTorch's lessons use. Source: `torch.cuda`. */
export const cuda: AcceleratorDevice & AcceleratorSeeds = {
  ...acceleratorAs("cuda"),
  manual_seed: seedAll,
  manual_seed_all: seedAll,
};

/** `torch.accelerator`. */
export interface CurrentAccelerator extends Omit<
  AcceleratorDevice,
  "current_device" | "get_device_name" | "set_device"
> {
  /** The accelerator that there is, `null` for none, which programs ask `is_available` about. */
  current_accelerator(): Device;
  /** The number of the device in use: 0. @throws RuntimeError when there is none. */
  current_device_index(): number;
  /** Does nothing: there is one device. @throws RuntimeError for another one. */
  set_device_index(device: Device | string | number): void;
}

const { current_device, get_device_name: _name, set_device, ...common } = acceleratorAs("webgl");

/** Whatever accelerator there is. Source: `torch.accelerator`. */
export const accelerator: CurrentAccelerator = {
  ...common,
  // What is `null` is read where a program knows that it is not, as in Python.
  current_accelerator: () => (isAvailable() ? webglDevice : (null as never)),
  current_device_index: current_device,
  set_device_index: set_device,
};

const absent: DeviceKind = { is_available: () => false, device_count: () => 0 };

/** Apple's graphics processors: none under this name. Source: `torch.mps`. */
export const mps: DeviceKind = absent;
/** Intel's graphics processors: none. Source: `torch.xpu`. */
export const xpu: DeviceKind = absent;
