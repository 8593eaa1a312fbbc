/** Views, joining and indexing: the types of the methods. Each module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as aliases from "./aliases.ts";
import type * as copies from "./copies.ts";
import type * as diagonals from "./diagonals.ts";
import type * as grids from "./grids.ts";
import type * as masks from "./masks.ts";
import type * as methods from "./methods.ts";
import type * as methodsOnly from "./methodsOnly.ts";
import type * as partCopies from "./partCopies.ts";
import type * as positions from "./positions.ts";
import type * as reducing from "./reducing.ts";
import type * as regions from "./regions.ts";
import type * as splits from "./splits.ts";
import type * as strided from "./strided.ts";
import type * as turning from "./turning.ts";

/** The methods among a module's operators. */
type Methods<Module, Self> = MethodsOf<
  Pick<Module, keyof Module & (keyof typeof methods | keyof typeof methodsOnly)>,
  Self
>;

/** The methods of a tensor of type `Self`. */
export type ShapingMethods<Self> = Methods<typeof aliases, Self> &
  Methods<typeof copies, Self> &
  Methods<typeof diagonals, Self> &
  Methods<typeof grids, Self> &
  Methods<typeof masks, Self> &
  Methods<typeof partCopies, Self> &
  Methods<typeof positions, Self> &
  Methods<typeof reducing, Self> &
  Methods<typeof regions, Self> &
  Methods<typeof splits, Self> &
  Methods<typeof strided, Self> &
  Methods<typeof turning, Self> &
  MethodsOf<typeof methodsOnly, Self>;
