import { createHash } from "node:crypto";
import type { Tensor } from "../../../../../runtime/index.ts";

/** Stands for a tensor's elements, to the bit. */
export function bitsOf(tensor: Tensor): string {
  const { storage, offset } = tensor.detach().contiguous();
  const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = storage.data;
  // The hash takes no shared memory.
  const bytes = new Uint8Array(buffer, byteOffset + offset * size, tensor.numel() * size).slice();
  return `${tensor.dtype.toString()} [${tensor.shape.join()}] ${createHash("sha1").update(bytes).digest("hex")}`;
}
