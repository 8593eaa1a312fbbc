/** Weights of convolutions in another order in memory. Source: `torch/nn/utils/memory_format.py`. */
import type { MemoryFormat } from "../../memoryFormat.ts";
import { Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d } from "../convolution.ts";
import type { Module } from "../module.ts";

function convert(module: Module, isMeant: (part: Module) => boolean, memory_format: MemoryFormat): void {
  for (const part of module.modules()) if (isMeant(part)) part.to({ memory_format });
}

/** Puts the weights of all two-dimensional convolutions in that order, and gives the module. Source: `torch.nn.utils.convert_conv2d_weight_memory_format`. */
export function convert_conv2d_weight_memory_format<M extends Module>(
  module: M,
  memory_format: MemoryFormat,
): M {
  convert(module, (part) => part instanceof Conv2d || part instanceof ConvTranspose2d, memory_format);
  return module;
}

/** Puts the weights of all three-dimensional convolutions in that order, and gives the module. Source: `torch.nn.utils.convert_conv3d_weight_memory_format`. */
export function convert_conv3d_weight_memory_format<M extends Module>(
  module: M,
  memory_format: MemoryFormat,
): M {
  convert(module, (part) => part instanceof Conv3d || part instanceof ConvTranspose3d, memory_format);
  return module;
}
