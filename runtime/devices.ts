/** What programs may ask of devices: where a tensor can be put, what it can hold there, and which tensors meet. */
import { accelerator } from "./backends/chosen.ts";
import { cpu, Device, webgl } from "./device.ts";
import { float32, float64, type DType } from "./dtype.ts";
import { AssertionError } from "./errors/assertionError.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { use } from "./placement.ts";
import type { Tensor } from "./tensor.ts";

/** Kinds of device that mean the accelerator: NVIDIA's, so that PyTorch's lessons run as they stand. */
const acceleratorTypes: ReadonlySet<string> = new Set(["webgl", "cuda"]);

function absentDevice(type: string, reason: string): Error {
  const advice = `${reason} Use "cpu", or leave the device out.`;
  return type === "cuda" || type === "xpu"
    ? new AssertionError(`Torch not compiled with ${type.toUpperCase()} enabled: ${advice}`)
    : new RuntimeError(`PyTorch is not linked with support for ${type} devices: ${advice}`);
}

/**
 * Reads a device, on which tensors are to be, from what a user may pass, and opens it where it is the accelerator.
 *
 * @throws AssertionError or RuntimeError for one that is not here, as PyTorch does without it.
 */
export function toDevice(value: Device | string): Device {
  if (value === cpu || value === "cpu") return cpu;
  const { type, index } = value instanceof Device ? value : new Device(value);
  if (type === "cpu") return cpu;
  if (!acceleratorTypes.has(type)) throw absentDevice(type, `tensors cannot be on ${type} here.`);
  const reason = accelerator().unavailable();
  if (reason !== null) throw absentDevice(type, reason);
  if (index !== null && index > 0)
    throw new RuntimeError(
      `CUDA error: invalid device ordinal: there is one accelerator, ${webgl.toString()}, and no ${type}:${index}.`,
    );
  use(webgl);
  return webgl;
}

/** Whether a device has a dtype: WebGL's numbers have 32 bits. */
export function holds(device: Device, dtype: DType): boolean {
  return device === cpu || dtype.name !== "float64";
}

/** The dtype of most digits that a device has. */
export function mostExact(device: Device): DType {
  return device === cpu ? float64 : float32;
}

/** @throws TypeError for a dtype that the device does not have. Source: `empty_mps` in `aten/src/ATen/mps/EmptyTensor.cpp`. */
export function checkHolds(device: Device, dtype: DType): void {
  if (!holds(device, dtype))
    throw new TypeError(
      `Cannot convert a WebGL Tensor to float64 dtype as the WebGL framework doesn't support float64. Please use float32 instead: x.to("webgl", torch.float32); or compute on the CPU: x.cpu().double().`,
    );
}

/** The device on which work with these tensors is done: the accelerator as soon as one of them is there. */
export function commonDevice(tensors: readonly (Tensor | null)[]): Device {
  for (const tensor of tensors) if (tensor !== null && tensor.device !== cpu) return tensor.device;
  return cpu;
}

/** Whether a tensor may meet others wherever they are: a single number of the CPU. Source: `TensorIteratorBase::compute_types`. */
export function joinsAny(tensor: Tensor): boolean {
  return tensor.device === cpu && tensor.ndim === 0;
}

/** What PyTorch says of tensors on different devices, and what to do. */
export function differentDevices(
  operator: string,
  argument: string,
  found: Device,
  expected: Device,
): RuntimeError {
  return new RuntimeError(
    `Expected all tensors to be on the same device, but found at least two devices, ${expected.toString()} and ${found.toString()}! (when checking argument for argument ${argument} in method ${operator}). ` +
      `Bring it there: ${argument}.to("${expected.toString()}").`,
  );
}
