/** The real part, which is a function and a property in PyTorch. */
import { composite, type Operator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import type { UnarySignature } from "../../signatures.ts";
import { sample } from "../samples.ts";

/** The real part of each number: a real tensor itself. Source: `torch.real`. */
export const real: Operator<UnarySignature> = composite({
  name: "real",
  parameters: { input: tensor },
  define: ({ input }) => input,
  samples: [() => [sample([2])]],
});
