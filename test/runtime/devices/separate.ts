/**
 * A device that is the processor behind a wall: its storages are of a kind of their own, and its backend takes no others. With it, everything about devices can be tested
 * where there is no graphics driver, and what reads a device's elements shows.
 */
import type { Accelerator, Fallback } from "../../../runtime/backends/accelerator.ts";
import type { Backend, View } from "../../../runtime/backends/backend.ts";
import { exchangeAccelerator } from "../../../runtime/backends/chosen.ts";
import { cpuBackend } from "../../../runtime/backends/cpu/index.ts";
import { webgl } from "../../../runtime/device.ts";
import type { DType, TypedArray } from "../../../runtime/dtype.ts";
import { closeAccelerator, operatorUnderWay } from "../../../runtime/placement.ts";
import { Storage } from "../../../runtime/storage.ts";

/** How often the elements of a device were read, by whom. */
export const reads: Map<string, number> = new Map();
/** Reads that nobody asked for: through `data`, by code that takes every tensor for the CPU's. */
export const violations: string[] = [];

function note(): void {
  const name = operatorUnderWay() || "program";
  reads.set(name, (reads.get(name) ?? 0) + 1);
}

class SeparateStorage extends Storage {
  readonly inner: Storage;

  constructor(inner: Storage) {
    super(webgl);
    this.inner = inner;
  }

  get length(): number {
    return this.inner.length;
  }

  get data(): TypedArray {
    violations.push(`${operatorUnderWay()}: storage.data`);
    return this.inner.data;
  }

  override peek(): TypedArray {
    note();
    return this.inner.peek();
  }

  override reinterpret(dtype: DType): Storage {
    return new SeparateStorage(this.inner.reinterpret(dtype));
  }

  override get releasable(): boolean {
    return this.inner.releasable;
  }

  override release(): void {
    this.inner.release();
  }
}

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "storage" in value;
}

/** Methods that take single numbers from the CPU. */
const takeNumbers = new Set(["pointwise", "pointwiseAll", "copy"]);

/** An argument with the processor's storages in it. */
function inner(method: string, value: unknown): unknown {
  if (isView(value)) {
    const { storage, dtype, shape, strides, offset } = value;
    if (storage instanceof SeparateStorage) return { storage: storage.inner, dtype, shape, strides, offset };
    if (!takeNumbers.has(method) || storage.length !== 1)
      violations.push(`${operatorUnderWay()}: ${method} got a tensor of the CPU`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => inner(method, item));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(method, item)]));
}

type Method = (...args: unknown[]) => unknown;

/** What the device can hold. */
function checked(dtype: DType): DType {
  if (dtype.name === "float64") violations.push(`${operatorUnderWay()}: float64 on the device`);
  return dtype;
}

const separateBackend = {
  ...Object.fromEntries(
    Object.entries(cpuBackend as unknown as Record<string, Method>).map(([name, method]) => [
      name,
      (...args: unknown[]) => method(...args.map((value) => inner(name, value))),
    ]),
  ),
  allocate: (dtype: DType, length: number) =>
    new SeparateStorage(cpuBackend.allocate(checked(dtype), length)),
  allocateZeros: (dtype: DType, length: number) =>
    new SeparateStorage(cpuBackend.allocateZeros(checked(dtype), length)),
  adopt: (data: TypedArray, dtype: DType, shared: boolean) =>
    new SeparateStorage(cpuBackend.adopt(data, checked(dtype), shared)),
} as unknown as Backend; // the methods are all those of the CPU's

const counted = new Map<string, Fallback>();

/** The processor behind a wall. */
const separate: Accelerator = {
  unavailable: () => null,
  open: () => separateBackend,
  name: () => "the processor behind a wall",
  isSoftware: () => true,
  synchronize: () => undefined,
  memoryAllocated: () => 0,
  memoryReserved: () => 0,
  memoryPeak: () => 0,
  resetPeak: () => undefined,
  limitMemory: () => undefined,
  emptyCache: () => undefined,
  noteFallback: (name, bytes) => {
    const before = counted.get(name) ?? { name, count: 0, bytes: 0 };
    counted.set(name, { name, count: before.count + 1, bytes: before.bytes + bytes });
  },
  fallbacks: () => [...counted.values()],
  resetFallbacks: () => counted.clear(),
  compiles: () => 0,
  passes: () => 0,
};

/** Puts the device in the place of the accelerator; the answer puts everything back. */
export function useSeparateDevice(): () => void {
  const before = exchangeAccelerator(separate);
  closeAccelerator();
  reads.clear();
  violations.length = 0;
  counted.clear();
  return () => {
    exchangeAccelerator(before);
    closeAccelerator();
  };
}
