/** Sums, means and maxima of rows of a table, bag by bag. Derivatives: PyTorch's `_embedding_bag_dense_backward`. */
import type { ByName } from "../../keywords.ts";
import { onCpu } from "../../reading.ts";
import { float64, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Context, type Operator } from "../../operator.ts";
import {
  flag,
  integer,
  number,
  optionalInteger,
  optionalNumber,
  optionalTensor,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { allocateZeros, convert } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { type Tensor, readValues } from "../../tensor.ts";
import { masked_fill, mul } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { widened } from "../shaping/conversion.ts";
import { limitNorms } from "./embedding.ts";
import { index_add, index_select } from "../shaping/indexing.ts";
import { sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { gather, scatter_add } from "../shaping/scattering.ts";
import { reshape, unsqueeze } from "../shaping/view.ts";
import { bagsOf, whole, type Bags } from "./bags.ts";

/** How the rows of a bag become one, in the order of PyTorch's numbers. */
const modes = ["sum", "mean", "max"] as const;
type Mode = (typeof modes)[number];

const bagParameters = {
  weight: tensor,
  indices: { ...tensor, expects: "an int64 Tensor of row numbers" },
  offsets: { ...tensor, expects: "an int64 Tensor of positions" },
  scale_grad_by_freq: flag(false),
  mode: integer(0),
  sparse: flag(false),
  per_sample_weights: optionalTensor,
  include_last_offset: flag(false),
  padding_idx: optionalInteger,
} as const;

type Facts = Context<typeof bagParameters>;

/** The row that is largest in each bag and column, `[bags, width]`; 0 in an empty bag. */
function largestRows(weight: Tensor, { count, rows, bagOf }: Bags): Tensor {
  const width = weight.shape[1]!;
  const values = readValues(onCpu(weight, float64)) as Float64Array; // asked for in float64
  const largest = Array<number>(count * width).fill(-1);
  rows.forEach((row, i) => {
    for (let column = 0; column < width; column++) {
      const place = bagOf[i]! * width + column;
      const best = largest[place]!;
      const value = values[row * width + column]!;
      if (best < 0 || value > values[best * width + column]! || Number.isNaN(value)) largest[place] = row;
    }
  });
  return whole(
    largest.map((row) => Math.max(row, 0)),
    [count, width],
  );
}

/** A number for each bag, as a column. */
function column(numbers: readonly number[], like: Tensor): Tensor {
  return unsqueeze(given(numbers, like.dtype), 1);
}

function isEmpty({ sizes }: Bags): Tensor {
  return unsqueeze(eq(whole(sizes), 0), 1);
}

/** What each row counts within its bag: its weight, or one over how many there are. */
function shares(bags: Bags, mode: Mode, weights: Tensor | null, like: Tensor): Tensor | null {
  if (weights !== null) return unsqueeze(index_select(weights, 0, whole(bags.positions)), 1);
  if (mode !== "mean") return null;
  return column(
    bags.bagOf.map((bag) => 1 / bags.sizes[bag]!),
    like,
  );
}

function scaled(rows: Tensor, factors: Tensor | null): Tensor {
  return factors === null ? rows : mul(rows, factors);
}

/** The results beside the bags, as PyTorch gives them: the bag of each position, the sizes, the largest rows. */
function bookkeeping(
  bags: Bags,
  mode: Mode,
  padded: boolean,
  largest: Tensor | null,
  offsets: Tensor,
): Tensor[] {
  if (mode === "sum") {
    const zeros = whole(Array<number>(offsets.shape[0]!).fill(0));
    return [whole(padded ? bags.bagOfPosition : []), zeros, zeros.clone()];
  }
  return [whole(bags.bagOfPosition), whole(bags.sizes), largest ?? whole(bags.sizes)];
}

/** One over how often each row is used. */
function frequencyFactors({ rows }: Bags, like: Tensor): Tensor {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return column(
    rows.map((row) => 1 / counts.get(row)!),
    like,
  );
}

function weightGradient(grad: Tensor, facts: Facts): Tensor {
  const shape = facts.shapes.weight as readonly [number, number]; // as the forward pass checked
  const bags = bagsOf(facts);
  const mode = modes[facts.mode]!;
  const zeros = allocateZeros(shape, grad.dtype);
  if (mode === "max")
    return scatter_add(zeros, 0, largestRows(facts.weight, bags), masked_fill(grad, isEmpty(bags), 0));
  const onRows = scaled(
    index_select(grad, 0, whole(bags.bagOf)),
    shares(bags, mode, facts.per_sample_weights, grad),
  );
  const factors = facts.scale_grad_by_freq ? frequencyFactors(bags, grad) : null;
  return index_add(zeros, 0, whole(bags.rows), scaled(onRows, factors));
}

/** The gradient of the weights of the positions: how much each row points into its bag's gradient. */
function sampleGradient(grad: Tensor, facts: Facts): Tensor {
  const bags = bagsOf(facts);
  const rows = index_select(facts.weight, 0, whole(bags.rows));
  const products = sum(mul(index_select(grad, 0, whole(bags.bagOf)), rows), 1);
  return index_add(
    allocateZeros([...facts.shapes.per_sample_weights], grad.dtype),
    0,
    whole(bags.positions),
    products,
  );
}

type BagSignature = FunctionSignature<
  (
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq?: boolean,
    mode?: number,
    sparse?: boolean,
    per_sample_weights?: Tensor | null,
    include_last_offset?: boolean,
    padding_idx?: number | null,
  ) => [Tensor, Tensor, Tensor, Tensor]
>;

/**
 * Sums (`mode` 0), means (1) or maxima (2) of the rows of `weight` that `indices` number, bag by bag: a bag begins at each of `offsets`. Beside the result come the bag of each index, the sizes of
 * the bags, and for maxima the rows that they are from.
 *
 * @throws RuntimeError when indices, offsets or dtypes are not what they must be.
 * Source: `torch.embedding_bag`; the usual form is `torch.nn.functional.embedding_bag`.
 */
export const torchEmbeddingBag: Operator<
  ByName<
    BagSignature,
    "weight, indices, offsets, scale_grad_by_freq?, mode?, sparse?, per_sample_weights?, include_last_offset?, padding_idx?"
  >
> = operator({
  name: "embedding_bag",
  parameters: bagParameters,
  saves: ["weight", "indices", "offsets", "per_sample_weights"],
  forward: (args) => {
    const { weight, offsets, per_sample_weights: weights } = args;
    const bags = bagsOf(args);
    const mode = modes[args.mode] ?? "sum";
    if (weights !== null && weights.dtype !== weight.dtype)
      throw new RuntimeError(
        `Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type torch.${weight.dtype.typeName}Tensor does not equal torch.${weights.dtype.typeName}Tensor (while checking arguments for embedding_bag).`,
      );
    const largest = mode === "max" ? largestRows(weight, bags) : null;
    const rest = bookkeeping(bags, mode, args.padding_idx !== null, largest, offsets);
    if (largest !== null) return [masked_fill(gather(weight, 0, largest), isEmpty(bags), 0), ...rest];
    // Sums of 16-bit fractions are rounded once.
    const table = widened(weight);
    const factors = shares(bags, mode, weights === null ? null : widened(weights), table);
    const rows = scaled(index_select(table, 0, whole(bags.rows)), factors);
    const zeros = allocateZeros([bags.count, weight.shape[1]!], table.dtype);
    return [convert(index_add(zeros, 0, whole(bags.bagOf), rows), weight.dtype), ...rest];
  },
  vjp: {
    weight: (g, context) => weightGradient(g, context),
    indices: null,
    offsets: null,
    per_sample_weights: (g, context) => sampleGradient(g, context),
  },
  samples: [
    () => [sample([4, 2]), given([2, 0, 2, 1], int64), given([0, 1, 1], int64)],
    () => [sample([4, 2]), given([2, 0, 2, 1], int64), given([0, 3], int64), false, 1],
    () => [sample([4, 2]), given([2, 0, 3, 1], int64), given([0, 3, 4], int64), false, 2],
    () => [
      sample([3, 2]),
      given([2, 0, 2], int64),
      given([0, 2, 3], int64),
      false,
      0,
      false,
      sample([3], { seed: 1 }),
      true,
      0,
    ],
  ],
  errors: [
    {
      args: () => [sample([2, 2]), given([0, 2], int64), given([0], int64)],
      error: "RuntimeError",
      message: /Index 1 of input takes value 2 which is not in the valid range \[0, 2\)/,
    },
    {
      args: () => [sample([2, 2]), given([0, 1], int64), given([1], int64)],
      error: "RuntimeError",
      message: /offsets\[0\] has to be 0/,
    },
    {
      args: () => [sample([2, 2]), given([0, 1], int64), given([0, 3], int64)],
      error: "RuntimeError",
      message: /offsets\[-1\] can not be greater than input's length 2/,
    },
    {
      args: () => [sample([2, 2]), sample([2]), given([0], int64)],
      error: "RuntimeError",
      message: /Long, Int; but got torch\.DoubleTensor/,
    },
  ],
});

interface FunctionArguments {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly offsets: Tensor | null;
  readonly scale_grad_by_freq: boolean;
  readonly mode: string;
  readonly sparse: boolean;
  readonly per_sample_weights: Tensor | null;
  readonly include_last_offset: boolean;
}

/** @throws ValueError when the shapes do not belong together. */
function checkShapes({ input, weight, offsets, per_sample_weights: weights }: FunctionArguments): void {
  if (weights !== null && !sameShape(weights.shape, input.shape))
    throw new ValueError(
      `embedding_bag: If per_sample_weights (${formatShape(weights.shape)}) is not None, then it must have the same shape as the input (${formatShape(input.shape)}).`,
    );
  if (weight.ndim !== 2)
    throw new ValueError(`weight has to be a 2D Tensor, but got Tensor of dimension ${weight.ndim}.`);
  if (input.ndim === 2 && offsets !== null)
    throw new ValueError(
      "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences: each row is a bag. Leave offsets out.",
    );
  if (input.ndim === 1 && offsets?.ndim !== 1)
    throw new ValueError(
      `offsets has to be a 1D Tensor${offsets === null ? " but got None" : ""}: the position at which each bag begins.`,
    );
  if (input.ndim !== 1 && input.ndim !== 2)
    throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}.`);
}

/** The mode's number. @throws ValueError for no mode, or one that an option does not fit. */
function modeOf({ mode, scale_grad_by_freq, sparse, per_sample_weights }: FunctionArguments): number {
  const position = modes.indexOf(mode as Mode);
  if (position < 0) throw new ValueError(`mode has to be one of sum, mean or max, not ${mode}.`);
  if (mode === "max" && scale_grad_by_freq)
    throw new ValueError("max mode does not support scaling the gradient by the frequency.");
  if (mode === "max" && sparse) throw new ValueError("max mode does not support sparse weights.");
  if (sparse)
    throw new NotImplementedError(
      "embedding_bag: sparse gradients do not exist here. Leave sparse out: gradients are dense.",
    );
  if (per_sample_weights !== null && mode !== "sum")
    throw new NotImplementedError(
      `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}').`,
    );
  return position;
}

