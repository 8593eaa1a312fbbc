/** Linear algebra: the types of the methods. Each module is mapped itself, so that an operator's documentation stays on its method. */
import type { MethodsOf } from "../methodsOf.ts";
import type * as cholesky from "./cholesky.ts";
import type * as contraction from "./contraction.ts";
import type * as determinants from "./determinants.ts";
import type * as lu from "./lu.ts";
import type * as methods from "./methods.ts";
import type * as powers from "./powers.ts";
import type * as pseudoinverse from "./pseudoinverse.ts";
import type * as qr from "./qr.ts";
import type * as reflections from "./reflections.ts";
import type * as singular from "./singular.ts";
import type * as solve from "./solve.ts";
import type * as tensors from "./tensors.ts";
import type * as triangular from "./triangular.ts";

/** The methods among a module's operators. */
type Methods<Module, Self> = MethodsOf<Pick<Module, keyof Module & keyof typeof methods>, Self>;

/** The methods of a tensor of type `Self`. */
export type LinalgMethods<Self> = Methods<typeof cholesky, Self> &
  Methods<typeof contraction, Self> &
  Methods<typeof determinants, Self> &
  Methods<typeof lu, Self> &
  Methods<typeof powers, Self> &
  Methods<typeof pseudoinverse, Self> &
  Methods<typeof qr, Self> &
  Methods<typeof reflections, Self> &
  Methods<typeof singular, Self> &
  Methods<typeof solve, Self> &
  Methods<typeof tensors, Self> &
  Methods<typeof triangular, Self>;
