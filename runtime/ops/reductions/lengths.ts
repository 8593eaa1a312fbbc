/** Norms by name, distances of whole tensors, and tensors scaled to a length. */
import type { ByName } from "../../keywords.ts";
import { mostExact } from "../../devices.ts";
import { float32 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import {
  dims,
  dtype,
  flag,
  integer,
  number,
  requiredDims,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { normalizeDim } from "../../shape.ts";
import type { DimOptions, Dims, DTypeOption, FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, clamp, div, mul, sub, where } from "../elementwise/arithmetic.ts";
import { gt } from "../elementwise/comparison.ts";
import { to } from "../shaping/conversion.ts";
import { matrix_norm } from "../linalg/norms.ts";
import { outOfRange, sum } from "./reduction.ts";
import { sample } from "../samples.ts";
import { reciprocal } from "../elementwise/unary.ts";
import { normGrad, plainVectorNorm, vector_norm } from "./norms.ts";

/** The order of a norm: a number, or the name of a norm of matrices. */
const namedOrder: Parameter<number | string> = {
  expects: 'a number, "fro" or "nuc"',
  fallback: "fro",
  convert: (value) =>
    value === null ? 2 : typeof value === "number" || typeof value === "string" ? value : undefined,
};

type NormOptions = { readonly p?: number | "fro" | "nuc" | null } & DimOptions & DTypeOption;

type NormSignature = GeneralSignature<
  [
    p?: number | "fro" | "nuc" | null | NormOptions,
    dim?: Dims | null | NormOptions,
    keepdim?: boolean | NormOptions,
    options?: DTypeOption,
  ]
>;

/**
 * The norm of order `p` of all elements, or along `dim`; `"fro"` is that of order 2, and `"nuc"` the sum of a matrix's singular values.
 *
 * @throws RuntimeError for a dtype without fractions, and for names and dimensions that no norm of matrices has; IndexError when there is no such dimension.
 * Source: `torch.norm`.
 */
export const norm: Operator<NormSignature> = composite({
  name: "norm",
  out: true,
  parameters: { input: tensor, p: namedOrder, dim: dims, keepdim: flag(false), dtype },
  define: ({ input, p, dim, keepdim, dtype: wanted }) => {
    const vector = (ord: number): Tensor => vector_norm(input, { ord, dim, keepdim, dtype: wanted });
    if (typeof p === "number") return vector(p);
    if (p === "fro" && (dim === null || [dim].flat().length <= 2)) return vector(2);
    const axes = dim === null ? [...input.shape.keys()] : [dim].flat();
    // Whether there is such a norm, that of matrices says.
    return matrix_norm(input, { ord: p as "nuc", dim: axes, keepdim, dtype: wanted });
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 1, 1],
    () => [sample([2, 3]), "fro", [0, 1], true],
  ],
  errors: [
    { args: () => [sample([2, 3]), 2, 2], error: "IndexError", message: /Dimension out of range/ },
    { args: () => [sample([2, 3]), "max"], error: "RuntimeError", message: /Order max not supported/ },
  ],
});

/**
 * The norm of the difference of two tensors, taken as vectors; shapes broadcast.
 *
 * @throws RuntimeError when the shapes do not broadcast.
 * Source: `torch.dist`.
 */
export const dist: Operator<GeneralSignature<[other: Tensor, p?: number], "same", ["other", "p"]>> = operator(
  {
    name: "dist",
    parameters: { input: tensor, other: tensor, p: number(2) },
    saves: ["input", "other", "result"],
    forward: ({ input, other, p }) => vector_norm(sub(input, other), p),
    vjp: {
      input: (g, context) => distGrad(g, context),
      other: (g, context) => distGrad(g, context).neg(),
    },
    samples: [1, 2, 3, Infinity].map((order) => () => [
      sample([2, 3]),
      sample([3], { seed: 1, high: 1.3 }),
      order,
    ]),
    errors: [
      { args: () => [sample([2]), sample([3])], error: "RuntimeError", message: /must match the size/ },
    ],
  },
);

interface Distance {
  readonly input: Tensor;
  readonly other: Tensor;
  readonly p: number;
  readonly result: Tensor;
}

/** The gradient of the first tensor of a distance. */
function distGrad(grad: Tensor, { input, other, p, result }: Distance): Tensor {
  const difference = sub(input, other);
  return normGrad(grad, difference, result, p, [...difference.shape.keys()]);
}

/** @throws RuntimeError as PyTorch's renorm. */
function checkRenorm(input: Tensor, p: number, maxnorm: number): void {
  if (p <= 0)
    throw new RuntimeError(`renorm: non-positive-norm not supported, got p = ${p}. Choose an order above 0.`);
  if (maxnorm < 0) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}.`);
  if (input.ndim < 2)
    throw new RuntimeError(
      `renorm: input needs at least 2 dimensions, got ${input.ndim} dimensions. unsqueeze() adds one.`,
    );
}

/** What PyTorch adds to a length before it divides by it. */
const tiny = 1e-7;

/** The tensor in the dtype in which PyTorch adds up its lengths here. */
function accumulated(input: Tensor): Tensor {
  if (!input.dtype.is_floating_point) return input;
  const dtype = input.dtype.itemsize < float32.itemsize ? float32 : mostExact(input.device);
  return to(input, { dtype });
}

/** All dimensions but one. @throws IndexError when there is no such dimension. */
function otherDims(input: Tensor, dim: number): number[] {
  const axis = normalizeDim(dim, input.ndim);
  return [...input.shape.keys()].filter((each) => each !== axis);
}

type RenormSignature = GeneralSignature<
  [p: number, dim: number, maxnorm: number],
  "same",
  ["p", "dim", "maxnorm"]
>;

/**
 * The tensor with each slice of dimension `dim` whose norm of order `p` is above `maxnorm` scaled down to it.
 *
 * @throws RuntimeError for p or maxnorm out of range, and for fewer than two dimensions; IndexError when there is no such dimension.
 * Source: `torch.renorm`.
 */
export const renorm: InPlaceOperator<RenormSignature> = operator({
  name: "renorm",
  out: true,
  inPlace: true,
  parameters: { input: tensor, p: number(), dim: integer(), maxnorm: number() },
  saves: ["input"],
  forward: ({ input, p, dim, maxnorm }) => {
    checkRenorm(input, p, maxnorm);
    const length = vector_norm(accumulated(input), p, otherDims(input, dim), true);
    const factor = where(gt(length, maxnorm), mul(reciprocal(add(length, tiny)), maxnorm), 1);
    return mul(input, to(factor, { dtype: input.dtype }));
  },
  vjp: {
    input: (g, { input, p, dim, maxnorm }) => {
      const others = otherDims(input, dim);
      const wide = accumulated(input);
      const length = plainVectorNorm(wide, p, others, true);
      const inverse = reciprocal(add(length, tiny));
      const through = normGrad(sum(mul(wide, g), others, true), wide, length, p, others);
      const scaled = mul(mul(inverse, maxnorm), sub(g, mul(inverse, through)));
      return where(gt(length, maxnorm), to(scaled, { dtype: g.dtype }), g);
    },
  },
  samples: [() => [sample([2, 3]), 2, 0, 1], () => [sample([2, 3]), 1, -1, 2.5]],
  errors: [
    { args: () => [sample([2, 3]), 0, 0, 1], error: "RuntimeError", message: /non-positive-norm/ },
    { args: () => [sample([2]), 2, 0, 1], error: "RuntimeError", message: /at least 2 dimensions/ },
  ],
});

interface NormalizeOptions {
  readonly p?: number;
  readonly dim?: Dims;
  readonly eps?: number;
  readonly out?: Tensor | null;
}

type NormalizeSignature = FunctionSignature<
  (
    input: Tensor,
    p?: number | NormalizeOptions,
    dim?: Dims | NormalizeOptions,
    eps?: number | NormalizeOptions,
    options?: NormalizeOptions,
  ) => Tensor
>;

/**
 * The vectors along `dim` divided by their norm of order `p`, which counts as at least `eps`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.nn.functional.normalize`.
 */
export const normalize: Operator<ByName<NormalizeSignature, "input, p?, dim?, eps?, out?">> = composite({
  name: "normalize",
  out: true,
  parameters: { input: tensor, p: number(2), dim: { ...requiredDims, fallback: 1 }, eps: number(1e-12) },
  define: ({ input, p, dim, eps }) => div(input, clamp(vector_norm(input, p, dim, true), { min: eps })),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), 3, 0]],
  errors: [{ ...outOfRange, args: () => [sample([2, 3]), 2, 2] }],
});
