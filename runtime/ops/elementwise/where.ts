/** `torch.where`, which chooses between two tensors, or looks for what is true. */
import type { ByName } from "../../keywords.ts";
import { isKeywords } from "../../binding.ts";
import { bool } from "../../dtype.ts";
import { composite, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { where as choose } from "./arithmetic.ts";
import { nonzero } from "../reductions/counting.ts";
import { given } from "../samples.ts";

const positions: Operator<FunctionSignature<(condition: Tensor) => readonly Tensor[]>> = composite({
  name: "where",
  parameters: { condition: tensor },
  define: ({ condition }) => nonzero(condition, { as_tuple: true }),
  samples: [() => [given([1, 0, 1], bool)]],
});

/** Whether a call names something to choose from. */
function hasChoices(args: readonly unknown[]): boolean {
  const last = args.at(-1);
  if (!isKeywords(last)) return args.length > 1;
  return args.length > 2 || "input" in last || "other" in last;
}

/**
 * Elements of `input` where `condition` is true, of `other` elsewhere: `torch.where(x.gt(0), x, 0)`. Shapes broadcast; dtypes promote.
 *
 * With the condition alone, the positions where it is true: a tensor for each dimension, as `nonzero` gives them with `as_tuple`.
 *
 * @throws RuntimeError when `condition` is not a bool tensor.
 * Source: `torch.where`.
 */
export const where: Operator<
  ByName<
    FunctionSignature<{
      (condition: Tensor, input: Operand, other: Operand): Tensor;
      (condition: Tensor): readonly Tensor[];
    }>,
    "condition, input, other"
  >
> = overloaded({
  name: "where",
  forms: [choose, positions],
  choose: (...args) => (hasChoices(args) ? choose : positions),
});
