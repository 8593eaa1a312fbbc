/** For operators that go through elements themselves, in JavaScript: tensors on the CPU, wherever they were, and back. */
import { accelerator } from "./backends/chosen.ts";
import { cpu } from "./device.ts";
import { type DType, type TypedArray } from "./dtype.ts";
import { currentDevice, operatorUnderWay } from "./placement.ts";
import { convert, duplicate, fromArrayOnCpu, sentTo } from "./settle.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Counts that the operator under way has elements of an accelerator read. */
export function noteRead(tensor: Tensor): void {
  accelerator().noteFallback(operatorUnderWay(), tensor.numel() * tensor.dtype.itemsize);
}

/**
 * The elements in row-major order, in a dtype, on the CPU: the tensor itself where it is so already. Reading from an accelerator waits for it, and is counted among what
 * fell back (`torch.webgl.fallbacks()`). Nothing may be written into what comes back.
 */
export function onCpu(tensor: Tensor, dtype: DType = tensor.dtype): Tensor {
  if (tensor.device === cpu)
    return tensor.is_contiguous() ? convert(tensor, dtype) : duplicate(tensor, dtype);
  noteRead(tensor);
  return sentTo(cpu, tensor, dtype);
}

/** A tensor of the CPU where tensors are made now: what was computed from `onCpu`, back with the operator's tensors. */
export function here(tensor: Tensor): Tensor {
  return currentDevice() === tensor.device ? tensor : sentTo(currentDevice(), tensor);
}

/** An array's elements in a dtype, which may be another than the array's, where tensors are made now. */
export function tensorFrom(data: TypedArray, own: DType, dtype: DType, shape: Shape): Tensor {
  return here(convert(fromArrayOnCpu(data, own, shape), dtype));
}
