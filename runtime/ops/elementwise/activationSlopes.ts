/** Gradients of the activation functions, each as one kernel. Source: PyTorch's `tools/autograd/derivatives.yaml` and `torch/csrc/autograd/FunctionsManual.cpp`. */
import { parameter as plainNumber } from "../../expression.ts";
import { div, mul, where } from "./arithmetic.ts";
import { gt, le, logical_and, lt } from "./comparison.ts";
import { E, x, y } from "./pointwise.ts";
import { samplesWith, slope, type Slope } from "./slopes.ts";
import { exp, sigmoid, square, tanh } from "./unary.ts";

const [first, second, third] = [plainNumber(0), plainNumber(1), plainNumber(2)];

/** Of `celu` and `selu`: below 0 the first number times `exp(third · x)`, above it the second. */
export const scaledEluBackward: Slope = slope({
  name: "scaled_elu_backward",
  expression: E.mul(x, E.select(E.le(y, 0), E.mul(first, E.exp(E.mul(y, third))), second)),
  curvature: (product, input, [factor, , inner]) => {
    // Above 0 the exponential may be infinite, and is not asked for.
    const below = mul(mul(input, inner!), le(input, 0));
    return mul(mul(product, exp(below)), factor! * inner!).masked_fill(gt(input, 0), 0);
  },
  samples: samplesWith([0.7, 1.5, 0.9]),
});

/** Of `hardsigmoid`: a sixth between −3 and 3. */
export const hardsigmoidBackward: Slope = slope({
  name: "hardsigmoid_backward",
  expression: E.select(E.and(E.gt(y, -3), E.lt(y, 3)), E.mul(x, 1 / 6), 0),
  curvature: null,
  samples: samplesWith([], false),
});

/** Of `hardswish`: x/3 + ½ between −3 and 3. */
export const hardswishBackward: Slope = slope({
  name: "hardswish_backward",
  expression: E.select(E.le(y, -3), 0, E.select(E.lt(y, 3), E.mul(x, E.add(E.mul(y, 1 / 3), 0.5)), x)),
  curvature: (product, input) => where(logical_and(gt(input, -3), lt(input, 3)), div(product, 3), 0),
});

/** Of `hardshrink` and `softshrink`: what lies within the first number of 0 passes nothing. */
export const shrinkBackward: Slope = slope({
  name: "shrink_backward",
  expression: E.select(E.le(E.abs(y), first), 0, x),
  curvature: null,
  samples: samplesWith([0.6], false),
});

/** Of `threshold`: what is at or below the first number passes nothing. */
export const thresholdAtBackward: Slope = slope({
  name: "threshold_at_backward",
  expression: E.select(E.le(y, first), 0, x),
  curvature: null,
  samples: samplesWith([0.3], false),
});

/** Of `logsigmoid`: σ(−x). */
export const logSigmoidBackward: Slope = slope({
  name: "log_sigmoid_backward",
  expression: E.mul(x, E.sigmoid(E.neg(y))),
  curvature: (product, input) => {
    const s = sigmoid(input);
    return mul(product, mul(s, s.sub(1)));
  },
});

const rise = E.tanh(E.log1p(E.exp(y)));

/** Of `mish`: t + x σ(x) (1 − t²), where t is the hyperbolic tangent of `softplus`. */
export const mishBackward: Slope = slope({
  name: "mish_backward",
  expression: E.mul(x, E.add(rise, E.mul(E.mul(y, E.sigmoid(y)), E.mul(E.sub(1, rise), E.add(1, rise))))),
  curvature: (product, input) => {
    const s = sigmoid(input);
    const t = tanh(input.exp().log1p());
    const bend = mul(input, s.add(mul(mul(t, s), 2)).rsub(1)).add(2);
    return mul(product, mul(mul(square(t).rsub(1), s), bend));
  },
});