/** Rows of a matrix of indices as bags, one behind the other. */
function flattened(args: FunctionArguments): FunctionArguments & { readonly offsets: Tensor } {
  const { input, per_sample_weights: weights } = args;
  if (args.offsets !== null) return { ...args, offsets: args.offsets };
  const [count, width] = input.shape as readonly [number, number]; // a matrix, as checked
  const offsets = whole(Array.from({ length: count }, (_, row) => row * width));
  const flat = weights === null ? null : reshape(weights, [-1]);
  return {
    ...args,
    offsets,
    input: reshape(input, [-1]),
    per_sample_weights: flat,
    include_last_offset: false,
  };
}

const mode: Parameter<string> = {
  expects: '"sum", "mean" or "max"',
  fallback: "mean",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

interface EmbeddingBagOptions {
  readonly offsets?: Tensor | null;
  readonly max_norm?: number | null;
  readonly norm_type?: number;
  readonly scale_grad_by_freq?: boolean;
  readonly mode?: Mode;
  readonly sparse?: boolean;
  readonly per_sample_weights?: Tensor | null;
  readonly include_last_offset?: boolean;
  readonly padding_idx?: number | null;
}

/**
 * The mean, sum or maximum of the rows of `weight` that the indices of each bag number: `embedding` and the reduction in one.
 *
 * Shapes: `input` `[B, N]`, where each row is a bag, or `[N]` with the positions `offsets` `[B]` at which bags begin (and the end of the last, with `include_last_offset`);
 * `weight` `[n, d]`; the result `[B, d]`, zeros for empty bags. `per_sample_weights`, of the input's shape, multiply the rows of sums. Rows `padding_idx` do not count.
 *
 * @throws ValueError when shapes or options do not belong together, RuntimeError when an index is no row, NotImplementedError for weights with another mode than "sum".
 * Source: `torch.nn.functional.embedding_bag`.
 */
export const embedding_bag: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        weight: Tensor,
        offsets?: Tensor | null | EmbeddingBagOptions,
        max_norm?: number | null | EmbeddingBagOptions,
        norm_type?: number,
        scale_grad_by_freq?: boolean,
        mode?: Mode,
        sparse?: boolean,
        per_sample_weights?: Tensor | null,
        include_last_offset?: boolean,
        padding_idx?: number | null,
      ) => Tensor
    >,
    "input, weight, offsets?, max_norm?, norm_type?, scale_grad_by_freq?, mode?, sparse?, per_sample_weights?, include_last_offset?, padding_idx?"
  >
