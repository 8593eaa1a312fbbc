/** Writing elements into storages, which gives them other values. */
import { numel } from "../../shape.ts";
import type { View } from "../backend.ts";
import { isIdentity, accessOf, regionOf } from "./access.ts";
import { copiedTexture, copyOf, drawInto, textureOf } from "./evaluate.ts";
import { allocateElements, type Texture } from "./textures.ts";
import type { WebGLStorage } from "./storage.ts";
import { Value } from "./values.ts";

/** Whether a program can write a view: it finds which element of the storage is which of the view. */
export function canWrite(output: View): boolean {
  return isWhole(output) || regionOf(output) !== null;
}

/** Whether a view is its whole storage, in row-major order. */
export function isWhole(view: View): boolean {
  const { length } = view.storage;
  return numel(view.shape) === length && isIdentity(accessOf(view, view.shape), length);
}

/** Gives a view's elements those of `value`, which is pending or computed, in the view's row-major order. `canWrite` is asked first. */
export function write(output: View, value: Value): void {
  const storage = output.storage as WebGLStorage; // results are on the device
  if (isWhole(output)) {
    storage.replace(value);
    return;
  }
  const pending = value.stage === null ? copyOf(value) : value;
  pending.hold();
  drawInto(exclusive(storage), regionOf(output)!, pending); // `canWrite` has looked
  pending.drop();
}

/** A texture of the storage's elements that nobody else refers to, so that a part of it can be drawn anew. */
function exclusive(storage: WebGLStorage): Texture {
  if (!storage.isWritten) {
    const fresh = allocateElements(storage.length);
    storage.replace(Value.ofTexture(fresh, storage.dtype, storage.length));
    return fresh;
  }
  const { value } = storage;
  const texture = textureOf(value);
  if (value.holders === 1) {
    value.array?.release();
    value.array = null;
    value.dropPacked();
    return texture;
  }
  const copy = copiedTexture(value);
  storage.replace(Value.ofTexture(copy, storage.dtype, storage.length));
  return copy;
}
