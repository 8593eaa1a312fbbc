import { RuntimeError } from "./errors/runtimeError.ts";
import { inspectAs } from "./inspect.ts";

/** The kinds of device that this version can hold tensors on. */
export type DeviceType = "cpu";

/**
 * Where a tensor's elements are. Source: `torch.device`.
 */
export class Device {
  readonly type: DeviceType;

  /** @throws RuntimeError when there is no such device. */
  constructor(type: string) {
    if (type !== "cpu")
      throw new RuntimeError(
        `device: there is no device ${JSON.stringify(type)} here; available: "cpu". Leave the device out, or pass "cpu".`,
      );
    this.type = type;
    Object.freeze(this);
  }

  toString(): string {
    return this.type;
  }
}

inspectAs(Device, (device) => `device(type='${device.type}')`);

/** The processor that runs this program. */
export const cpu: Device = new Device("cpu");

/** Reads a device from what a user may pass. */
export function toDevice(value: Device | string): Device {
  return value instanceof Device ? value : value === "cpu" ? cpu : new Device(value);
}
