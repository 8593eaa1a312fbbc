/** In-place methods as functions. */
import { applyInPlace } from "../../autograd/inplace.ts";
import type { ArgumentLists } from "../../keywords.ts";
import type { MethodOfOperator, OperatorFacts } from "../../operator.ts";
import type { Tensor } from "../../tensor.ts";

/** What a function takes behind its tensor: what the method takes, where there is one. */
type Rest<O> = [MethodOfOperator<O>] extends [never]
  ? O extends (...args: infer A) => unknown
    ? A extends readonly [unknown, ...infer R]
      ? R
      : never
    : never
  : ArgumentLists<MethodOfOperator<O>>;

/** Writes the operator's result over its first argument, and returns that. */
export type Writing<O> = <T extends Tensor>(input: T, ...rest: Rest<O>) => T;

/** The function `name_` of the operator `name`. */
export function writing<O extends OperatorFacts>(operator: O): Writing<O> {
  const write = (input: Tensor, ...rest: readonly unknown[]): Tensor => applyInPlace(operator, input, rest);
  // The result is the input itself.
  return Object.defineProperty(write, "name", { value: `${operator.operatorName}_` }) as Writing<O>;
}
