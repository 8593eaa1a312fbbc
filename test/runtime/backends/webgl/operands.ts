/** The same work on the device and on the processor. */
import { describe } from "vitest";
import type { Backend, View } from "../../../../runtime/backends/backend.ts";
import { cpuBackend } from "../../../../runtime/backends/cpu/index.ts";
import { WebGLStorage } from "../../../../runtime/backends/webgl/storage.ts";
import { webglBackend } from "../../../../runtime/backends/webgl/index.ts";
import { allocateArray, float32, type DType, type TypedArray } from "../../../../runtime/dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../../runtime/shape.ts";
import type { Storage } from "../../../../runtime/storage.ts";

/** A suite for machines that have WebGL; the run says in one line where it is skipped. */
export const describeWebGL: typeof describe.skip =
  process.env["TYPETORCH_WEBGL"] === "off" ? describe.skip : describe;

/** Both backends, the reference first. */
export const both: readonly [cpu: Backend, webgl: Backend] = [cpuBackend, webglBackend];

/** A view of a whole storage, or of the part that strides and offset say. */
export function viewOf(
  storage: Storage,
  dtype: DType,
  shape: Shape,
  strides: readonly number[] = contiguousStrides(shape),
  offset = 0,
): View {
  return { storage, dtype, shape, strides, offset };
}

/** An array of a dtype. */
function arrayOf(dtype: DType, numbers: readonly number[]): TypedArray {
  const array = allocateArray(dtype, numbers.length);
  numbers.forEach((number, i) => {
    // The array's element type follows from the dtype.
    array[i] = (dtype.name === "int64" ? BigInt(Math.trunc(number)) : number) as never;
  });
  return array;
}

/** A row-major operand. */
export function operand(
  backend: Backend,
  numbers: readonly number[],
  shape: Shape,
  dtype: DType = float32,
): View {
  return viewOf(backend.adopt(arrayOf(dtype, numbers), dtype, false), dtype, shape);
}

/** A new result. */
export function result(backend: Backend, shape: Shape, dtype: DType = float32): View {
  return viewOf(backend.allocate(dtype, numel(shape)), dtype, shape);
}

/** All elements of a storage as numbers, read without changing where they are. */
export function numbersOf({ storage }: View): number[] {
  const data = storage instanceof WebGLStorage ? storage.peek() : storage.data;
  return Array.from(data as ArrayLike<number>, Number);
}
