/** The function form of `polygamma`, whose order comes first. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { polygamma as method } from "./gamma.ts";

/**
 * The derivative of order `n` of `digamma`: `torch.polygamma(1, x)`.
 *
 * @throws RuntimeError for a negative order.
 * Source: `torch.polygamma`.
 */
export const polygamma: Operator<
  ByName<FunctionSignature<(n: number, input: Tensor) => Tensor>, "n, input, out?">
> = composite({
  name: "polygamma",
  out: true,
  parameters: { n: integer(), input: tensor },
  define: ({ n, input }) => method(input, n),
  samples: [() => [1, sample([2, 3], { low: 0.5, high: 4 })]],
  errors: [{ args: () => [-1, sample([2])], error: "RuntimeError", message: /negative n/ }],
});
