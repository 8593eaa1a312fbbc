/** Choices drawn at random that gradients flow through. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, number, tensor } from "../../parameters.ts";
import { allocate } from "../../settle.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, sub } from "../arithmetic.ts";
import { argmax } from "../reduction.ts";
import { sample } from "../samples.ts";
import { scatter } from "../scattering.ts";
import { softmax } from "../softmax.ts";

interface GumbelOptions {
  readonly tau?: number;
  readonly hard?: boolean;
  readonly dim?: number;
}

/** One where the largest share along `dim` is, else 0, with the gradient of the shares themselves. */
function hardened(shares: Tensor, dim: number): Tensor {
  const chosen = scatter(shares.detach().mul(0), dim, argmax(shares, dim, true), 1);
  return add(sub(chosen, shares.detach()), shares);
}

/**
 * Shares drawn from the Gumbel-softmax distribution: the softmax of `logits` plus random numbers, over the temperature `tau`. With `hard` each is a choice, 1 once and 0
 * elsewhere, with the gradient of the soft one.
 *
 * @throws RuntimeError for whole numbers.
 * Source: `torch.nn.functional.gumbel_softmax`; E. Jang et al., "Categorical reparameterization with Gumbel-softmax" (2017).
 */
export const gumbel_softmax: Operator<
  FunctionSignature<
    (
      logits: Tensor,
      tau?: number | GumbelOptions,
      hard?: boolean | GumbelOptions,
      eps?: number | GumbelOptions,
      dim?: number,
    ) => Tensor
  >
> = composite({
  name: "gumbel_softmax",
  parameters: { logits: tensor, tau: number(1), hard: flag(false), eps: number(1e-10), dim: integer(-1) },
  define: ({ logits, tau, hard, dim }) => {
    if (!logits.dtype.is_floating_point)
      throw new RuntimeError(
        `Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified ${logits.dtype.typeName}. Convert with .float() first.`,
      );
    const noise = allocate(logits.shape, logits.dtype).exponential_().log().neg();
    const shares = softmax(div(add(logits, noise), tau), dim);
    return hard ? hardened(shares, dim) : shares;
  },
  samples: [() => [sample([2, 3], { requiresGrad: false })]],
});
