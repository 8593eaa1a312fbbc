/** Copies: those of a whole storage share the value, others are pointwise work. */
import { input } from "../../expression.ts";
import { numel } from "../../shape.ts";
import type { View } from "../backend.ts";
import { cpuBackend } from "../cpu/index.ts";
import { allocate } from "../cpu/memory/storage.ts";
import { arrayOf } from "./evaluate.ts";
import { pointwise } from "./pointwise.ts";
import { WebGLStorage } from "./storage.ts";
import { Value } from "./values.ts";
import { isWhole } from "./writing.ts";

const same = input(0);

/** See `Backend.copy`. Either side may be the processor's. */
export function copy(output: View, source: View): void {
  if (output.shape.includes(0)) return;
  if (!(output.storage instanceof WebGLStorage)) fromDevice(output, source);
  else if (!(source.storage instanceof WebGLStorage)) toDevice(output, source);
  else if (output.dtype === source.dtype && isWhole(output) && isWhole(source))
    output.storage.replace(source.storage.value);
  else pointwise(same, output.dtype, output, [source]);
}

function fromDevice(output: View, source: View): void {
  const storage = source.storage as WebGLStorage; // one side is the device's
  const { dtype, shape, strides, offset } = source;
  cpuBackend.copy(output, { storage: arrayOf(storage.value), dtype, shape, strides, offset });
}

/** Takes a copy, converted on the processor, which stays beside the texture. */
function toDevice(output: View, source: View): void {
  const { shape, dtype } = output;
  const length = numel(shape);
  const own = allocate(dtype, length);
  const strides = shape.map((_, dim) => numel(shape.slice(dim + 1)));
  cpuBackend.copy({ storage: own, dtype, shape, strides, offset: 0 }, source);
  const storage = new WebGLStorage(dtype, length, Value.ofArray(own));
  if (isWhole(output))
    (output.storage as WebGLStorage).replace(storage.value); // `copy` has looked
  else copy(output, { storage, dtype, shape, strides, offset: 0 });
  storage.release();
}
