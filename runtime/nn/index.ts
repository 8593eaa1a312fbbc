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
export {
  AdaptiveLogSoftmaxWithLoss,
  AdaptiveSoftmaxOutput,
  type AdaptiveSoftmaxArguments,
} from "./adaptiveSoftmax.ts";
export { CrossMapLRN2d } from "./crossMapNormalization.ts";
export { LinearCrossEntropyLoss, type LinearCrossEntropyLossArguments } from "./linearCrossEntropy.ts";
export { MultiheadAttention, type AttentionOptions, type MultiheadAttentionArguments } from "./attention.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  SyncBatchNorm,
  type ChannelNormArguments,
  type SyncBatchNormArguments,
} from "./batchNormalization.ts";
export { Bilinear, type BilinearArguments } from "./bilinear.ts";
export { ModuleDict, ModuleList, ParameterDict, ParameterList } from "./container.ts";
export { Buffer } from "./buffer.ts";
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvolutionArguments,
  type TransposedConvolutionArguments,
} from "./convolution.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./dropout.ts";
export { Embedding, type EmbeddingArguments } from "./embedding.ts";
export { EmbeddingBag, type EmbeddingBagArguments } from "./embeddingBag.ts";
export { Flatten, Unflatten, type FlattenArguments, type UnflattenArguments } from "./flatten.ts";
export * as functional from "./functional.ts";
export * as init from "./init.ts";
export { Linear, ReLU, Sequential, type Layer, type LinearArguments } from "./layers.ts";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  CTCLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  NLLLoss,
  NLLLoss2d,
  SoftMarginLoss,
  type BCEWithLogitsLossArguments,
  type CrossEntropyLossArguments,
  type CTCLossArguments,
  type MultiMarginLossArguments,
  type NLLLossArguments,
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
  type GaussianNLLLossArguments,
  type HuberLossArguments,
  type KLDivLossArguments,
  type MarginLossArguments,
  type PoissonNLLLossArguments,
  type SmoothL1LossArguments,
  type TripletMarginLossArguments,
  type TripletMarginWithDistanceLossArguments,
} from "./distanceLosses.ts";
export { Module } from "./module.ts";
export * as modules from "./modules.ts";
export {
  GroupNorm,
  LayerNorm,
  RMSNorm,
  type GroupNormArguments,
  type LayerNormArguments,
  type RMSNormArguments,
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
  type AvgPoolArguments,
  type MaxPoolArguments,
} from "./pooling.ts";
export { CELU, GLU, LogSigmoid, Mish, SELU, Softsign, Tanhshrink } from "./smoothActivation.ts";
export {
  Fold,
  Unfold,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  type FoldArguments,
  type UnfoldArguments,
  type UpsampleArguments,
} from "./resizing.ts";
export {
  GRU,
  LSTM,
  RNN,
  type GRUArguments,
  type LSTMOptions,
  type LSTMState,
  type RecurrentState,
  type RNNArguments,
} from "./recurrent.ts";
export { RNNBase, type RecurrentArguments, type RNNBaseArguments } from "./recurrentBase.ts";
export {
  GRUCell,
  LSTMCell,
  RNNCell,
  RNNCellBase,
  type CellArguments,
  type CellState,
  type LSTMCellState,
  type RNNCellArguments,
} from "./recurrentCells.ts";
export {
  ChannelShuffle,
  CosineSimilarity,
  LocalResponseNorm,
  PairwiseDistance,
  PixelShuffle,
  PixelUnshuffle,
  type CosineSimilarityArguments,
  type LocalResponseNormArguments,
  type PairwiseDistanceArguments,
} from "./rearranging.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin, type DimArguments } from "./softmax.ts";
export { Hardshrink, Hardsigmoid, Hardswish, PReLU, RReLU, Softshrink, Threshold } from "./thresholds.ts";
export {
  TransformerEncoder,
  TransformerEncoderLayer,
  type EncoderLayerMasks,
  type EncoderMasks,
  type TransformerEncoderArguments,
} from "./transformer.ts";
export {
  TransformerDecoder,
  TransformerDecoderLayer,
  type DecoderMasks,
  type TransformerDecoderArguments,
} from "./transformerDecoder.ts";
export { Transformer, type TransformerArguments, type TransformerMasks } from "./transformerNetwork.ts";
export type { TransformerLayerArguments } from "./transformerSettings.ts";
export {
  FractionalMaxPool2d,
  FractionalMaxPool3d,
  LPPool1d,
  LPPool2d,
  LPPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  type FractionalMaxPoolArguments,
} from "./unpooling.ts";
export * as utils from "./utils/index.ts";
export {
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
  LazyLinear,
  type LazyConvolutionArguments,
  type LazyLinearArguments,
  type LazyTransposedConvolutionArguments,
} from "./lazyLayers.ts";
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
  type LazyNormArguments,
} from "./lazyNormalization.ts";
export { UninitializedBuffer, UninitializedParameter } from "./uninitialized.ts";
