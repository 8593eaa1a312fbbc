/** Choices of classes at random that gradients flow through. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, number, tensor } from "../../parameters.ts";
import { allocate, allocateZeros } from "../../settle.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, sub } from "../elementwise/arithmetic.ts";
import { argmax } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { scatter } from "../shaping/scattering.ts";
import { softmax } from "../reductions/softmax.ts";

/** Numbers of the standard Gumbel distribution: minus logarithms of exponentially distributed ones. */
function gumbelNoise({ shape, dtype }: Tensor): Tensor {
  return allocate(shape, dtype).exponential_().log().neg();
}

/** The choice itself in place of its probabilities, whose gradient it keeps. */
function straightThrough(probabilities: Tensor, dim: number): Tensor {
  const chosen = argmax(probabilities, dim, true);
  const zeros = allocateZeros(probabilities.shape, probabilities.dtype);
  return add(sub(scatter(zeros, dim, chosen, 1), probabilities.detach()), probabilities);
}

interface GumbelOptions {
  readonly tau?: number;
  readonly hard?: boolean;
  readonly eps?: number;
  readonly dim?: number;
}

/**
 * A sample of the Gumbel-softmax distribution: a choice among the classes along `dim` at random, by their logits, softened by the temperature `tau`. With `hard` it is exactly one class, with the
 * gradient of the soft choice. After the same seed it is PyTorch's choice.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.nn.functional.gumbel_softmax`; Jang et al., "Categorical reparameterization with Gumbel-softmax" (2017).
 */
export const gumbel_softmax: Operator<
  ByName<
    FunctionSignature<
      (
        logits: Tensor,
        tau?: number | GumbelOptions,
        hard?: boolean | GumbelOptions,
        eps?: number,
        dim?: number,
      ) => Tensor
    >,
    "logits, tau?, hard?, eps?, dim?"
  >
> = composite({
  name: "gumbel_softmax",
  // PyTorch still takes `eps`, and does nothing with it.
  parameters: { logits: tensor, tau: number(1), hard: flag(false), eps: number(1e-10), dim: integer(-1) },
  define: ({ logits, tau, hard, dim }) => {
    const soft = softmax(div(add(logits, gumbelNoise(logits)), tau), dim);
    return hard ? straightThrough(soft, dim) : soft;
  },
  // Every call draws other numbers: there are no finite differences.
  samples: [
    () => [sample([2, 3], { requiresGrad: false })],
    () => [sample([2, 3], { requiresGrad: false }), { tau: 0.5, hard: true, dim: 0 }],
  ],
});
