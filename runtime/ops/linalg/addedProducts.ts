/** Products of matrices that are added to something, besides `addmm`. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { DType } from "../../dtype.ts";
import { bitCodecs } from "../../halves.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { keywordOnly, scalar, tensor } from "../../parameters.ts";
import { reshaped } from "../../settle.ts";
import { formatShape } from "../../shape.ts";
import type { GeneralSignature, TwoTensorsSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { mul } from "../elementwise/arithmetic.ts";
import {
  addedProduct,
  bmm,
  checkDtypes,
  checkColumn,
  checkRank,
  checkScalarTypes,
  mv,
  timesScalar,
} from "./matmul.ts";
import { sample } from "../samples.ts";
import { select } from "../shaping/slicing.ts";
import { expand, reshape, t, transpose, unsqueeze } from "../shaping/view.ts";

type AddedSignature<First extends string, Second extends string> = TwoTensorsSignature<
  First,
  Second,
  { beta?: Scalar; alpha?: Scalar }
>;

const factors = { beta: keywordOnly(scalar(1)), alpha: keywordOnly(scalar(1)) } as const;

/** Whether sums of several steps are rounded to 16 bits between them. */
function roundsBetween({ name }: DType): boolean {
  return name === "float16" || name === "bfloat16";
}

/** A factor as `addmv` and `addr` have it: in 16 bits rounded to them too. */
export function roundedTo({ name }: DType, factor: Scalar): Scalar {
  if (name !== "float16" && name !== "bfloat16") return factor;
  const { encode, decode } = bitCodecs[name];
  return decode(encode(Number(factor)));
}

