/** Copies, and the same elements without history. */
import { composite, operator, type Operator } from "../operator.ts";
import { tensor } from "../parameters.ts";
import { alias, duplicate } from "../settle.ts";
import type { GeneralSignature } from "../signatures.ts";
import { sample } from "./samples.ts";

/** A row-major copy that shares nothing with its input. Source: `torch.clone`. */
export const clone: Operator<GeneralSignature<[]>> = operator({
  name: "clone",
  parameters: { input: tensor },
  forward: ({ input }) => duplicate(input),
  vjp: { input: (g) => g },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]).t()]],
});

/** The tensor itself where its elements lie in row-major order, else a copy in which they do. Source: `torch.Tensor.contiguous`. */
export const contiguous: Operator<GeneralSignature<[]>> = composite({
  name: "contiguous",
  parameters: { input: tensor },
  define: ({ input }) => (input.is_contiguous() ? input : clone(input)),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]).t()]],
});

/** The same elements, in the same storage, that no gradient flows through. Source: `torch.Tensor.detach`. */
export const detach: Operator<GeneralSignature<[]>> = operator({
  name: "detach",
  parameters: { input: tensor },
  forward: ({ input }) => alias(input, input.shape, input.strides),
  vjp: null,
  samples: [() => [sample([2, 3])]],
});
