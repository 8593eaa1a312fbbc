/** Operators that others are made of, and that have no name of their own in PyTorch's API. Listed so that the tests reach them. */
export { nativeBatchNorm } from "./networks/nativeBatchNorm.ts";
export { toCopy } from "./shaping/conversion.ts";
export { convolution, convolutionWeight } from "./spatial/convolution.ts";
export { dropout } from "./networks/dropout.ts";
export { embedding, embeddingBackward, rowsOf } from "./networks/embedding.ts";
export { advancedIndex } from "./shaping/indexing.ts";
export { batchMatmul } from "./linalg/matmul.ts";
export { headsAttention, packedAttention } from "./networks/headsAttention.ts";
export { plainCumprod, plainCumsum, reverseCumsum } from "./reductions/scan.ts";
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
} from "./elementwise/slopes.ts";
export { stridedBackward, stridedView } from "./shaping/slicing.ts";
export { mseLossBackward, nllLossBackward, squaredError } from "./networks/loss.ts";
export { sameView, unsafeView, viewShape } from "./shaping/view.ts";
export {
  adaptiveAveragePoolWindows,
  adaptiveMaxPoolWindows,
  averagePoolSpread,
  averagePoolWindows,
  maxPoolPick,
  maxPoolSpread,
  maxPoolWindows,
} from "./spatial/pooling.ts";
export { zero } from "./shaping/conversion.ts";
export * from "./elementwise/internal.ts";
export * from "./linalg/internal.ts";
export * from "./networks/internal.ts";
export { recurrentLayer } from "./recurrent/fusedLayer.ts";
export * from "./reductions/internal.ts";
export * from "./shaping/internal.ts";
export * from "./spatial/internal.ts";
