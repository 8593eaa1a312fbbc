/** Calling forms that several operators of linear algebra share. */
import type { Called, Named, OutOption, WithOut } from "../../keywords.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";

/** Several results, by position and by PyTorch's names. */
export type Results<Names extends string, T extends readonly Tensor[]> = T & {
  readonly [Name in Names]: Tensor;
};

/** A function of `torch.linalg`: tensors, then options by name. */
export type LinalgSignature<Tensors extends readonly unknown[], Options, Result = Tensor> = FunctionSignature<
  (...args: [...Tensors, options?: Options & OutOption]) => Result
>;

/** A function of `torch` that is also a method. */
export interface MethodSignature<
  Rest extends readonly unknown[],
  Result = Tensor,
  Names extends readonly string[] = [],
> extends Signature {
  readonly function: {
    (input: Tensor, ...rest: WithOut<Called<Rest, Names>>): Result;
    (named: { readonly input: Tensor } & Named<Rest, Names> & OutOption): Result;
  };
  readonly method: (...rest: Called<Rest, Names>) => Result;
}
