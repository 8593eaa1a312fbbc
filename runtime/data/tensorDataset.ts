import { describe } from "../binding.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { ValueError } from "../errors/valueError.ts";
import { select } from "../ops/methods.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Dataset } from "./dataset.ts";

/**
 * Tensors whose rows belong together: item i is row i of each.
 *
 * `new data.TensorDataset(images, labels)` with shapes `[60, 28, 28]` and `[60]` has 60 items `[image, label]` of shapes `[28, 28]` and `[]`. A loader takes the rows of a whole batch at once.
 *
 * Source: `torch.utils.data.TensorDataset`.
 */
export class TensorDataset<Tensors extends readonly Tensor[] = Tensor[]> extends Dataset<{
  -readonly [Position in keyof Tensors]: Tensor;
}> {
  readonly tensors: Tensors;

  /** @throws TypeError for what is no tensor, AssertionError when the tensors have different numbers of rows. */
  constructor(...tensors: Tensors) {
    super();
    const [first] = tensors;
    if (first === undefined)
      throw new ValueError(
        "TensorDataset: expected at least one Tensor, for example new data.TensorDataset(x, y).",
      );
    for (const [position, tensor] of tensors.entries()) checkRows(tensor, position);
    if (tensors.some((tensor) => tensor.shape[0] !== first.shape[0]))
      throw new AssertionError(
        `Size mismatch between tensors: the shapes are ${tensors.map((tensor) => formatShape(tensor.shape)).join(" and ")}; the first dimension counts the items, and must be the same in all.`,
      );
    this.tensors = tensors;
  }

  get length(): number {
    return this.tensors[0]?.shape[0] ?? 0;
  }

  /** Row `index` of each tensor, which share memory with them. @throws IndexError when there is no such row. */
  get(index: number): { -readonly [Position in keyof Tensors]: Tensor } {
    return this.tensors.map((tensor) => select(tensor, 0, index)) as {
      -readonly [Position in keyof Tensors]: Tensor; // one for each
    };
  }
}

/** @throws TypeError for what is no tensor with rows. */
function checkRows(tensor: unknown, position: number): void {
  if (!(tensor instanceof Tensor))
    throw new TypeError(
      `TensorDataset: argument ${position} must be a Tensor, not ${describe(tensor)}. The tensors come one after the other: new data.TensorDataset(x, y).`,
    );
  if (tensor.ndim === 0)
    throw new TypeError(
      `TensorDataset: tensor ${position} has no dimension, so it has no rows. The first dimension counts the items.`,
    );
}
