/** Functions that matter for complex numbers: real ones come back as they are. */
import { bool } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type InPlaceOperator, type Operator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import type { FloatUnarySignature, UnarySignature } from "../../signatures.ts";
import { mul } from "./arithmetic.ts";
import { E, unary, x } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

/** The angle of each number seen as a complex one: π for negative numbers, else 0. Source: `torch.angle`. */
export const angle: Operator<FloatUnarySignature> = unary({
  name: "angle",
  inPlace: false,
  expression: E.select(E.ne(x, x), x, E.select(E.lt(x, 0), Math.PI, 0)),
  dtype: "float",
  vjp: (g) => mul(g, 0),
});

/** Degrees to radians. Source: `torch.deg2rad`. */
export const deg2rad: InPlaceOperator<FloatUnarySignature> = unary({
  name: "deg2rad",
  gradFn: "Deg2RadBackward0",
  expression: E.mul(x, Math.PI / 180),
  dtype: "float",
  vjp: (g) => mul(g, Math.PI / 180),
});

/** Radians to degrees. Source: `torch.rad2deg`. */
export const rad2deg: InPlaceOperator<FloatUnarySignature> = unary({
  name: "rad2deg",
  gradFn: "Rad2DegBackward0",
  expression: E.mul(x, 180 / Math.PI),
  dtype: "float",
  vjp: (g) => mul(g, 180 / Math.PI),
});

/** The tensor itself. @throws RuntimeError for bool. Source: `torch.positive`. */
export const positive: Operator<UnarySignature> = composite({
  name: "positive",
  parameters: { input: tensor },
  define: ({ input }) => {
    if (input.dtype === bool)
      throw new RuntimeError(
        "The `+` operator, on a bool tensor is not supported. Convert with .int() first.",
      );
    return input;
  },
  samples: [() => [sample([2])]],
  errors: [{ args: () => [given([1], bool)], error: "RuntimeError", message: /on a bool tensor/ }],
});

/** An operator that gives a real tensor back. */
function itself(name: string): Operator<UnarySignature> {
  return composite({
    name,
    parameters: { input: tensor },
    define: ({ input }) => input,
    samples: [() => [sample([2])]],
  });
}

/** The complex conjugate: a real tensor itself. Source: `torch.conj`. */
export const conj: Operator<UnarySignature> = itself("conj");

/** The tensor itself, as nothing is conjugated later than it is asked for. Source: `torch.resolve_conj`. */
export const resolve_conj: Operator<UnarySignature> = itself("resolve_conj");

/** The tensor itself, as nothing is negated later than it is asked for. Source: `torch.resolve_neg`. */
export const resolve_neg: Operator<UnarySignature> = itself("resolve_neg");

/** The complex conjugate, in memory of its own where numbers are complex: a real tensor itself. Source: `torch.conj_physical`. */
export const conj_physical: InPlaceOperator<UnarySignature> = composite({
  name: "conj_physical",
  out: true,
  inPlace: true,
  parameters: { input: tensor },
  define: ({ input }) => input,
  samples: [() => [sample([2])]],
});