> = composite({
  name: "embedding_bag",
  parameters: {
    input: tensor,
    weight: tensor,
    offsets: optionalTensor,
    max_norm: optionalNumber,
    norm_type: number(2),
    scale_grad_by_freq: flag(false),
    mode,
    sparse: flag(false),
    per_sample_weights: optionalTensor,
    include_last_offset: flag(false),
    padding_idx: optionalInteger,
  },
  define: ({ max_norm, norm_type, padding_idx, ...args }) => {
    // PyTorch once took the table first, and still does.
    const swapped = args.weight.dtype === int64 && args.input.dtype.is_floating_point;
    const given_ = swapped ? { ...args, input: args.weight, weight: args.input } : args;
    checkShapes(given_);
    const number = modeOf(given_);
    const { input, weight, offsets, scale_grad_by_freq, sparse, ...rest } = flattened(given_);
    if (max_norm !== null) limitNorms(weight, input, max_norm, norm_type);
    const { per_sample_weights, include_last_offset } = rest;
    return torchEmbeddingBag(
      weight,
      input,
      offsets,
      scale_grad_by_freq,
      number,
      sparse,
      per_sample_weights,
      include_last_offset,
      padding_idx,
    )[0];
  },
  samples: [
    () => [given([2, 0, 2, 1], int64, [2, 2]), sample([3, 2])],
    () => [
      given([2, 0, 2], int64),
      sample([3, 2]),
      given([0, 1], int64),
      { mode: "sum", scale_grad_by_freq: false, per_sample_weights: sample([3], { seed: 1 }) },
    ],
  ],
  errors: [
    {
      args: () => [given([0, 1], int64), sample([2, 2])],
      error: "ValueError",
      message: /offsets has to be a 1D/,
    },
    {
      args: () => [given([0, 1], int64, [1, 2]), sample([2, 2]), given([0], int64)],
      error: "ValueError",
      message: /if input is 2D, then offsets has to be None/,
    },
    {
      args: () => [given([0, 1], int64, [1, 2]), sample([2, 2]), { mode: "median" }],
      error: "ValueError",
      message: /one of sum, mean or max/,
    },
    {
      args: () => [given([0, 1], int64, [1, 2]), sample([2, 2]), { per_sample_weights: sample([1, 2]) }],
      error: "NotImplementedError",
      message: /only supported for mode='sum'/,
    },
  ],
});
