/** The bits of whole numbers: exchanged and shifted. */
import { bool, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { call, type Expression } from "../../expression.ts";
import { operator, type InPlaceOperator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import { elementwise, promoteTensors } from "../../settle.ts";
import type { EitherSignature, UnarySignature } from "../../signatures.ts";
import { binary, E, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

const exchanged = E.bitXor(x, -1);
const opposite = E.eq(x, 0);

/**
 * Every bit exchanged, −1 − x; of truth values the opposite.
 *
 * @throws NotImplementedError for fractions.
 * Source: `torch.bitwise_not`.
 */
export const bitwise_not: InPlaceOperator<UnarySignature> = operator({
  name: "bitwise_not",
  out: true,
  inPlace: true,
  parameters: { input: tensor },
  forward: ({ input }, output) => {
    if (input.dtype.is_floating_point)
      throw new NotImplementedError(
        `"bitwise_not_cpu" not implemented for '${input.dtype.typeName}': bits are those of whole numbers and truth values. Convert with .long() first.`,
      );
    return elementwise(input.dtype === bool ? opposite : exchanged, [input], "promote", output);
  },
  vjp: null,
  samples: [() => [given([5, -3, 0], int64)], () => [given([1, 0], bool)]],
  errors: [{ args: () => [sample([2])], error: "NotImplementedError", message: /bitwise_not_cpu/ }],
});

function shift(name: string, kernel: string, expression: Expression): InPlaceOperator<EitherSignature> {
  return binary({
    name,
    numberFirst: true,
    expression,
    check: (input, other) => {
      const dtype = promoteTensors([input, other]);
      if (dtype.is_floating_point || dtype === bool)
        throw new NotImplementedError(
          `"${kernel}" not implemented for '${dtype.typeName}': bits are shifted in whole numbers. Convert with .long() first.`,
        );
    },
    vjp: null,
    samples: [() => [given([5, -3, 1], int64), given([3, 1, 64], int64)], () => [given([5, 3], int64), 2]],
    errors: [
      { args: () => [sample([2]), 1], error: "NotImplementedError", message: /not implemented for 'Double'/ },
    ],
  });
}

/** `input · 2 ** other`, in whole numbers. @throws NotImplementedError for fractions and bool. Source: `torch.bitwise_left_shift`. */
export const bitwise_left_shift: InPlaceOperator<EitherSignature> = shift(
  "bitwise_left_shift",
  "lshift_cpu",
  call("shiftLeft", x, y),
);

/** `input / 2 ** other`, rounded downwards. @throws NotImplementedError for fractions and bool. Source: `torch.bitwise_right_shift`. */
export const bitwise_right_shift: InPlaceOperator<EitherSignature> = shift(
  "bitwise_right_shift",
  "rshift_cpu",
  call("shiftRight", x, y),
);
