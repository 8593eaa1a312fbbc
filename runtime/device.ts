import { RuntimeError } from "./errors/runtimeError.ts";
import { inspectAs } from "./inspect.ts";

/** The kinds of device that PyTorch has names for, in the order of its messages. Tensors here are on the processor, `"cpu"`, or the accelerator, `"webgl"`. */
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

export type DeviceType = (typeof deviceTypes)[number] | "webgl";

/** A kind of device by its name. `"gpu"` is what people call the accelerator. */
function typeNamed(name: string | undefined): DeviceType | undefined {
  if (name === "webgl" || name === "gpu") return "webgl";
  return deviceTypes.find((known) => known === name);
}

/** Splits `"cuda:1"`. @throws RuntimeError for anything that is no device. */
function parse(name: string): { readonly type: DeviceType; readonly index: number | null } {
  if (name === "") throw new RuntimeError('Device string must not be empty. Write for example "cpu".');
  const [head, ...rest] = name.split(":");
  const type = typeNamed(head);
  if (type === undefined)
    throw new RuntimeError(
      `Expected one of ${deviceTypes.join(", ")} device type at start of device string: ${name}. There is no device ${JSON.stringify(name)}: tensors here are on "cpu", or on "webgl" where there is an accelerator.`,
    );
  const index = rest[0] ?? null;
  if (rest.length > 1 || (index !== null && !/^\d+$/.test(index)))
    throw new RuntimeError(`Invalid device string: '${name}'. Write a type, or type:number.`);
  return { type, index: index === null ? null : Number(index) };
}

/**
 * Where a tensor's elements are. `torch.device("cpu")`, `torch.device("webgl", 0)`: one that is not there can be named, but not used. `"cuda"` and `"gpu"` mean the
 * accelerator wherever a tensor is put.
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
        `device(): argument 'type' must be a string such as "cpu", not ${String(type)}. Write torch.device("cpu") or torch.device("webgl").`,
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

/** The accelerator: there is at most one. */
export const webgl: Device = new Device("webgl", 0);
