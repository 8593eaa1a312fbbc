/** Functions of single elements: the types of the methods. Each module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as aliases from "./aliases.ts";
import type * as bessel from "./bessel.ts";
import type * as choosing from "./choosing.ts";
import type * as complex from "./complex.ts";
import type * as digits from "./digits.ts";
import type * as gamma from "./gamma.ts";
import type * as hyperbolic from "./hyperbolic.ts";
import type * as learnedRelu from "./learnedRelu.ts";
import type * as logarithmic from "./logarithmic.ts";
import type * as power from "./power.ts";
import type * as reflected from "./reflected.ts";
import type * as remainders from "./remainders.ts";
import type * as shifting from "./shifting.ts";
import type * as shrinking from "./shrinking.ts";
import type * as testing from "./testing.ts";

/** The methods of a tensor of type `Self`. */
export type ElementwiseMethods<Self> = MethodsOf<typeof aliases, Self> &
  MethodsOf<Pick<typeof bessel, "i0">, Self> &
  MethodsOf<typeof choosing, Self> &
  MethodsOf<typeof complex, Self> &
  MethodsOf<typeof digits, Self> &
  MethodsOf<typeof gamma, Self> &
  MethodsOf<typeof hyperbolic, Self> &
  MethodsOf<typeof logarithmic, Self> &
  MethodsOf<typeof power, Self> &
  MethodsOf<typeof reflected, Self> &
  MethodsOf<typeof remainders, Self> &
  MethodsOf<typeof shifting, Self> &
  MethodsOf<Pick<typeof learnedRelu, "prelu">, Self> &
  MethodsOf<Pick<typeof shrinking, "hardshrink">, Self> &
  MethodsOf<typeof testing, Self>;
