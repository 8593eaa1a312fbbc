/** Where loaded tensors are put. Source: `_get_restore_location` in `torch/serialization.py`. */
import { cpu, Device } from "../../device.ts";
import { toDevice } from "../../devices.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Storage } from "../../storage.ts";

/** A device for everything; devices by the names in the file; or a function of the elements, which are on the CPU, and the name in the file. */
export type MapLocation =
  | string
  | Device
  | Readonly<Record<string, string | Device>>
  | ReadonlyMap<string, string | Device>
  | ((storage: unknown, location: string) => unknown);

/** The device for elements that were on `location`. */
export type Placing = (storage: Storage, location: string) => Device;

/** The device that a file names. @throws RuntimeError when it is not here. */
function restored(location: string): Device {
  try {
    return toDevice(location);
  } catch (error) {
    const type = location.split(":")[0]!.toUpperCase();
    throw new RuntimeError(
      `Attempting to deserialize object on a ${type} device but torch.${type.toLowerCase()}.is_available() is False. ` +
        `If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU: torch.load(path, {map_location: "cpu"}).`,
      { cause: error },
    );
  }
}

function chosen(answer: unknown, storage: Storage, location: string): Device {
  if (answer === null || answer === undefined) return restored(location);
  if (answer === storage) return cpu;
  if (typeof answer === "string" || answer instanceof Device) return toDevice(answer);
  throw new TypeError(
    `load(): map_location gave ${typeof answer} for ${JSON.stringify(location)}: it must give the storage itself, a device, or null for the device in the file.`,
  );
}

/** How `map_location` places. Its devices are looked for at once, so that nothing is read in vain. @throws as `torch.device`, when one is not here. */
export function placing(mapLocation: MapLocation | null): Placing {
  if (mapLocation === null) return (_, location) => restored(location);
  if (typeof mapLocation === "string" || mapLocation instanceof Device) {
    const device = toDevice(mapLocation);
    return () => device;
  }
  if (typeof mapLocation === "function")
    return (storage, location) => chosen(mapLocation(storage, location), storage, location);
  const devices = new Map(mapLocation instanceof Map ? mapLocation : Object.entries(mapLocation));
  return (storage, location) => chosen(devices.get(location), storage, location);
}
