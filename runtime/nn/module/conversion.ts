/** Modules in another dtype, or on another device. */
import { no_grad } from "../../autograd/modes.ts";
import { empty } from "../../create.ts";
import { Device } from "../../device.ts";
import { checkHolds, toDevice } from "../../devices.ts";
import { DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { channels_last, channels_last_3d, type MemoryFormat } from "../../memoryFormat.ts";
import { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { ownBuffers } from "./members.ts";

/** Where a module is to be, and in which dtype, by name. */
export interface ModuleTarget {
  readonly device?: Device | string | null;
  /** A dtype with fractions: whole numbers, such as counts, keep theirs. */
  readonly dtype?: DType | null;
  /** In which order tensors of four or five dimensions lie in memory. */
  readonly memory_format?: MemoryFormat | null;
  /** Taken, and without effect. */
  readonly non_blocking?: boolean;
}

interface Wanted {
  readonly device: Device | null;
  readonly dtype: DType | null;
  readonly memoryFormat: MemoryFormat | null;
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
  const isTensor = target instanceof Tensor;
  return {
    device: device === null ? null : toDevice(device),
    dtype,
    memoryFormat: isTensor ? null : (given.memory_format ?? null),
  };
}

/** Does what `Module.type` says. */
export function castModule(module: Module, dtype: DType): void {
  const learned = [...module.named_parameters()].find(([, { requires_grad }]) => requires_grad);
  if (!dtype.is_floating_point && learned !== undefined)
    throw new RuntimeError(
      `data set to a tensor that requires gradients must be floating point or complex dtype, not ${dtype.toString()}: ${learned[0]} requires grad. Call net.requires_grad_(false) first, or convert to a dtype with fractions.`,
    );
  for (const each of [...module.parameters(), ...module.buffers()]) checkHolds(each.device, dtype);
  const wanted: Wanted = { device: null, dtype, memoryFormat: null };
  for (const parameter of module.parameters()) moveParameter(parameter, wanted);
  for (const part of module.modules())
    for (const [name, value] of ownBuffers(part))
      Reflect.set(
        part,
        name,
        no_grad(() => value.to(dtype)),
      );
}

/** Does what `Module.to_empty` says. */
export function emptyModule(module: Module, given: Device | string, recurse: boolean): void {
  const device = toDevice(given);
  for (const parameter of module.parameters(recurse)) {
    checkHolds(device, parameter.dtype);
    parameter.become(empty(parameter.shape, { dtype: parameter.dtype, device }));
    parameter.gradient = null;
  }
  for (const part of recurse ? module.modules() : [module])
    for (const [name, { shape, dtype }] of ownBuffers(part))
      Reflect.set(part, name, empty(shape, { dtype, device }));
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
  const arranged = inFormat(moved, wanted.memoryFormat);
  if (arranged.storage === parameter.storage) return;
  parameter.become(arranged);
  parameter.gradient = grad;
}

/** The same elements in another order in memory, where the dimensions are those of that order. */
function inFormat(tensor: Tensor, format: MemoryFormat | null): Tensor {
  const ranks = format === channels_last ? [4] : format === channels_last_3d ? [5] : [4, 5];
  return format === null || !ranks.includes(tensor.ndim)
    ? tensor
    : no_grad(() => tensor.contiguous({ memory_format: format }));
}

function movedBuffer(buffer: Tensor, wanted: Wanted): Tensor {
  const options = { device: wanted.device ?? buffer.device, dtype: dtypeOf(buffer, wanted) };
  return inFormat(
    no_grad(() => buffer.to(options)),
    wanted.memoryFormat,
  );
}
