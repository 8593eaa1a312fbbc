/** The methods that Python calls for an operator whose left side is not a tensor: `x.__rsub__(2)` is `2 - x`. */
import { composite, type Operator } from "../../operator.ts";
import { operand, tensor } from "../../parameters.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { add, mul, pow } from "./arithmetic.ts";
import { matmul } from "../linalg/matmul.ts";
import { binarySamples } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { remainder } from "./remainders.ts";

type ReflectedSignature = GeneralSignature<[other: Operand]>;

function reflected(
  name: string,
  define: (input: Tensor, other: Tensor) => Tensor,
): Operator<ReflectedSignature> {
  return composite({
    name,
    parameters: { input: tensor, other: operand },
    define: ({ input, other }) => define(input, other),
    samples: [() => [sample([2, 3], { low: 0.5 }), 2.5], binarySamples[0]!],
  });
}

/** `other + input`. Source: `torch.Tensor.__radd__`. */
export const __radd__: Operator<ReflectedSignature> = reflected("__radd__", (input, other) =>
  add(input, other),
);

/** `other / input`. Source: `torch.Tensor.__rdiv__`. */
export const __rdiv__: Operator<ReflectedSignature> = reflected("__rdiv__", (input, other) =>
  mul(input.reciprocal(), other),
);

/** `other % input`, as Python counts remainders. Source: `torch.Tensor.__rmod__`. */
export const __rmod__: Operator<ReflectedSignature> = reflected("__rmod__", (input, other) =>
  remainder(other, input),
);

/** `other * input`. Source: `torch.Tensor.__rmul__`. */
export const __rmul__: Operator<ReflectedSignature> = reflected("__rmul__", (input, other) =>
  mul(input, other),
);

/** `other ** input`. Source: `torch.Tensor.__rpow__`. */
export const __rpow__: Operator<ReflectedSignature> = reflected("__rpow__", (input, other) =>
  pow(other, input),
);

/** `other - input`. Source: `torch.Tensor.__rsub__`. */
export const __rsub__: Operator<ReflectedSignature> = reflected("__rsub__", (input, other) =>
  input.rsub(other),
);

/** `other @ input`. Source: `torch.Tensor.__rmatmul__`. */
export const __rmatmul__: Operator<GeneralSignature<[other: Tensor], "same", ["other"]>> = composite({
  name: "__rmatmul__",
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => matmul(other, input),
  samples: [() => [sample([3, 2]), sample([2, 3], { seed: 1 })]],
});
