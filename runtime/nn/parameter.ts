import { inspectAs } from "../inspect.ts";
import { Tensor } from "../tensor.ts";

/**
 * A tensor that a module learns: it requires grad, and a module that holds it lists it among its parameters.
 *
 * Source: `torch.nn.Parameter`.
 */
export class Parameter extends Tensor {
  /** Shares the elements of `data`. @throws RuntimeError when its dtype has no fractions and `requires_grad` is true. */
  constructor(data: Tensor, requires_grad = true) {
    super({
      storage: data.storage,
      dtype: data.dtype,
      shape: data.shape,
      strides: data.strides,
      offset: data.offset,
    });
    this.requires_grad_(requires_grad);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

inspectAs(Parameter, (parameter) => parameter.toString());
