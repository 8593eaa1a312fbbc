/** `torch.nn`: modules. */
export {
  ELU,
  GELU,
  Hardtanh,
  Identity,
  LeakyReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "./activation.ts";
export { MultiheadAttention, type AttentionOptions, type MultiheadAttentionOptions } from "./attention.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  type BatchNormOptions,
} from "./batchNormalization.ts";
export { ModuleDict, ModuleList } from "./container.ts";
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvolutionArguments,
  type ConvolutionOptions,
  type TransposedConvolutionArguments,
  type TransposedConvolutionOptions,
} from "./convolution.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { EmbeddingBag, type EmbeddingBagOptions } from "./embeddingBag.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export * as functional from "./functional.ts";
export * as init from "./init.ts";
export { Linear, ReLU, Sequential, type Layer, type LinearOptions } from "./layers.ts";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  CTCLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  NLLLoss,
  SoftMarginLoss,
  type BCEWithLogitsLossOptions,
  type CrossEntropyLossOptions,
  type CTCLossOptions,
  type MultiMarginLossOptions,
  type NLLLossOptions,
} from "./losses.ts";
export {
  CosineEmbeddingLoss,
  GaussianNLLLoss,
  HingeEmbeddingLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MarginRankingLoss,
  MSELoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
  type GaussianNLLLossOptions,
  type HuberLossOptions,
  type KLDivLossOptions,
  type MarginLossOptions,
  type PoissonNLLLossOptions,
  type SmoothL1LossOptions,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
} from "./distanceLosses.ts";
export { Module } from "./module.ts";
export {
  GroupNorm,
  LayerNorm,
  RMSNorm,
  type GroupNormOptions,
  type LayerNormOptions,
  type RMSNormOptions,
} from "./normalization.ts";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./padding.ts";
export { Parameter } from "./parameter.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type AvgPoolOptions,
  type MaxPoolOptions,
} from "./pooling.ts";
export { CELU, GLU, LogSigmoid, Mish, SELU, Softmin, Softsign, Tanhshrink } from "./smoothActivation.ts";
export {
  Fold,
  Unfold,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  type BlockOptions,
  type UpsampleOptions,
} from "./resizing.ts";
export {
  ChannelShuffle,
  CosineSimilarity,
  LocalResponseNorm,
  PairwiseDistance,
  PixelShuffle,
  PixelUnshuffle,
  type CosineSimilarityOptions,
  type LocalResponseNormOptions,
  type PairwiseDistanceOptions,
} from "./rearranging.ts";
export { LogSoftmax, Softmax } from "./softmax.ts";
export { Hardshrink, Hardsigmoid, Hardswish, PReLU, RReLU, Softshrink, Threshold } from "./thresholds.ts";
export {
  TransformerEncoder,
  TransformerEncoderLayer,
  type EncoderLayerMasks,
  type EncoderMasks,
  type TransformerEncoderOptions,
  type TransformerLayerOptions,
} from "./transformer.ts";
export {
  FractionalMaxPool2d,
  FractionalMaxPool3d,
  LPPool1d,
  LPPool2d,
  LPPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  type FractionalMaxPoolOptions,
} from "./unpooling.ts";
