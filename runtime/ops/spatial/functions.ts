/** Functions of images: pooling, sampling, padding: the operators that are functions of `torch` only. */
export { max_pool3d } from "./pool3d.ts";
export {
  alpha_dropout,
  alpha_dropout_,
  dropout,
  dropout_,
  feature_alpha_dropout,
  feature_alpha_dropout_,
  feature_dropout,
  feature_dropout_,
  native_dropout,
} from "./torchDropout.ts";
