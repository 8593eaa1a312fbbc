import type { DType, TypedArray } from "./dtype.ts";
import type { Device } from "./device.ts";

/**
 * The elements behind a tensor and all of its views; each backend has its own kind. Source: `torch.UntypedStorage`, and the version counter of
 * `torch/csrc/autograd/saved_variable.h`.
 */
export abstract class Storage {
  readonly device: Device;
  /** Counts the in-place writes, so that backward notices when a tensor that it saved has changed since. */
  version = 0;

  constructor(device: Device) {
    this.device = device;
  }

  /** Number of elements. */
  abstract get length(): number;

  /** The elements, to be read or written at once and not to be kept: a later operation may move them. */
  abstract get data(): TypedArray;

  /** The elements, only to be read, at once: they stay where they are. */
  peek(): TypedArray {
    return this.data;
  }

  /** As `peek`, without waiting for the device: the promise is kept when it has come to an end with its work. */
  peekLater(): Promise<TypedArray> {
    return Promise.resolve(this.peek());
  }

  /** Takes the device's memory for the elements at once, where that waits for the first use otherwise. */
  settle(): void {
    // Most devices have done that.
  }

  /** The same bytes as elements of another dtype: each storage sees what is written into the other, and counts it. */
  abstract reinterpret(dtype: DType): Storage;

  /** Whether `release` has anything to give back. */
  abstract get releasable(): boolean;

  /** Notes that the elements were written in place. */
  markWritten(): void {
    this.version++;
  }

  /** Gives the memory back where nothing can refer to it any more. The elements must not be used afterwards. */
  abstract release(): void;
}
