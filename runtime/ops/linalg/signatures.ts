/** Calling forms that several operators of linear algebra share. */
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";

/** Several results, by position and by PyTorch's names. */
export type Results<Names extends string, T extends readonly Tensor[]> = T & {
  readonly [Name in Names]: Tensor;
};

export interface OutOption {
  readonly out?: Tensor | readonly Tensor[] | null;
}

/** A function of `torch.linalg`: tensors, then options by name. */
export type LinalgSignature<Tensors extends readonly unknown[], Options, Result = Tensor> = FunctionSignature<
  (...args: [...Tensors, options?: Options & OutOption]) => Result
>;

/** A function of `torch` that is also a method. */
export interface MethodSignature<Rest extends readonly unknown[], Result = Tensor> extends Signature {
  readonly function: (input: Tensor, ...rest: Rest) => Result;
  readonly method: (...rest: Rest) => Result;
}
