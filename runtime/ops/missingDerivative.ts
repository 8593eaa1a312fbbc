/** Derivatives that PyTorch has not either. */
import { NotImplementedError } from "../errors/notImplementedError.ts";

/** A rule for an input whose gradient nobody can compute. It says so only when the gradient is asked for, as in PyTorch. */
export function missingDerivative(name: string): (() => never) & { readonly missing: true } {
  const refuse = (): never => {
    throw new NotImplementedError(
      `the derivative for '${name}' is not implemented. PyTorch has none either: detach() that input.`,
    );
  };
  return Object.assign(refuse, { missing: true } as const);
}
