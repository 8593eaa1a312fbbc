/** Tensors as the arrays of JavaScript. */
import { cpu } from "./device.ts";
import { float16, float32, type TypedArray } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { convert, duplicate } from "./settle.ts";
import type { Tensor } from "./tensor.ts";

/** The methods that give a tensor's elements away. */
export interface InteropMethods {
  /**
   * The elements in row-major order as a typed array of the tensor's own type: a copy. Truth values come as bytes, float16 as a `Float32Array`.
   *
   * @throws RuntimeError for a tensor that requires grad, TypeError for bfloat16 or a tensor on an accelerator, as in PyTorch.
   * Source: `torch.Tensor.numpy`.
   */
  numpy(): TypedArray;
}

function toTypedArray(tensor: Tensor): TypedArray {
  if (tensor.requires_grad)
    throw new RuntimeError(
      "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead: an array has no history.",
    );
  if (tensor.device !== cpu)
    throw new TypeError(
      `can't convert ${tensor.device.toString()} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.`,
    );
  if (tensor.dtype.name === "bfloat16")
    throw new TypeError(
      "Got unsupported ScalarType BFloat16: no array has such elements. Convert the tensor with .float() first.",
    );
  const plain = tensor.dtype === float16 ? convert(tensor, float32) : tensor;
  const whole = plain.is_contiguous() ? plain : duplicate(plain);
  return whole.storage.data.slice(whole.offset, whole.offset + whole.numel());
}

/** The implementations; the first argument is the tensor that the method is called on. */
export const interopMethods: { readonly [K in keyof InteropMethods]: (self: Tensor) => unknown } = {
  numpy: toTypedArray,
};