/** @throws RuntimeError when the operands are not two batches that can be multiplied. */
function checkBatches(name: string, batch1: Tensor, batch2: Tensor): void {
  checkRank(name, "batch1", batch1, 3);
  checkRank(name, "batch2", batch2, 3);
  if (batch1.shape[0] !== batch2.shape[0] || batch1.shape[2] !== batch2.shape[1])
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${batch1.shape[0]}, ${batch1.shape[2]}] but got: [${batch2.shape[0]}, ${batch2.shape[1]}]. ${name} multiplies ${formatShape(batch1.shape)} with [${batch1.shape[0]}, ${batch1.shape[2]}, m].`,
    );
  checkScalarTypes(batch1, batch2);
}

/**
 * `beta · input + alpha · (batch1 @ batch2)`, with batches `[B, n, k]` and `[B, k, m]`; `input` broadcasts to `[B, n, m]`. With a `beta` of 0, `input` is not
 * looked at.
 *
 * @throws RuntimeError when the sizes do not fit or the dtypes differ.
 * Source: `torch.baddbmm`.
 */
export const baddbmm: InPlaceOperator<AddedSignature<"batch1", "batch2">> = operator({
  name: "baddbmm",
  out: true,
  inPlace: true,
  parameters: { input: tensor, batch1: tensor, batch2: tensor, ...factors },
  saves: ["batch1", "batch2"],
  savedFor: { batch1: ["batch2"], batch2: ["batch1"] },
  forward: ({ input, batch1, batch2, beta, alpha }) => {
    checkBatches("baddbmm", batch1, batch2);
    checkDtypes("baddbmm", input, batch1);
    return addedProduct(input, batch1, batch2, beta, alpha);
  },
  vjp: {
    input: (g, { beta }) => timesScalar(g, beta),
    batch1: (g, { batch2, alpha }) => timesScalar(bmm(g, transpose(batch2, 1, 2)), alpha),
    batch2: (g, { batch1, alpha }) => timesScalar(bmm(transpose(batch1, 1, 2), g), alpha),
  },
  samples: [
    () => [sample([4]), sample([2, 2, 3], { seed: 1 }), sample([2, 3, 4], { seed: 2 })],
    () => [
      sample([2, 2, 4]),
      sample([2, 2, 3], { seed: 1 }),
      sample([2, 3, 4], { seed: 2 }),
      { beta: 0.5, alpha: 2 },
    ],
  ],
  errors: [
    {
      args: () => [sample([4]), sample([2, 2, 3]), sample([2, 2, 4])],
      error: "RuntimeError",
      message: /\[2, 3\] but got: \[2, 2\]/,
    },
  ],
});

/**
 * `beta · input + alpha · Σ (batch1[b] @ batch2[b])`, with batches `[B, n, k]` and `[B, k, m]`; `input` broadcasts to `[n, m]`. With a `beta` of 0, `input` is
 * not looked at.
 *
 * @throws RuntimeError when the sizes do not fit or the dtypes differ.
 * Source: `torch.addbmm`.
 */
export const addbmm: InPlaceOperator<AddedSignature<"batch1", "batch2">> = operator({
  name: "addbmm",
  out: true,
  inPlace: true,
  parameters: { input: tensor, batch1: tensor, batch2: tensor, ...factors },
  saves: ["batch1", "batch2"],
  savedFor: { batch1: ["batch2"], batch2: ["batch1"] },
  forward: ({ input, batch1, batch2, beta, alpha }) => {
    checkBatches("addbmm", batch1, batch2);
    checkDtypes("addbmm", input, batch1);
    if (roundsBetween(batch1.dtype) && batch1.shape[0]! > 0)
      return addedOneByOne(input, batch1, batch2, beta, alpha);
    // The sum over the batch is one product, whose inner dimension is the batch's and the matrices' together.
    const [batches, rows, inner] = batch1.shape as [number, number, number];
    const left = reshape(transpose(batch1, 0, 1), [rows, batches * inner]);
    const right = reshape(batch2, [batches * inner, batch2.shape[2]!]);
    return addedProduct(input, left, right, beta, alpha);
  },
  vjp: {
    input: (g, { beta }) => timesScalar(g, beta),
    batch1: (g, { batch2, alpha, shapes }) =>
      timesScalar(bmm(repeated(g, shapes.batch1[0]!), transpose(batch2, 1, 2)), alpha),
    batch2: (g, { batch1, alpha, shapes }) =>
      timesScalar(bmm(transpose(batch1, 1, 2), repeated(g, shapes.batch1[0]!)), alpha),
  },
  samples: [
    () => [sample([4]), sample([2, 2, 3], { seed: 1 }), sample([2, 3, 4], { seed: 2 })],
    () => [
      sample([2, 4]),
      sample([2, 2, 3], { seed: 1 }),
      sample([2, 3, 4], { seed: 2 }),
      { beta: 0.5, alpha: 2 },
    ],
  ],
  errors: [
    {
      args: () => [sample([4]), sample([2, 2, 3]), sample([2, 2, 4])],
      error: "RuntimeError",
      message: /\[2, 3\] but got: \[2, 2\]/,
    },
  ],
});

/** Adds one product after the other: in 16 bits PyTorch rounds the sum after each. */
function addedOneByOne(input: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar): Tensor {
  let sum = input;
  for (let i = 0; i < batch1.shape[0]!; i++)
    sum = addedProduct(sum, select(batch1, 0, i), select(batch2, 0, i), i === 0 ? beta : 1, alpha);
  return sum;
}

/** A matrix as a batch of so many. */
function repeated(matrix: Tensor, batches: number): Tensor {
  return expand(matrix, [batches, ...matrix.shape]);
}

/**
 * `beta · input + alpha · (mat @ vec)`, shapes `[n, k]` and `[k]`; `input` broadcasts to `[n]`. With a `beta` of 0, `input` is not looked at.
 *
 * @throws RuntimeError when the sizes do not fit or the dtypes differ.
 * Source: `torch.addmv`.
 */
export const addmv: InPlaceOperator<AddedSignature<"mat", "vec">> = operator({
  name: "addmv",
  out: true,
  inPlace: true,
  parameters: { input: tensor, mat: tensor, vec: tensor, ...factors },
  saves: ["mat", "vec"],
  savedFor: { mat: ["vec"], vec: ["mat"] },
  forward: ({ input, mat, vec, beta, alpha }) => {
    checkRank("addmv", "mat", mat, 2);
    checkRank("addmv", "vec", vec, 1);
    checkColumn(mat, vec, input);
    checkDtypes("addmv", mat, vec);
    checkDtypes("addmv", input, mat);
    if (input.ndim !== 0 && input.shape[0] !== 1 && input.shape[0] !== mat.shape[0])
      throw new RuntimeError(
        `size mismatch, got input (${input.shape[0]}), mat (${mat.shape.join("x")}), vec (${vec.shape[0]}): the matrix has ${mat.shape[0]} rows.`,
      );
    const column = input.ndim === 0 ? input : unsqueeze(input, 1);
    const right = unsqueeze(vec, 1);
    // In 16 bits PyTorch rounds the factors, and the input times its own, before it adds.
    const sum =
      roundsBetween(mat.dtype) && Number(beta) !== 0
        ? addedProduct(
            timesScalar(column, roundedTo(mat.dtype, beta)),
            mat,
            right,
            1,
            roundedTo(mat.dtype, alpha),
          )
        : addedProduct(column, mat, right, beta, roundedTo(mat.dtype, alpha));
    return reshaped(sum, [mat.shape[0]!]);
  },
  vjp: {
    input: (g, { beta }) => timesScalar(g, beta),
    mat: (g, { vec, alpha }) => timesScalar(outer(g, vec), alpha),
    vec: (g, { mat, alpha }) => timesScalar(mv(t(mat), g), alpha),
  },
  samples: [
    () => [sample([2]), sample([2, 3], { seed: 1 }), sample([3], { seed: 2 })],
    () => [sample([1]), sample([2, 3], { seed: 1 }), sample([3], { seed: 2 }), { beta: 0.5, alpha: 2 }],
  ],
  errors: [
    {
      args: () => [sample([2]), sample([2, 3]), sample([2])],
      error: "RuntimeError",
      message: /mat \(2x3\), vec \(2\)/,
    },
  ],
});

/**
 * The products of all pairs of two vectors' elements: `[n]` and `[m]` give `[n, m]`.
 *
 * @throws RuntimeError when one is not a vector.
 * Source: `torch.outer`.
 */
export const outer: Operator<GeneralSignature<[vec2: Tensor], "same", ["vec2"]>> = composite({
  name: "outer",
  out: true,
  parameters: { input: tensor, vec2: tensor },
  define: ({ input, vec2 }) => {
    for (const vector of [input, vec2])
      if (vector.ndim !== 1)
        throw new RuntimeError(
          `outer: Expected 1-D argument ${vector === input ? "self" : "vec2"}, but got ${vector.ndim}-D. Flatten it, or use mul with unsqueeze for batches.`,
        );
    return mul(unsqueeze(input, 1), vec2);
  },
  samples: [() => [sample([3]), sample([2], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2, 2]), sample([2])],
      error: "RuntimeError",
      message: /argument self, but got 2-D/,
    },
  ],
});
