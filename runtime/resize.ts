/** Tensors that change their shape in place. */
import { RuntimeError } from "./errors/runtimeError.ts";
import { placedOn } from "./placement.ts";
import { alias, allocate, copyInto } from "./settle.ts";
import { formatShape, numel, sameShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Gives `tensor` a row-major view of `shape`; its storage is replaced by a larger one where it is too small. Source: `torch.Tensor.resize_`. */
export function resize(tensor: Tensor, sizes: readonly number[] | readonly [sizes: Shape]): Tensor {
  // One array, or separate numbers.
  const shape = (Array.isArray(sizes[0]) ? sizes[0] : sizes) as Shape;
  if (shape.some((size) => !Number.isInteger(size) || size < 0))
    throw new RuntimeError(
      `Trying to create tensor with negative dimension: ${formatShape(shape)}. Sizes are whole numbers from 0 on.`,
    );
  if (tensor.requires_grad)
    throw new RuntimeError(
      "cannot resize variables that require grad: resize x.detach() instead, or use x.reshape(…).",
    );
  // What has the shape already keeps its strides too.
  if (sameShape(shape, tensor.shape)) return tensor;
  const { storage, offset } = tensor;
  const available = storage.length - offset;
  if (numel(shape) <= available) {
    tensor.become({ storage, shape, offset });
    return tensor;
  }
  const larger = placedOn(tensor.device, () => allocate([offset + numel(shape)], tensor.dtype));
  const whole = alias(tensor, [storage.length], [1], 0);
  copyInto(alias(larger, [storage.length], [1], 0), whole);
  tensor.become({ storage: larger.storage, shape, offset });
  return tensor;
}
