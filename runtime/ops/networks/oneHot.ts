/** Class numbers as rows with a single one. */
import type { ByName } from "../../keywords.ts";
import { alias, convert, duplicate, elementwise, fromArray, reshaped } from "../../settle.ts";
import { onCpu } from "../../reading.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { type Tensor, readValues } from "../../tensor.ts";
import { E, x, y } from "../elementwise/pointwise.ts";
import { given, sample } from "../samples.ts";
import { chooseSlices, taken } from "../shaping/advanced.ts";

/** How many classes there are; those that nobody counted are as many as the labels need. */
function countClasses(labels: BigInt64Array, given: number): number {
  if (labels.length === 0) {
    if (given > 0) return given;
    throw new RuntimeError(
      "Can not infer total number of classes from empty tensor. Say how many there are: one_hot(labels, 3).",
    );
  }
  let [least, most] = [labels[0]!, labels[0]!];
  for (const label of labels) {
    if (label < least) least = label;
    if (label > most) most = label;
  }
  if (least < 0n) throw new RuntimeError(`Class values must be non-negative, got ${least}.`);
  if (given === -1) return Number(most) + 1;
  if (most < BigInt(given)) return given;
  throw new RuntimeError(
    `Class values must be smaller than num_classes: got ${most}, and num_classes is ${given}. Classes are numbered from 0 to num_classes − 1.`,
  );
}

const isSame = E.eq(x, y);

/** The rows on a device that does not wait for the labels to be read. */
function rowsOnDevice(tensor: Tensor, classes: number): Tensor {
  const labels = tensor.is_contiguous() ? tensor : duplicate(tensor);
  const explain = (): never => {
    countClasses(readValues(onCpu(labels)) as BigInt64Array, classes); // int64, as checked
    throw new RuntimeError(`Class values must be from 0 to ${classes - 1}.`);
  };
  // Whoever takes elements looks at where they are: of one zero that is there for each class.
  const zero = fromArray(new BigInt64Array(1), int64, [1]);
  taken({
    selection: chooseSlices(alias(zero, [classes], [0]), 0, alias(labels, [labels.numel()], [1])),
    explain,
  });
  const numbers = fromArray(
    BigInt64Array.from({ length: classes }, (_, i) => BigInt(i)),
    int64,
    [classes],
  );
  return convert(elementwise(isSame, [reshaped(labels, [...tensor.shape, 1]), numbers], "bool"), int64);
}

/**
 * For each class number a row of zeros with a one at the class's place: shape `[…]` gives `[…, num_classes]`, int64. Without `num_classes`, as many as the largest number needs.
 *
 * @throws RuntimeError for another dtype than int64, a negative number or one that is no class, or an empty tensor without `num_classes`.
 * Source: `torch.nn.functional.one_hot`.
 */
export const one_hot: Operator<
  ByName<
    FunctionSignature<
      (
        tensor: Tensor,
        num_classes?: number | { readonly num_classes?: number },
      ) => Tensor<readonly number[], "int64">
    >,
    "tensor, num_classes?"
  >
> = operator({
  name: "one_hot",
  parameters: { tensor, num_classes: integer(-1) },
  forward: ({ tensor, num_classes }) => {
    if (tensor.dtype !== int64)
      throw new RuntimeError(
        `one_hot is only applicable to index tensor of type LongTensor, got ${tensor.dtype.toString()}. Call .long() first.`,
      );
    if (tensor.device.type !== "cpu" && num_classes > 0 && tensor.numel() > 0)
      return rowsOnDevice(tensor, num_classes);
    const labels = readValues(onCpu(tensor)) as BigInt64Array; // int64, as checked
    const classes = countClasses(labels, num_classes);
    const ones = new BigInt64Array(labels.length * classes);
    labels.forEach((label, row) => (ones[row * classes + Number(label)] = 1n));
    return fromArray(ones, int64, [...tensor.shape, classes]);
  },
  vjp: null,
  samples: [
    () => [given([2, 0, 1], int64)],
    () => [given([2, 0], int64, [1, 2]), 4],
    () => [given([1], int64, []), { num_classes: 2 }],
  ],
  errors: [
    {
      args: () => [given([0, 3], int64), 3],
      error: "RuntimeError",
      message: /must be smaller than num_classes: got 3, and num_classes is 3/,
    },
    { args: () => [given([0, -1], int64)], error: "RuntimeError", message: /non-negative, got -1/ },
    { args: () => [given([], int64)], error: "RuntimeError", message: /Can not infer/ },
    { args: () => [sample([2])], error: "RuntimeError", message: /type LongTensor, got torch\.float64/ },
  ],
});
