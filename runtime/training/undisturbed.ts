/** Calls a model without leaving a trace in it. */
import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor.ts";

interface BufferState {
  readonly buffer: Tensor;
  readonly version: number;
  readonly values: Tensor;
}

/**
 * Runs `body` with the model in evaluation mode. Afterwards the mode of each module and the numbers in each buffer are what they were; a buffer that was not written is
 * not touched, so that histories which have saved it stay valid. Without gradients: see `no_grad`.
 */
export function undisturbed<T>(model: Module, body: () => T): T {
  const modes = Array.from(model.modules(), (module) => [module, module.training] as const);
  const buffers: BufferState[] = Array.from(model.buffers(), (buffer) => ({
    buffer,
    version: buffer._version,
    values: buffer.clone(),
  }));
  model.eval();
  try {
    return body();
  } finally {
    for (const [module, mode] of modes) module.training = mode;
    for (const { buffer, version, values } of buffers) if (buffer._version !== version) buffer.copy_(values);
  }
}
