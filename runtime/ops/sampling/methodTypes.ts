/** The types of the methods that draw random numbers. The module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as distributions from "./distributions.ts";

/** The methods of a tensor of type `Self`. */
export type SamplingMethods<Self> = MethodsOf<Pick<typeof distributions, "bernoulli" | "multinomial">, Self>;
