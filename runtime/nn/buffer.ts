import { Tensor } from "../tensor.ts";

/**
 * A tensor that is part of a module's state and is not learned: `this.mean = new nn.Buffer(torch.zeros(3))` does what `this.register_buffer("mean", torch.zeros(3))` does.
 *
 * Source: `torch.nn.Buffer`.
 */
export class Buffer extends Tensor {
  /** Whether the module's `state_dict` has it. */
  readonly persistent: boolean;

  /** Shares the elements of `data`. */
  constructor(data: Tensor, persistent: boolean | { readonly persistent?: boolean } = true) {
    super({
      storage: data.storage,
      dtype: data.dtype,
      shape: data.shape,
      strides: data.strides,
      offset: data.offset,
    });
    this.persistent = typeof persistent === "boolean" ? persistent : (persistent.persistent ?? true);
  }
}
