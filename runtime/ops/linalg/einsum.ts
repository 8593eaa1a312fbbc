/** Einstein's summation: products of any number of tensors, summed over the dimensions that the result does not have. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { type Parameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { bmm } from "./matmul.ts";
import { sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { diagonalView } from "./diagonalView.ts";
import { expand, permute, reshape, unsqueeze } from "../shaping/view.ts";
import { equationOf, readEquation } from "./equation.ts";

/** An operand whose dimensions have names, each one once. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** The size of every label. @throws RuntimeError when one has two that do not broadcast. */
function sizesOf(operands: readonly Labelled[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach(({ tensor, labels }, position) =>
    labels.forEach((label, dim) => {
      const size = tensor.shape[dim]!;
      const seen = sizes.get(label) ?? 1;
      if (size !== 1 && seen !== 1 && size !== seen)
        throw new RuntimeError(
          `einsum(): subscript ${label} has size ${size} for operand ${position} which does not broadcast with previously seen size ${seen}. A letter stands for one size in all operands.`,
        );
      sizes.set(label, seen === 1 ? size : seen);
    }),
  );
  return sizes;
}

/** Takes the diagonal of dimensions that have the same label. */
function withoutRepeats({ tensor, labels }: Labelled, position: number): Labelled {
  const second = labels.findIndex((label, dim) => labels.indexOf(label) !== dim);
  if (second < 0) return { tensor, labels };
  const first = labels.indexOf(labels[second]!);
  const [size, other] = [tensor.shape[first]!, tensor.shape[second]!];
  if (size !== other)
    throw new RuntimeError(
      `einsum(): subscript ${labels[second]} is repeated for operand ${position} but the sizes don't match, ${other} != ${size}`,
    );
  const rest = labels.filter((_, dim) => dim !== second);
  return withoutRepeats({ tensor: diagonalView(tensor, first, second), labels: rest }, position);
}

/** Sums over the labels that nothing needs any more, where the operand has them in full. */
function summedOver({ tensor, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const dims = labels.flatMap((label, dim) => (needed.has(label) ? [] : [dim]));
  if (dims.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, dims), labels: labels.filter((label) => needed.has(label)) };
}

/** The operand with its dimensions in the order of `groups`, each group as one dimension; a dimension of size 1 stands for the whole. */
function grouped(
  { tensor, labels }: Labelled,
  groups: readonly (readonly string[])[],
  sizes: ReadonlyMap<string, number>,
): Tensor {
  const order = groups.flat();
  const arranged = permute(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
  const whole = expand(
    arranged,
    order.map((label) => sizes.get(label)!),
  );
  return reshape(
    whole,
    groups.map((group) => group.reduce((size, label) => size * sizes.get(label)!, 1)),
  );
}

/** The product of two operands as one product of batches of matrices. */
function contracted(left: Labelled, right: Labelled, needed: ReadonlySet<string>): Labelled {
  const [inLeft, inRight] = [new Set(left.labels), new Set(right.labels)];
  // What only one operand has and nothing needs is summed before.
  const x = summedOver(left, new Set([...needed, ...inRight]));
  const y = summedOver(right, new Set([...needed, ...inLeft]));
  const shared = x.labels.filter((label) => inRight.has(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = x.labels.filter((label) => !inRight.has(label));
  const columns = y.labels.filter((label) => !inLeft.has(label));
  const labels = [...batch, ...rows, ...columns];
  const sizes = sizesOf([x, y]);
  const shape = labels.map((label) => sizes.get(label)!);
  if (inner.length === 0) {
    const tensor = mul(spread(x, labels), spread(y, labels));
    return { tensor, labels };
  }
  const product = bmm(grouped(x, [batch, rows, inner], sizes), grouped(y, [batch, inner, columns], sizes));
  return { tensor: reshape(product, shape), labels };
}

/** The operand with a dimension for each of `labels`, in their order: of size 1 where it has none. */
function spread({ tensor, labels }: Labelled, wanted: readonly string[]): Tensor {
  const own = wanted.filter((label) => labels.includes(label));
  let result: Tensor = permute(
    tensor,
    own.map((label) => labels.indexOf(label)),
  );
  wanted.forEach((label, dim) => {
    if (!labels.includes(label)) result = unsqueeze(result, dim);
  });
  return result;
}

/** The sum of products, from left to right. */
function einsumOf(text: string, tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) throw new RuntimeError("einsum(): must provide at least one operand");
  const { inputs, output } = readEquation(
    text,
    tensors.map((tensor) => tensor.shape),
  );
  const operands = tensors.map((tensor, position) =>
    withoutRepeats({ tensor, labels: inputs[position]! }, position),
  );
  const sizes = sizesOf(operands);
  const neededAfter = (position: number): ReadonlySet<string> =>
    new Set([...output, ...operands.slice(position + 1).flatMap(({ labels }) => labels)]);
  let result = operands[0]!;
  operands.slice(1).forEach((operand, i) => {
    result = contracted(result, operand, neededAfter(i + 1));
  });
  const last = summedOver(result, new Set(output));
  const arranged = arrange(last, output);
  const shape = output.map((label) => sizes.get(label)!);
  return sameShape(arranged.shape, shape) ? arranged : expand(arranged, shape);
}

/** The dimensions in an order, which may be the one that they are in. */
function arrange({ tensor, labels }: Labelled, wanted: readonly string[]): Tensor {
  if (wanted.every((label, dim) => labels[dim] === label)) return tensor;
  return permute(
    tensor,
    wanted.map((label) => labels.indexOf(label)),
  );
}

/** All positional arguments together, since the two forms have them in different orders. */
const everything: Parameter<readonly unknown[]> = {
  expects: "an equation and Tensors",
  variadic: true,
  convert: (value) => (Array.isArray(value) ? value : undefined),
};

function isTensors(items: readonly unknown[]): items is readonly Tensor[] {
  return items.every((item) => item instanceof Tensor);
}

/** Reads the form with lists of numbers behind each tensor. */
function readLists(items: readonly unknown[]): {
  readonly equation: string;
  readonly tensors: readonly Tensor[];
} {
  const output = items.length % 2 === 1 ? items.at(-1) : null;
  const pairs = output === null ? items : items.slice(0, -1);
  const tensors = pairs.filter((_, i) => i % 2 === 0);
  const lists = pairs.filter((_, i) => i % 2 === 1);
  if (!isTensors(tensors) || !lists.every(Array.isArray) || !(output === null || Array.isArray(output)))
    throw new TypeError(
      "einsum(): without an equation, each Tensor must be followed by an array of its subscripts: einsum(x, [0, 1], y, [1, 2], [0, 2]).",
    );
  return { equation: equationOf(lists as unknown[][], output as unknown[] | null), tensors };
}

type EinsumSignature = FunctionSignature<{
  (equation: string, ...operands: readonly Tensor[]): Tensor;
  (equation: string, operands: readonly Tensor[]): Tensor;
  (
    operand: Tensor,
    subscripts: readonly (number | string)[],
    ...more: readonly (Tensor | readonly (number | string)[])[]
  ): Tensor;
}>;

/**
 * Products of tensors, summed over every dimension that the result does not have. The equation names the dimensions of each operand, and those of the result:
 * `einsum("ij,jk->ik", x, y)` is the product of matrices, `einsum("ii", x)` a trace, `einsum("bij,bjk", x, y)` a batch of products. Without an arrow, the result
 * has the letters that come once, in the order of the alphabet; `...` stands for all dimensions that have no name.
 *
 * @throws RuntimeError when the equation does not fit the operands.
 * Source: `torch.einsum`.
 */
export const einsum: Operator<ByName<EinsumSignature, "equation?">> = composite({
  name: "einsum",
  parameters: { equation: everything },
  define: ({ equation: [first, ...rest] }) => {
    if (first instanceof Tensor) {
      const { equation, tensors } = readLists([first, ...rest]);
      return einsumOf(equation, tensors);
    }
    const operands: readonly unknown[] = rest.length === 1 && Array.isArray(rest[0]) ? rest[0] : rest;
    if (typeof first !== "string" || !isTensors(operands))
      throw new TypeError('einsum(): expects an equation and then Tensors: einsum("ij,jk->ik", x, y).');
    return einsumOf(first, operands);
  },
  samples: [
    () => ["ij,jk->ik", sample([2, 3]), sample([3, 2], { seed: 1 })],
    () => ["iij->j", sample([2, 2, 3])],
    () => ["b...i,ij,j", sample([2, 2]), sample([2, 3], { seed: 1 }), sample([3], { seed: 2 })],
    () => [sample([2, 3]), [0, 1], sample([3], { seed: 1 }), [1], [0]],
  ],
  errors: [
    { args: () => ["ij,jk", sample([2, 3])], error: "RuntimeError", message: /fewer operands/ },
    {
      args: () => ["ij,jk", sample([2, 3]), sample([2, 3])],
      error: "RuntimeError",
      message: /subscript j has size 2 for operand 1/,
    },
    { args: () => ["i->ii", sample([2])], error: "RuntimeError", message: /more than once/ },
    { args: () => ["i1", sample([2, 2])], error: "RuntimeError", message: /at index 1/ },
  ],
});
