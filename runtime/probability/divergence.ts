import { NotImplementedError } from "../errors/notImplementedError.ts";
import { softplus } from "../ops/functional.ts";
import type { Tensor } from "../tensor.ts";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import type { Distribution } from "./distribution.ts";
import { Normal } from "./normal.ts";
import { Uniform } from "./uniform.ts";

/**
 * The Kullback-Leibler divergence of two distributions of one kind, `E_p[log p(x) − log q(x)]`, in nats, of the shape of their batches.
 *
 * @throws NotImplementedError for distributions of different kinds.
 * Source: `torch.distributions.kl_divergence`; `torch/distributions/kl.py`.
 */
export function kl_divergence(p: Distribution, q: Distribution): Tensor {
  if (p instanceof Normal && q instanceof Normal) return betweenNormals(p, q);
  if (p instanceof Categorical && q instanceof Categorical) return betweenCategoricals(p, q);
  if (p instanceof Bernoulli && q instanceof Bernoulli) return betweenBernoullis(p, q);
  if (p instanceof Uniform && q instanceof Uniform) return betweenUniforms(p, q);
  throw new NotImplementedError(
    `No KL(p || q) is implemented for p type ${p.constructor.name} and q type ${q.constructor.name}: both must be of one kind.`,
  );
}

function betweenNormals(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).pow(2);
  const distance = p.loc.sub(q.loc).div(q.scale).pow(2);
  return ratio.add(distance).sub(1).sub(ratio.log()).mul(0.5);
}

function betweenCategoricals(p: Categorical, q: Categorical): Tensor {
  const terms = p.probs.mul(p.logits.sub(q.logits));
  return terms.masked_fill(q.probs.eq(0), Infinity).masked_fill(p.probs.eq(0), 0).sum(-1);
}

function betweenBernoullis(p: Bernoulli, q: Bernoulli): Tensor {
  const ones = p.probs.mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())));
  const zeros = p.probs.rsub(1).mul(softplus(q.logits).sub(softplus(p.logits)));
  return ones
    .masked_fill(q.probs.eq(0), Infinity)
    .masked_fill(p.probs.eq(0), 0)
    .add(zeros.masked_fill(q.probs.eq(1), Infinity).masked_fill(p.probs.eq(1), 0));
}

function betweenUniforms(p: Uniform, q: Uniform): Tensor {
  const result = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return result.masked_fill(q.low.gt(p.low).logical_or(q.high.lt(p.high)), Infinity);
}
