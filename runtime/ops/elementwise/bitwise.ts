/** Operations on the bits of whole numbers; on truth values they are the logical ones. */
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import type { Expression } from "../../expression.ts";
import type { InPlaceOperator } from "../../operator.ts";
import { promoteTensors } from "../../settle.ts";
import type { EitherSignature } from "../../signatures.ts";
import { binary, E, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

function bitwise(name: string, expression: Expression): InPlaceOperator<EitherSignature> {
  return binary({
    name,
    numberFirst: true,
    expression,
    check: (input, other) => {
      const dtype = promoteTensors([input, other]);
      if (dtype.is_floating_point)
        throw new NotImplementedError(
          `"${name}_cpu" not implemented for '${dtype.typeName}': bits are those of whole numbers and truth values. Convert with .long() first.`,
        );
    },
    vjp: null,
    samples: [() => [given([5, -3, 0], int64), given([3, 6, 1], int64)], () => [given([5, 3, 0], int64), 6]],
    errors: [
      {
        args: () => [sample([2]), sample([2])],
        error: "NotImplementedError",
        message: /not implemented for/,
      },
    ],
  });
}

/** Bits that both have. @throws NotImplementedError for fractions. Source: `torch.bitwise_and`. */
export const bitwise_and: InPlaceOperator<EitherSignature> = bitwise("bitwise_and", E.bitAnd(x, y));

/** Bits that at least one has. @throws NotImplementedError for fractions. Source: `torch.bitwise_or`. */
export const bitwise_or: InPlaceOperator<EitherSignature> = bitwise("bitwise_or", E.bitOr(x, y));

/** Bits that exactly one has. @throws NotImplementedError for fractions. Source: `torch.bitwise_xor`. */
export const bitwise_xor: InPlaceOperator<EitherSignature> = bitwise("bitwise_xor", E.bitXor(x, y));
