/** Operators that others are made of, and that have no name of their own in PyTorch's API. Listed so that the tests reach them. */
export { nativeBatchNorm } from "./batchNormalization.ts";
export { toCopy } from "./conversion.ts";
export { convolution, convolutionWeight } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export { embedding, embeddingBackward, rowsOf } from "./embedding.ts";
export { advancedIndex } from "./indexing.ts";
export { batchMatmul } from "./matmul.ts";
export { headsAttention, packedAttention } from "./headsAttention.ts";
export { plainCumprod, plainCumsum, reverseCumsum } from "./scan.ts";
export {
  eluBackward,
  geluBackward,
  geluTanhBackward,
  hardtanhBackward,
  leakyReluBackward,
  sigmoidBackward,
  siluBackward,
  softplusBackward,
  tanhBackward,
  thresholdBackward,
} from "./slopes.ts";
export { stridedBackward, stridedView } from "./slicing.ts";
export { mseLossBackward, nllLossBackward, squaredError } from "./loss.ts";
export { sameView, unsafeView, viewShape } from "./view.ts";
export {
  adaptiveAveragePoolWindows,
  adaptiveMaxPoolWindows,
  averagePoolSpread,
  averagePoolWindows,
  maxPoolPick,
  maxPoolSpread,
  maxPoolWindows,
} from "./pooling.ts";
export { zero } from "./conversion.ts";
export * from "./elementwise/internal.ts";
export * from "./linalg/internal.ts";
export * from "./losses/internal.ts";
export * from "./reductions/internal.ts";
export * from "./shaping/internal.ts";
export * from "./spatial/internal.ts";
