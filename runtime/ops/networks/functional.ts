/** Losses, distances and other functions of networks: the operators that are functions of `torch.nn.functional` only. */
export {
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  multilabel_soft_margin_loss,
  soft_margin_loss,
} from "./binary.ts";
export { ctc_loss } from "./ctc.ts";
export { cross_entropy, nll_loss } from "./loss.ts";
export { huber_loss, l1_loss, mse_loss, smooth_l1_loss } from "./distance.ts";
export { group_norm } from "./groupNorm.ts";
export { log_softmax, softmax } from "./softmax.ts";
export { gaussian_nll_loss, kl_div, poisson_nll_loss } from "./likelihood.ts";
export { linear_cross_entropy } from "./linearCrossEntropy.ts";
export { local_response_norm } from "./localResponse.ts";
export { multi_margin_loss, multilabel_margin_loss } from "./margins.ts";
export { one_hot } from "./oneHot.ts";
export { channel_shuffle, pixel_shuffle, pixel_unshuffle } from "./pixels.ts";
export { cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss } from "./ranking.ts";
export { triplet_margin_loss, triplet_margin_with_distance_loss } from "./triplet.ts";
export { embedding_bag } from "./embeddingBag.ts";
export { multi_head_attention_forward } from "./multiHead.ts";
export { gumbel_softmax } from "./gumbel.ts";
