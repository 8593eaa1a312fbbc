/** The operators that copy what a view shows. */
import { operator, type Context, type Operator } from "../../operator.ts";
import type { ArgumentsOf, Parameters } from "../../parameters.ts";
import { duplicate } from "../../settle.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";

/** The copying twin of a view's operator: it takes the same arguments, and is a function only. */
export type CopyOf<O> = O extends { readonly signature?: infer S }
  ? Operator<FunctionSignature<Extract<S, Signature>["function"]>>
  : never;

/** Makes the operator that gives a copy of what `view` shows. */
export function copyOf<S extends Signature>(
  name: string,
  view: Operator<S>,
  gradFn: string | ((args: ArgumentsOf<Parameters>) => string),
): Operator<FunctionSignature<S["function"]>> {
  const { declaration, samples, errors } = view;
  const rules = declaration?.vjp;
  if (!rules) throw new Error(`${name} is made of an operator that has a view and a derivative of its own.`);
  return operator({
    name,
    out: true,
    parameters: declaration.parameters,
    gradFn,
    // A view has one result.
    forward: (args: ArgumentsOf<Parameters>) => duplicate(declaration.forward(args) as Tensor),
    vjp: { input: (grad: Tensor, context: Context<Parameters>) => rules["input"]!(grad, context) },
    samples,
    errors,
  });
}
