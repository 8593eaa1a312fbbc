/** Work that has no kernel here: the CPU backend does it, over the values' arrays, and it is counted. */
import type { Fallback } from "../accelerator.ts";
import type { Backend, View } from "../backend.ts";
import { cpuBackend } from "../cpu/index.ts";
import type { CpuStorage } from "../cpu/memory/storage.ts";
import { isHolder, isView } from "../views.ts";
import { operatorUnderWay } from "../../placement.ts";
import { writtenArguments } from "../writes.ts";
import { arrayOf } from "./evaluate.ts";
import { WebGLStorage } from "./storage.ts";

/** A method of the backend. */
// oxlint-disable-next-line typescript/no-explicit-any -- methods of any parameters
type Method = (...args: any[]) => unknown;

const fallbacks = new Map<string, { count: number; bytes: number }>();

/** What ran on the processor, the most frequent first. */
export function listFallbacks(): readonly Fallback[] {
  return [...fallbacks]
    .map(([name, { count, bytes }]) => ({ name, count, bytes }))
    .toSorted((a, b) => b.count - a.count);
}

export function resetFallbacks(): void {
  fallbacks.clear();
}

/** Counts work that ran on the processor, and the bytes that were read back for it. */
export function noteFallback(work: string, bytes: number): void {
  const operator = operatorUnderWay();
  const name = operator === "" || operator === work ? work : `${operator} (${work})`;
  let entry = fallbacks.get(name);
  if (entry === undefined) fallbacks.set(name, (entry = { count: 0, bytes: 0 }));
  entry.count++;
  entry.bytes += bytes;
}

/** One call's arguments with the processor's storages in the place of the device's. */
class ProcessorCall {
  readonly #storages = new Map<WebGLStorage, CpuStorage>();
  /** Bytes that were read back. */
  bytes = 0;

  translate(value: unknown, isWritten: boolean): unknown {
    if (isView(value)) return this.#view(value, isWritten);
    if (!isHolder(value)) return value;
    if (Array.isArray(value)) return value.map((item) => this.translate(item, isWritten));
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.translate(item, isWritten)]),
    );
  }

  #view({ storage, dtype, shape, strides, offset }: View, isWritten: boolean): View {
    const own = storage instanceof WebGLStorage ? this.#storage(storage, isWritten) : storage;
    return { storage: own, dtype, shape, strides, offset };
  }

  #storage(storage: WebGLStorage, isWritten: boolean): CpuStorage {
    let own = this.#storages.get(storage);
    if (own !== undefined) return own;
    if (storage.isWritten && storage.value.array === null)
      this.bytes += storage.length * storage.dtype.itemsize;
    own = isWritten ? storage.writable() : arrayOf(storage.value);
    this.#storages.set(storage, own);
    return own;
  }
}

/**
 * Runs a method of the backend on the processor. What it writes lies there until a kernel wants it in a texture.
 *
 * `label` says more than the method's name of what was to be done.
 */
export function runOnCpu<Name extends keyof Backend>(
  name: Name,
  args: Parameters<Backend[Name]>,
  label: string = name,
): ReturnType<Backend[Name]> {
  const call = new ProcessorCall();
  const written = writtenArguments[name];
  const own: unknown[] = [...args];
  // What is written first: an argument may be both.
  for (const position of written) own[position] = call.translate(args[position], true);
  args.forEach((value: unknown, position) => {
    if (!written.includes(position)) own[position] = call.translate(value, false);
  });
  noteFallback(label, call.bytes);
  const method: Method = cpuBackend[name];
  return method(...own) as ReturnType<Backend[Name]>; // it takes and gives what this method does
}

/** A backend that leaves everything to the processor. */
export function processorMethods(): Backend {
  // Every method of the backend, under its name.
  const names = Object.keys(writtenArguments) as (keyof Backend)[];
  const methods = names.map((name) => [name, (...args: never[]) => runOnCpu(name, args as never)]);
  return Object.fromEntries(methods) as Backend;
}
