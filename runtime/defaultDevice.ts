/** On which device programs make tensors that they name none for. Source: `torch/utils/_device.py`. */
import { Device } from "./device.ts";
import { toDevice } from "./devices.ts";
import { changeDefault, defaultPlacement } from "./placement.ts";

/**
 * Makes tensors on `device` from now on, wherever none is named; `null` for the CPU.
 *
 * @throws AssertionError or RuntimeError for a device that is not here.
 * Source: `torch.set_default_device`.
 */
export function set_default_device(device: Device | string | null): void {
  changeDefault(device === null ? null : toDevice(device));
}

/** The device on which tensors are made where none is named. Source: `torch.get_default_device`. */
export function get_default_device(): Device {
  return defaultPlacement();
}

/** A device that a program has named, which can be the default one for a block. */
class NamedDevice extends Device {
  /**
   * Makes this the default device until the block ends: `using _ = torch.device("cuda")` is Python's `with torch.device("cuda"):`. JavaScript looks for the method when a
   * `using` declaration begins, and calls it at the end of the block: looking is what enters.
   */
  get [Symbol.dispose](): () => void {
    const before = changeDefault(toDevice(this));
    return () => {
      changeDefault(before);
    };
  }
}

type DeviceFunction = (type: string | Device, index?: number) => NamedDevice;

/** What `torch.device(…)` gives: `torch.device` is a type as well, as it is a class in Python. */
export type device = Device;

/** The class of devices, which may be called without `new`, as in Python. */
export const device: typeof NamedDevice & DeviceFunction = new Proxy(NamedDevice, {
  apply: (_target, _self, args: [string, number?]) => new NamedDevice(...args),
}) as typeof NamedDevice & DeviceFunction; // the proxy can be called
