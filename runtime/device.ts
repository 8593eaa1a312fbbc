import { AssertionError } from "./errors/assertionError.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { inspectAs } from "./inspect.ts";

/** The kinds of device that PyTorch has names for. Tensors here are on the processor, `"cpu"`. */
const deviceTypes = [
  "cpu",
  "cuda",
  "ipu",
  "xpu",
  "mkldnn",
  "opengl",
  "opencl",
  "ideep",
  "hip",
  "ve",
  "fpga",
  "maia",
  "xla",
  "lazy",
  "vulkan",
  "mps",
  "meta",
  "hpu",
  "mtia",
  "privateuseone",
] as const;

export type DeviceType = (typeof deviceTypes)[number];

/** Splits `"cuda:1"`. @throws RuntimeError for anything that is no device. */
function parse(name: string): { readonly type: DeviceType; readonly index: number | null } {
  if (name === "") throw new RuntimeError('Device string must not be empty. Write for example "cpu".');
  const [head, ...rest] = name.split(":");
  const type = deviceTypes.find((known) => known === head);
  if (type === undefined)
    throw new RuntimeError(
      `Expected one of ${deviceTypes.join(", ")} device type at start of device string: ${name}. There is no device ${JSON.stringify(name)}: tensors here are on "cpu".`,
    );
  const index = rest[0] ?? null;
  if (rest.length > 1 || (index !== null && !/^\d+$/.test(index)))
    throw new RuntimeError(`Invalid device string: '${name}'. Write a type, or type:number.`);
  return { type, index: index === null ? null : Number(index) };
}

/**
 * Where a tensor's elements are. `torch.device("cpu")`, `torch.device("cuda", 0)`: one that is not there can be named, but not used.
 *
 * Source: `torch.device`.
 */
export class Device {
  readonly type: DeviceType;
  readonly index: number | null;

  /** @throws RuntimeError for a name that is no device, TypeError without one. */
  constructor(type: string | Device, index: number | null = null) {
    if (typeof type !== "string" && !(type instanceof Device))
      throw new TypeError(
        `device(): argument 'type' must be a string such as "cpu", not ${String(type)}. Only the processor is here: write torch.device("cpu").`,
      );
    const parsed = typeof type === "string" ? parse(type) : type;
    this.type = parsed.type;
    this.index = index ?? parsed.index;
    Object.freeze(this);
  }

  toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`;
  }
}

inspectAs(Device, ({ type, index }) => `device(type='${type}'${index === null ? "" : `, index=${index}`})`);

/** The processor that runs this program. */
export const cpu: Device = new Device("cpu");

/** The class `Device`, which may be called without `new`, as in Python. */
export const device: typeof Device & ((type: string | Device, index?: number) => Device) = new Proxy(Device, {
  apply: (_target, _self, args: [string, number?]) => new Device(...args),
}) as typeof Device & ((type: string | Device, index?: number) => Device); // the proxy can be called

/**
 * Reads a device, on which tensors are to be, from what a user may pass.
 *
 * @throws AssertionError or RuntimeError for one that is not here, as PyTorch does without it.
 */
export function toDevice(value: Device | string): Device {
  const device = typeof value === "string" ? parse(value) : value;
  if (device.type === "cpu") return cpu;
  const advice = `there is no ${device.type} device here: use "cpu", or leave the device out.`;
  if (device.type === "cuda" || device.type === "xpu")
    throw new AssertionError(`Torch not compiled with ${device.type.toUpperCase()} enabled: ${advice}`);
  throw new RuntimeError(`PyTorch is not linked with support for ${device.type} devices: ${advice}`);
}
