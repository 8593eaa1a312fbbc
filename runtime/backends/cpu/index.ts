import type { Backend } from "../backend.ts";
import { writtenArguments } from "../writes.ts";
import { attention } from "./attention/attention.ts";
import { matmul } from "./gemm/matmul.ts";
import { pooling } from "./pooling/index.ts";
import { convolution, convolutionWeight, transposedConvolution } from "./convolution/index.ts";
import { indexing } from "./indexing/index.ts";
import { adopt, allocate, allocateZeros } from "./memory/storage.ts";
import { argReduce, extremes, reduce, variance } from "./reduction/reduce.ts";
import { resampling } from "./resampling/index.ts";
import { linalg } from "./linalg/index.ts";
import { random } from "./random/fill.ts";
import { copy } from "./copying/copy.ts";
import { scanning } from "./scan/index.ts";
import { sorting } from "./sorting/index.ts";
import { rows } from "./rows/index.ts";
import { withNarrowDtypes } from "./widening.ts";
import { pointwise, pointwiseAll } from "./pointwise/pointwise.ts";

/** The methods that know every dtype: they write and read each element by itself. */
const elementwise = { allocate, allocateZeros, adopt, pointwise, pointwiseAll, copy };

const { take, put, triangle, countTrue, truePositions } = indexing;

/** The others, which leave narrow dtypes to wider ones, with the positions of the arguments that each writes. */
const others = withNarrowDtypes(
  {
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
    ...random,
    ...resampling,
    ...scanning,
    ...sorting,
    ...rows,
    combine: put,
  },
  { ...writtenArguments, combine: writtenArguments.put },
);

const { combine, ...withoutCombine } = others;

/** The processor: wasm kernels, and plain JavaScript for what they do not cover. */
export const cpuBackend: Backend = {
  ...elementwise,
  // Matrices of narrow dtypes are not factored, as in PyTorch.
  ...linalg,
  ...withoutCombine,
  take,
  triangle,
  countTrue,
  truePositions,
  // What is only moved needs no wider dtype.
  put: (target, values, how) => (how === "replace" ? put : combine)(target, values, how),
};
