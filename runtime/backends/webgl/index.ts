import { allocateArray, type DType, type TypedArray } from "../../dtype.ts";
import { parameter } from "../../expression.ts";
import type { Backend } from "../backend.ts";
import { adopt as adoptOnCpu } from "../cpu/memory/storage.ts";
import { copy } from "./copying.ts";
import { processorMethods } from "./fallback.ts";
import { hasTextures } from "./evaluate.ts";
import { attention } from "./kernels/attention.ts";
import { convolutions } from "./kernels/convolution.ts";
import { indexing } from "./kernels/indexing.ts";
import { pooling } from "./kernels/pooling.ts";
import { products } from "./kernels/products.ts";
import { reductions } from "./kernels/reductions.ts";
import { resampling } from "./kernels/resampling.ts";
import { rowMethods } from "./kernels/rows.ts";
import { scans } from "./kernels/scan.ts";
import { instanceOf } from "./glsl/templates.ts";
import { pointwise, pointwiseAll } from "./pointwise.ts";
import { WebGLStorage } from "./storage.ts";
import { Value } from "./values.ts";
import { countWork } from "./work.ts";

function allocate(dtype: DType, length: number): WebGLStorage {
  return new WebGLStorage(dtype, length);
}

const zero = instanceOf(parameter(0));

/** Zeros take no memory until something is computed with them. */
function allocateZeros(dtype: DType, length: number): WebGLStorage {
  if (!hasTextures(dtype) || length === 0) return adopt(allocateArray(dtype, length), dtype, false);
  const value = Value.ofStage({
    template: zero.template,
    constants: [],
    parameters: [0],
    compute: dtype,
    dtype,
    length,
    inputs: [],
    cost: 0,
    leaves: [],
    reach: 0,
  });
  return new WebGLStorage(dtype, length, value);
}

/** Nobody sees what is written into the other: the device has its own copy. */
function adopt(data: TypedArray, dtype: DType, shared: boolean): WebGLStorage {
  const own = adoptOnCpu(shared ? data.slice() : data, dtype, false);
  return new WebGLStorage(dtype, data.length, Value.ofArray(own));
}

/** WebGL: programs for what they can do, the processor for the rest. */
export const webglBackend: Backend = countWork({
  ...processorMethods(),
  ...pooling,
  ...products,
  ...attention,
  ...convolutions,
  ...indexing,
  ...reductions,
  ...resampling,
  ...rowMethods,
  ...scans,
  allocate,
  allocateZeros,
  adopt,
  pointwise,
  pointwiseAll,
  copy,
});
