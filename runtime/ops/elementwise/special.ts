/** `torch.special`, spelled as PyTorch spells it: functions of its own, and those of `torch` under second names. */
export { softmax, log_softmax, logsumexp } from "../reductions/softmax.ts";
export { erf, erfc, exp2, expm1, log1p, round, sigmoid as expit } from "./unary.ts";
export { i0, i0e, i1, i1e } from "./bessel.ts";
export {
  digamma,
  digamma as psi,
  igamma as gammainc,
  igammac as gammaincc,
  lgamma as gammaln,
  mvlgamma as multigammaln,
} from "./gamma.ts";
export { erfinv, logit, sinc, xlogy } from "./logarithmic.ts";
export { polygamma } from "./polygamma.ts";
export { entr, erfcx, log_ndtr, ndtr, ndtri, xlog1py, zeta } from "./specialFunctions.ts";
