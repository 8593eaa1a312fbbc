/** Modules in another dtype, or on another device. */
import { no_grad } from "../../autograd/modes.ts";
import { Device } from "../../device.ts";
import { checkHolds, toDevice } from "../../devices.ts";
import { DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { ownBuffers } from "./members.ts";

/** Where a module is to be, and in which dtype, by name. */
export interface ModuleTarget {
  readonly device?: Device | string | null;
  readonly dtype?: DType | null;
}

interface Wanted {
  readonly device: Device | null;
  readonly dtype: DType | null;
}

/** Does what `Module.to` says. */
export function moveModule(
  module: Module,
  target: DType | Device | string | Tensor | ModuleTarget,
  dtype: DType | null,
): void {
  const wanted = targetOf(target, dtype);
  for (const each of [...module.parameters(), ...module.buffers()])
    checkHolds(wanted.device ?? each.device, dtypeOf(each, wanted));
  for (const parameter of module.parameters()) moveParameter(parameter, wanted);
  for (const part of module.modules())
    for (const [name, value] of ownBuffers(part)) Reflect.set(part, name, movedBuffer(value, wanted));
}

/** @throws RuntimeError for a dtype without fractions, or a device that is not here; TypeError for a dtype that it does not have. */
function targetOf(target: DType | Device | string | Tensor | ModuleTarget, second: DType | null): Wanted {
  const given: ModuleTarget =
    target instanceof DType
      ? { dtype: target }
      : target instanceof Device || typeof target === "string"
        ? { device: target, dtype: second }
        : target; // a tensor has both
  const dtype = given.dtype ?? null;
  if (dtype !== null && !dtype.is_floating_point)
    throw new RuntimeError(
      `nn.Module.to only accepts floating point dtypes, but got desired dtype=${dtype.toString()}.`,
    );
  const device = given.device ?? null;
  return { device: device === null ? null : toDevice(device), dtype };
}

/** The dtype that a parameter or a buffer is to have. Buffers of whole numbers, such as counts, keep theirs. */
function dtypeOf({ dtype }: Tensor, wanted: Wanted): DType {
  return (dtype.is_floating_point ? wanted.dtype : null) ?? dtype;
}

/** Puts a parameter elsewhere, with its gradient. */
function moveParameter(parameter: Parameter, wanted: Wanted): void {
  const { gradient } = parameter;
  const options = { device: wanted.device ?? parameter.device, dtype: dtypeOf(parameter, wanted) };
  const [moved, grad] = no_grad(() => [
    parameter.detach().to(options),
    gradient?.detach().to(options) ?? null,
  ]);
  if (moved.storage === parameter.storage) return;
  parameter.become(moved);
  parameter.gradient = grad;
}

function movedBuffer(buffer: Tensor, wanted: Wanted): Tensor {
  return no_grad(() => buffer.to({ device: wanted.device ?? buffer.device, dtype: dtypeOf(buffer, wanted) }));
}
