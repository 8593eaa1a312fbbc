/** Methods and properties of `Tensor` about where it is. */
import { cpu, type Device } from "./device.ts";
import { toDevice } from "./devices.ts";
import type { MemoryFormat } from "./memoryFormat.ts";
import type { Tensor } from "./tensor.ts";

/** How a copy lies in memory. */
interface CopyOptions {
  readonly non_blocking?: boolean;
  readonly memory_format?: MemoryFormat | null;
}

/** Their types and documentation. */
export interface DeviceMethods {
  /** Whether the tensor is on the accelerator, which is what PyTorch's programs ask with this. Source: `torch.Tensor.is_cuda`. */
  readonly is_cuda: boolean;
  /** Whether the tensor is on the CPU. Source: `torch.Tensor.is_cpu`. */
  readonly is_cpu: boolean;
  /** Whether the tensor is on the graphics card, by WebGL. */
  readonly is_webgl: boolean;
  /** The number of the accelerator that the tensor is on, −1 on the CPU. Source: `torch.Tensor.get_device`. */
  get_device(): number;
  /**
   * As `to(device)`, but what comes from the accelerator is not waited for: other cells and timers go on meanwhile. The promise is kept with the elements as they are now.
   *
   * `const loss = (await y.to_async("cpu")).item()`.
   *
   * @throws as `to`, by the promise.
   */
  to_async(device: Device | string): Promise<Tensor>;
  /**
   * The tensor on the accelerator; itself where it is there already. `device` can only say which: there is one.
   *
   * @throws AssertionError when there is none.
   * Source: `torch.Tensor.cuda`.
   */
  cuda(device?: Device | string | number | null | CopyOptions, options?: CopyOptions | boolean): Tensor;
}

/** The names of the properties. */
export type DeviceProperties = "is_cuda" | "is_cpu" | "is_webgl";

/** The properties, as functions of the tensor. */
export const deviceProperties: Readonly<Record<DeviceProperties, (self: Tensor) => boolean>> = {
  is_cuda: (self) => self.device !== cpu,
  is_cpu: (self) => self.device === cpu,
  is_webgl: (self) => self.device.type === "webgl",
};

/** What may stand first in `cuda`. */
type First = Device | string | number | null | CopyOptions;

function sendToAccelerator(self: Tensor, first: First = null, second: CopyOptions | boolean = {}): Tensor {
  const isOptions = typeof first === "object" && first !== null && !("type" in first);
  const device = isOptions || first === null ? "cuda" : typeof first === "number" ? `cuda:${first}` : first;
  const options = isOptions ? first : typeof second === "boolean" ? {} : second;
  return self.to({ ...options, device: toDevice(device) });
}

async function sendLater(self: Tensor, device: Device | string): Promise<Tensor> {
  const target = toDevice(device);
  if (target !== cpu || self.device === cpu) return self.to(target);
  // What is written into the tensor meanwhile is not in the copy.
  const copy = self.clone();
  await copy.storage.peekLater();
  return copy.to(target);
}

/** The implementations; the first argument is the tensor that the method is called on. */
export const deviceMethods: {
  readonly [K in Exclude<keyof DeviceMethods, DeviceProperties>]: (self: Tensor, ...args: never[]) => unknown;
} = {
  get_device: (self) => self.device.index ?? -1,
  to_async: sendLater,
  cuda: sendToAccelerator,
};
