/**
 * The methods of `Tensor` that come from the table of operators, as types. In the package `declare-methods.mjs` writes them out one by one, with their documentation: TypeScript works out
 * a mapped type of hundreds of operators anew for every cell that it checks.
 */
import type { InPlace } from "./inPlaceMethod.ts";
import type { MethodOfOperator } from "./operator.ts";
import type * as operators from "./ops/methods.ts";

type Operators = typeof operators;

type Methods = { readonly [K in keyof Operators]: MethodOfOperator<Operators[K]> };

/** The in-place forms: `x.add_(y)` writes `x.add(y)` over `x`, and returns `x`. */
type InPlaceMethods = {
  readonly [
    K in keyof Operators as Operators[K] extends { readonly inPlace: true } ? `${K}_` : never
  ]: InPlace<MethodOfOperator<Operators[K]>>;
};

/** Methods that come from the table of operators. */
export interface TableMethods extends Methods, InPlaceMethods {}
