/** What may be set and read at a tensor's `grad` and `data`. */
import { RuntimeError } from "../errors/runtimeError.ts";
import { alias } from "../settle.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { AccumulateGrad, edgeOf } from "./node.ts";

/**
 * Holds a tensor that is about to become the gradient of another against it.
 *
 * @throws TypeError or RuntimeError when it does not fit. Source: `THPVariable_set_grad` in `torch/csrc/autograd/python_variable.cpp`.
 */
export function checkGrad(tensor: Tensor, grad: unknown): void {
  if (grad === null) return;
  if (!(grad instanceof Tensor))
    throw new TypeError(
      `assigned grad expected to be a Tensor or None but got grad of type ${typeof grad}: give a tensor of shape ${formatShape(tensor.shape)}, or null to drop the gradient.`,
    );
  if (grad === tensor)
    throw new RuntimeError("can't assign Variable as its own grad: give another tensor, such as x.clone().");
  if (grad.dtype !== tensor.dtype)
    throw new RuntimeError(
      `attempting to assign a gradient with dtype '${grad.dtype.typeName}' to a tensor with grad_dtype '${tensor.dtype.typeName}'. The gradient must match the tensor's dtype: convert it with .to(${tensor.dtype.toString()}).`,
    );
  if (!sameShape(grad.shape, tensor.shape))
    throw new RuntimeError(
      `attempting to assign a gradient of size '${formatShape(grad.shape)}' to a tensor of size '${formatShape(tensor.shape)}'. Please ensure that the gradient and the tensor are the same size.`,
    );
}

/** Says that a result has no gradient of its own, unless it was asked to keep it. */
export function warnOfMissingGrad(tensor: Tensor): void {
  if (retainsGrad(tensor)) return;
  warnOnce(
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). " +
      "If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. " +
      "If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead.",
  );
}

/** Whether a result keeps its gradient. */
export function retainsGrad(tensor: Tensor): boolean {
  const edge = edgeOf(tensor);
  return edge !== null && !(edge instanceof AccumulateGrad) && (edge.retained?.includes(tensor) ?? false);
}

/** The elements without history, of which writes are not counted. */
export function dataOf(tensor: Tensor): Tensor {
  const data = alias(tensor, tensor.shape, tensor.strides);
  data.untracked = true;
  return data;
}

/** Exchanges a tensor's elements for those of another one. @throws RuntimeError when that has another dtype. */
export function exchangeData(tensor: Tensor, value: unknown): void {
  if (!(value instanceof Tensor))
    throw new TypeError(
      `Variable data has to be a tensor, but got ${typeof value}: set x.data to a tensor of dtype ${tensor.dtype.toString()}.`,
    );
  if (value.dtype !== tensor.dtype)
    throw new RuntimeError(
      `Attempted to call \`variable.set_data(tensor)\`, but \`variable\` and \`tensor\` have incompatible tensor type: ${tensor.dtype.toString()} and ${value.dtype.toString()}. Convert the new data first.`,
    );
  const { storage, shape, strides, offset } = value;
  tensor.become({ storage, shape, strides, offset });
}
