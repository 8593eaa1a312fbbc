/** Statistics, order and searching: the types of the methods. Each module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as counting from "./counting.ts";
import type * as differences from "./differences.ts";
import type * as histograms from "./histograms.ts";
import type * as logarithms from "./logarithms.ts";
import type * as medians from "./medians.ts";
import type * as methods from "./methods.ts";
import type * as methodsOnly from "./methodsOnly.ts";
import type * as moments from "./moments.ts";
import type * as lengths from "./lengths.ts";
import type * as pairs from "./pairs.ts";
import type * as quantiles from "./quantiles.ts";
import type * as sizes from "./sizes.ts";
import type * as unique from "./unique.ts";

/** The methods among a module's operators. */
type Methods<Module, Self> = MethodsOf<
  Pick<Module, keyof Module & (keyof typeof methods | keyof typeof methodsOnly)>,
  Self
>;

/** The methods of a tensor of type `Self`. */
export type ReductionsMethods<Self> = Methods<typeof counting, Self> &
  Methods<typeof differences, Self> &
  Methods<typeof histograms, Self> &
  Methods<typeof logarithms, Self> &
  Methods<typeof medians, Self> &
  Methods<typeof moments, Self> &
  Methods<typeof lengths, Self> &
  Methods<typeof pairs, Self> &
  Methods<typeof quantiles, Self> &
  Methods<typeof sizes, Self> &
  Methods<typeof unique, Self>;
