/** Batch normalisation that a layer before it takes over, for evaluation. Source: `torch/nn/utils/fusion.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { zeros_like } from "../../create.ts";
import { deepcopy } from "../../deepcopy.ts";
import { AssertionError } from "../../errors/assertionError.ts";
import type { Tensor } from "../../tensor.ts";
import type { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "../batchNormalization.ts";
import type {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
} from "../convolution.ts";
import type { Linear } from "../layers.ts";
import { Parameter } from "../parameter.ts";

type AnyConvolution = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;
type AnyBatchNorm = BatchNorm1d | BatchNorm2d | BatchNorm3d;
/** A weight and a bias that do what a layer and a normalisation did. */
type Fused = [weight: Parameter, bias: Parameter];

/** @throws AssertionError when a module trains or has no running statistics. */
function checkEvaluated(layer: AnyConvolution | Linear, bn: AnyBatchNorm): [mean: Tensor, variance: Tensor] {
  if (layer.training || bn.training) throw new AssertionError("Fusion only for eval! Call net.eval() first.");
  if (bn.running_mean === null || bn.running_var === null)
    throw new AssertionError(
      "bn.running_mean and bn.running_var must not be None: make the normalisation with track_running_stats.",
    );
  return [bn.running_mean, bn.running_var];
}

/** The fused weight and bias; `spread` gives the factors of the outputs the weight's dimensions. */
function fuse(
  weight: Tensor,
  bias: Tensor | null,
  [mean, variance]: [Tensor, Tensor],
  eps: number,
  bn_w: Tensor | null,
  bn_b: Tensor | null,
  spread: (factors: Tensor) => Tensor,
): Fused {
  const before = bias ?? zeros_like(mean);
  const plain = variance.add(eps).rsqrt();
  return no_grad(() => {
    const factors = bn_w === null ? plain : plain.mul(bn_w);
    const shifted = before.sub(mean).mul(factors);
    const moved = bn_b === null ? shifted : shifted.add(bn_b);
    return [
      new Parameter(weight.mul(spread(factors).to(weight.dtype)), weight.requires_grad),
      new Parameter(moved.to(bias?.dtype ?? weight.dtype), before.requires_grad),
    ];
  });
}

/** A copy of a convolution that does what it and the batch normalisation behind it did. @throws AssertionError when one of them trains. Source: `torch.nn.utils.fuse_conv_bn_eval`. */
export function fuse_conv_bn_eval<C extends AnyConvolution>(conv: C, bn: AnyBatchNorm, transpose = false): C {
  const [mean, variance] = checkEvaluated(conv, bn);
  const fused = deepcopy(conv);
  [fused.weight, fused.bias] = fuse_conv_bn_weights(
    conv.weight,
    conv.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose,
  );
  return fused;
}

/** Weight and bias of a convolution that does what it and a batch normalisation did. Source: `torch.nn.utils.fuse_conv_bn_weights`. */
export function fuse_conv_bn_weights(
  conv_w: Tensor,
  conv_b: Tensor | null,
  bn_rm: Tensor,
  bn_rv: Tensor,
  bn_eps: number,
  bn_w: Tensor | null,
  bn_b: Tensor | null,
  transpose = false,
): Fused {
  const field = Array<number>(conv_w.ndim - 2).fill(1);
  const shape = transpose ? [1, -1, ...field] : [-1, 1, ...field];
  return fuse(conv_w, conv_b, [bn_rm, bn_rv], bn_eps, bn_w, bn_b, (factors) => factors.reshape(shape));
}

/** A copy of a linear layer that does what it and the batch normalisation behind it did. @throws AssertionError when one of them trains, or their features differ. Source: `torch.nn.utils.fuse_linear_bn_eval`. */
export function fuse_linear_bn_eval(linear: Linear, bn: AnyBatchNorm): Linear {
  const [mean, variance] = checkEvaluated(linear, bn);
  if (linear.out_features !== bn.num_features && bn.num_features !== 1)
    throw new AssertionError(
      `To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=${linear.out_features} and bn.num_features=${bn.num_features}`,
    );
  const fused = deepcopy(linear);
  [fused.weight, fused.bias] = fuse_linear_bn_weights(
    linear.weight,
    linear.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
  );
  return fused;
}

/** Weight and bias of a linear layer that does what it and a batch normalisation did. Source: `torch.nn.utils.fuse_linear_bn_weights`. */
export function fuse_linear_bn_weights(
  linear_w: Tensor,
  linear_b: Tensor | null,
  bn_rm: Tensor,
  bn_rv: Tensor,
  bn_eps: number,
  bn_w: Tensor | null,
  bn_b: Tensor | null,
): Fused {
  return fuse(linear_w, linear_b, [bn_rm, bn_rv], bn_eps, bn_w, bn_b, (factors) => factors.unsqueeze(-1));
}
