import type { Backend } from "../backend.ts";
import { attention } from "./attention/attention.ts";
import { matmul } from "./gemm/matmul.ts";
import { pooling } from "./pooling/index.ts";
import { convolution, convolutionWeight, transposedConvolution } from "./convolution/index.ts";
import { indexing } from "./indexing/index.ts";
import { adopt, allocate, allocateZeros } from "./memory/storage.ts";
import { argReduce, extremes, reduce, variance } from "./reduction/reduce.ts";
import { random } from "./random/fill.ts";
import { copy } from "./copying/copy.ts";
import { scanning } from "./scan/index.ts";
import { sorting } from "./sorting/index.ts";
import { rows } from "./rows/index.ts";
import { pointwise, pointwiseAll } from "./pointwise/pointwise.ts";

/** The processor: wasm kernels, and plain JavaScript for what they do not cover. */
export const cpuBackend: Backend = {
  allocate,
  allocateZeros,
  adopt,
  pointwise,
  pointwiseAll,
  copy,
  reduce,
  argReduce,
  extremes,
  variance,
  matmul,
  convolution,
  transposedConvolution,
  convolutionWeight,
  ...attention,
  ...pooling,
  ...indexing,
  ...random,
  ...scanning,
  ...sorting,
  ...rows,
};
