/** Losses, distances and other functions of networks: the types of the methods. Each module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as methods from "./methods.ts";
import type * as methodsOnly from "./methodsOnly.ts";

/** The methods of a tensor of type `Self`. */
export type LossesMethods<Self> = MethodsOf<typeof methods, Self> & MethodsOf<typeof methodsOnly, Self>;
