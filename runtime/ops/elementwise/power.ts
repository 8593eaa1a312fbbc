/** Powers in double precision, and division under its other names. */
import { float64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type InPlaceOperator } from "../../operator.ts";
import { operand } from "../../parameters.ts";
import type { EitherSignature, PowerSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, pow } from "./arithmetic.ts";
import { binarySamples } from "./pointwise.ts";
import { sample } from "../samples.ts";

/** A tensor in double precision; a plain number has it anyhow. */
function double(value: Tensor): Tensor {
  return value.isNumber ? value : value.to(float64);
}

/** Raises to a power in float64, whatever the dtypes. Either side may be a number. Source: `torch.float_power`. */
export const float_power: InPlaceOperator<PowerSignature> = composite({
  name: "float_power",
  out: true,
  inPlace: true,
  parameters: { input: operand, exponent: operand },
  define: ({ input, exponent }) => {
    if (input.isNumber && exponent.isNumber)
      throw new RuntimeError("float_power: one of the two must be a Tensor. Use ** for numbers.");
    return pow(double(input), double(exponent));
  },
  samples: [() => [sample([2, 3], { low: 0.5 }), 2], () => [2, sample([3])]],
});

/** Divides, element by element: `div` without a rounding mode. Source: `torch.true_divide`. */
export const true_divide: InPlaceOperator<EitherSignature> = composite({
  name: "true_divide",
  out: true,
  inPlace: true,
  parameters: { input: operand, other: operand },
  define: ({ input, other }) => div(input, other),
  samples: binarySamples,
});
