/** What the main thread gives a thread of the pool when it starts it. */
import { workerData, type MessagePort } from "node:worker_threads";

export interface Handover {
  readonly memory: WebAssembly.Memory;
  /** Address of the thread's own scratch memory. */
  readonly scratch: number;
  /** The buffer of `Control`. */
  readonly control: SharedArrayBuffer;
  /** Brings the thread its work, and takes errors back. */
  readonly port: MessagePort;
  /** 0 for the first thread beside the main one. */
  readonly index: number;
}

/** The handover's name in the data of the thread: a program may start threads of its own, which import this library and hand over what they like. */
export const handoverKey = "typetorch thread";

function findHandover(): Handover | null {
  const data: unknown = workerData;
  if (typeof data !== "object" || data === null || !(handoverKey in data)) return null;
  return data[handoverKey] as Handover; // only the pool uses this name
}

/** `null` in every thread that the pool did not start. */
export const handover: Handover | null = findHandover();
