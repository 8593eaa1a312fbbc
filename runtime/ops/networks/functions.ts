/** Losses, distances and other functions of networks: the operators that are functions of `torch` only. */
export { torchCrossEntropyOfLogits as binary_cross_entropy_with_logits } from "./binary.ts";
export { torchDivergence as kl_div, torchPoissonLoss as poisson_nll_loss } from "./likelihood.ts";
export {
  torchCosineLoss as cosine_embedding_loss,
  torchHingeLoss as hinge_embedding_loss,
  torchRankingLoss as margin_ranking_loss,
} from "./ranking.ts";
export { torchTripletLoss as triplet_margin_loss } from "./triplet.ts";
export { channel_shuffle, native_channel_shuffle, pixel_shuffle, pixel_unshuffle } from "./pixels.ts";
export { torchCtcLoss as ctc_loss } from "./ctc.ts";
export { native_group_norm, torchGroupNorm as group_norm } from "./groupNorm.ts";
export { native_layer_norm } from "./normalization.ts";
export { _log_softmax_backward_data, _softmax_backward_data } from "../reductions/softmax.ts";
export {
  _native_batch_norm_legit,
  native_batch_norm,
  torchBatchNorm as batch_norm,
  torchInstanceNorm as instance_norm,
  torchLayerNorm as layer_norm,
} from "./torchNorms.ts";
export { torchEmbeddingBag as embedding_bag } from "./embeddingBag.ts";
export { torchEmbedding as embedding } from "./torchEmbedding.ts";
