/** What PyTorch's answers say of methods that write into their tensor: it has the function's result afterwards. */
import { Tensor } from "../../runtime/index.ts";
import * as methodOperators from "../../runtime/ops/methods.ts";
import type { OperatorAnswers, SampleRow } from "./checking.ts";

/** Rows whose result fits into the tensor that the method is called on: the others have no in-place form. */
function fitsReceiver({ args, receiver = 0, result }: SampleRow): boolean {
  const into = args[receiver];
  if (typeof into !== "object" || into === null || !("shape" in into) || !("dtype" in result)) return false;
  return into.dtype === result.dtype && into.shape.join() === result.shape.join();
}

/** Operators whose in-place form computes the same: `bernoulli_` and `normal_` are others. */
const writing = new Set(
  Object.values(methodOperators).flatMap((operator) => (operator.inPlace ? [operator.operatorName] : [])),
);

/** A method that ends in `_`, and what it can be asked. */
export interface InPlaceForm {
  readonly name: string;
  readonly samples: readonly SampleRow[];
}

export function inPlaceForms(answers: readonly OperatorAnswers[]): readonly InPlaceForm[] {
  return answers
    .filter(({ operator }) => writing.has(operator.replace("nn.functional.", "")))
    .map(({ operator, samples }) => ({ name: `${operator}_`, samples: samples.filter(fitsReceiver) }))
    .filter(({ name, samples }) => name in Tensor.prototype && samples.length > 0);
}
