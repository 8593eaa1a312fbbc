/** The imaginary part, which there is none of. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Tensor } from "../../tensor.ts";

/**
 * Refuses: real tensors have no imaginary part, in PyTorch neither. It is a function only to say so.
 *
 * @throws RuntimeError always, as there are no complex numbers here.
 * Source: `torch.imag`.
 */
export function imag(input: Tensor): never {
  throw new RuntimeError(
    `imag is not implemented for tensors with non-complex dtypes, such as ${input.dtype.toString()}. Where a zero will do, write torch.zeros_like(x).`,
  );
}
