/** Copies, and the same elements without history. */
import type { Device } from "../../device.ts";
import { stridesIn } from "../../layout.ts";
import { contiguous_format, preserve_format, type MemoryFormat } from "../../memoryFormat.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { memoryFormat, tensor } from "../../parameters.ts";
import { alias, allocate, copyInto, sentTo } from "../../settle.ts";
import { isContiguous } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";

interface FormatOptions {
  readonly memory_format?: MemoryFormat | null;
}

/** A copy in a dtype and a memory format. */
function copyIn(input: Tensor, dtype: DType, format: MemoryFormat): Tensor {
  const strides = stridesIn(format, input.shape, input.strides);
  const result = alias(allocate(input.shape, dtype), input.shape, strides);
  copyInto(result, input);
  return result;
}

/** Who asks for a copy on a device finds its memory counted there. */
function settled(tensor: Tensor): Tensor {
  tensor.storage.settle();
  return tensor;
}

/** A copy on a device, in a dtype and a memory format. */
export function copyTo(device: Device, input: Tensor, dtype: DType, format: MemoryFormat): Tensor {
  if (device === input.device) return copyIn(input, dtype, format);
  const strides = stridesIn(format, input.shape, input.strides);
  if (isContiguous(input.shape, strides)) return settled(sentTo(device, input, dtype));
  // What lies in another order travels in that order.
  const dense = copyIn(input, input.dtype, format);
  const sent = settled(sentTo(device, alias(dense, [input.numel()], [1], 0), dtype));
  return alias(sent, input.shape, strides);
}

/**
 * A copy that shares nothing with its input. Its elements lie in memory as the input's do, unless `memory_format` says otherwise.
 *
 * @throws RuntimeError when the format is for another number of dimensions.
 * Source: `torch.clone`.
 */
export const clone: Operator<GeneralSignature<[options?: FormatOptions]>> = operator({
  name: "clone",
  parameters: { input: tensor, memory_format: memoryFormat(preserve_format) },
  forward: ({ input, memory_format }) => copyIn(input, input.dtype, memory_format),
  vjp: { input: (g) => g },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]).t()],
    () => [sample([2, 3]).t(), { memory_format: contiguous_format }],
  ],
});

/**
 * The tensor itself where its elements lie without gaps in row-major order (or as `memory_format` says), else a copy in which they do.
 *
 * @throws RuntimeError when the format is for another number of dimensions.
 * Source: `torch.Tensor.contiguous`.
 */
export const contiguous: Operator<GeneralSignature<[options?: FormatOptions]>> = composite({
  name: "contiguous",
  parameters: { input: tensor, memory_format: memoryFormat(contiguous_format) },
  define: ({ input, memory_format }) =>
    input.is_contiguous({ memory_format }) ? input : clone(input, { memory_format }),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]).t()]],
});

/** The same elements, in the same storage, that no gradient flows through. Source: `torch.Tensor.detach`. */
export const detach: Operator<GeneralSignature<[]>> = operator({
  name: "detach",
  parameters: { input: tensor },
  forward: ({ input }) => alias(input, input.shape, input.strides),
  vjp: null,
  samples: [() => [sample([2, 3])]],
});
