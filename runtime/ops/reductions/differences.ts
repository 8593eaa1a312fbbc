/** Differences of neighbours, slopes between samples, and areas below them. Source: `ATen/native/ReduceOps.cpp` and `Integration.cpp`. */
import type { ByName } from "../../keywords.ts";
import { bool } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, keywordOnly, number, optionalTensor, tensor } from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import { formatShape, normalizeDim } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { logical_xor } from "../elementwise/comparison.ts";
import { cat } from "../shaping/joining.ts";
import { sum } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { cumsum } from "./scan.ts";
import { narrow, select } from "../shaping/slicing.ts";
import { reshape, view } from "../shaping/view.ts";

/** All but the first elements along a dimension, and all but the last. */
export function neighbours(input: Tensor, dim: number): readonly [behind: Tensor, before: Tensor] {
  const size = input.shape[dim]!;
  return [narrow(input, dim, 1, size - 1), narrow(input, dim, 0, size - 1)];
}

/** @throws RuntimeError when `extra` cannot be put before or behind `input`. */
function checkExtra(input: Tensor, extra: Tensor, axis: number): void {
  if (extra.ndim !== input.ndim)
    throw new RuntimeError(
      `diff expects prepend or append to be the same dimension as input: got ${formatShape(extra.shape)} for ${formatShape(input.shape)}.`,
    );
  const different = input.shape.findIndex((size, dim) => dim !== axis && size !== extra.shape[dim]);
  if (different >= 0)
    throw new RuntimeError(
      `diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; input.size(${different}) = ${input.shape[different]}, but got tensor.size(${different}) = ${extra.shape[different]}.`,
    );
}

interface DiffOptions {
  readonly n?: number;
  readonly dim?: number;
  readonly prepend?: Tensor | null;
  readonly append?: Tensor | null;
}

/**
 * The differences of neighbours along a dimension, taken `n` times; `prepend` and `append` are put before and behind the tensor first. Of truth values, whether they differ.
 *
 * @throws RuntimeError for a 0-d tensor, a negative `n`, or shapes that do not fit; IndexError when there is no such dimension.
 * Source: `torch.diff`.
 */
export const diff: Operator<
  GeneralSignature<
    [
      n?: number | DiffOptions,
      dim?: number | DiffOptions,
      prepend?: Tensor | null | DiffOptions,
      append?: Tensor | null | DiffOptions,
    ]
  >
> = composite({
  name: "diff",
  out: true,
  parameters: {
    input: tensor,
    n: integer(1),
    dim: integer(-1),
    prepend: optionalTensor,
    append: optionalTensor,
  },
  define: ({ input, n, dim, prepend, append }) => {
    if (input.ndim === 0)
      throw new RuntimeError(
        "diff expects input to be at least one-dimensional: a 0-d tensor has no neighbours.",
      );
    const axis = normalizeDim(dim, input.ndim);
    const extras = [prepend, append].filter((extra) => extra !== null);
    for (const extra of extras) checkExtra(input, extra, axis);
    if (n < 0)
      throw new RuntimeError(
        `order must be non-negative but got ${n}. n is how often differences are taken.`,
      );
    if (n === 0) return input.clone();
    const parts = [prepend, input, append].filter((part) => part !== null);
    let result = parts.length === 1 ? input : cat(parts, axis);
    const times = Math.min(n, result.shape[axis]!);
    for (let i = 0; i < times; i++) {
      if (result.shape[axis] === 0) break;
      const [behind, before] = neighbours(result, axis);
      result = result.dtype === bool ? logical_xor(behind, before) : sub(behind, before);
    }
    return result;
  },
  samples: [
    () => [sample([2, 4])],
    () => [sample([4, 2]), 2, 0],
    () => [sample([2, 3]), { prepend: sample([2, 1], { seed: 1 }), append: sample([2, 2], { seed: 2 }) }],
  ],
  errors: [
    { args: () => [sample([])], error: "RuntimeError", message: /at least one-dimensional/ },
    { args: () => [sample([2]), -1], error: "RuntimeError", message: /non-negative/ },
    { args: () => [sample([2]), { prepend: sample([]) }], error: "RuntimeError", message: /same dimension/ },
  ],
});

/** @throws RuntimeError when a curve's samples are truth values. */
function refuseBools(name: string, values: Readonly<Record<string, Tensor | null>>): void {
  for (const [parameter, value] of Object.entries(values))
    if (value?.dtype === bool)
      throw new RuntimeError(
        `${name}: received a bool input for \`${parameter}\`, but bool is not supported. Convert with .int() first.`,
      );
}

/** The dimension, which must be there: a 0-d tensor has none. */
function curveDim(dim: number, y: Tensor): number {
  if (y.ndim === 0)
    throw new IndexError(
      `Dimension specified as ${dim} but tensor has no dimensions: a curve needs at least one.`,
    );
  return normalizeDim(dim, y.ndim);
}

/** The distances between sample points, shaped to be multiplied with what lies between samples. */
function distancesOf(name: string, x: Tensor, y: Tensor, axis: number): Tensor {
  if (x.ndim === 1) {
    if (x.shape[0] !== y.shape[axis])
      throw new RuntimeError(
        `${name}: There must be one \`x\` value for each sample point: got ${x.shape[0]} for ${y.shape[axis]}.`,
      );
    const shape = y.shape.map((_, dim) => (dim === axis ? -1 : 1));
    const [behind, before] = neighbours(reshape(x, shape), axis);
    return sub(behind, before);
  }
  const lead = Math.max(0, y.ndim - x.ndim);
  const whole = view(x, [...Array.from({ length: lead }, () => 1), ...x.shape]);
  const [behind, before] = neighbours(whole, axis);
  return sub(behind, before);
}

/** Twice the heights between samples. */
function doubledHeights(y: Tensor, axis: number): Tensor {
  const [behind, before] = neighbours(y, axis);
  return add(before, behind);
}

interface CurveOptions {
  readonly x?: Tensor | null;
  readonly dx?: number;
  readonly dim?: number;
}

type CurveSignature = GeneralSignature<[x?: Tensor | null | CurveOptions, options?: CurveOptions]>;

const curveParameters = {
  y: tensor,
  x: optionalTensor,
  dx: keywordOnly(number(1)),
  dim: keywordOnly(integer(-1)),
} as const;

interface CurveArguments {
  readonly y: Tensor;
  readonly x: Tensor | null;
  readonly dx: number;
  readonly dim: number;
}

function areaBelow(name: string, { y, x, dx, dim }: CurveArguments): Tensor {
  const axis = curveDim(dim, y);
  if (y.shape[axis] === 0) return allocateZeros(y.shape.toSpliced(axis, 1), y.dtype);
  refuseBools(name, { y, x });
  if (x !== null) return div(sum(mul(distancesOf(name, x, y, axis), doubledHeights(y, axis)), axis), 2);
  const ends = add(select(y, axis, 0), select(y, axis, -1));
  return mul(sub(sum(y, axis), mul(ends, 0.5)), dx);
}

const curveSamples = [
  () => [sample([2, 4])],
  () => [sample([2, 3]), { dx: 0.5, dim: 0 }],
  () => [sample([2, 3]), sample([3], { seed: 1 })],
  () => [sample([2, 3]), sample([2, 3], { seed: 1 }), { dim: 0 }],
];

const curveErrors = [
  { args: () => [sample([3]), sample([2])], error: "RuntimeError", message: /one `x` value for each/ },
  { args: () => [given([1, 0], bool)], error: "RuntimeError", message: /received a bool input for `y`/ },
];

function areaOperator(name: "trapezoid" | "trapz"): Operator<CurveSignature> {
  return composite({
    name,
    parameters: curveParameters,
    define: (args) => areaBelow(name, args),
    samples: curveSamples,
    errors: curveErrors,
  });
}

/**
 * The area below a curve through the samples `y` along `dim`, by straight lines between them; `x` says where the samples are, or `dx` how far apart.
 *
 * @throws RuntimeError when `x` does not fit, or for bool; IndexError when there is no such dimension.
 * Source: `torch.trapezoid`.
 */
export const trapezoid: Operator<CurveSignature> = areaOperator("trapezoid");

/** Another name of `trapezoid`. @throws as `trapezoid`. Source: `torch.trapz`. */
export const trapz: Operator<CurveSignature> = areaOperator("trapz");

/**
 * The area below a curve up to each sample but the first, by straight lines between them; `x` says where the samples are, or `dx` how far apart.
 *
 * @throws RuntimeError when `x` does not fit, or for bool; IndexError when there is no such dimension.
 * Source: `torch.cumulative_trapezoid`.
 */
export const cumulative_trapezoid: Operator<ByName<CurveSignature, "y, x?, dx?, dim?">> = composite({
  name: "cumulative_trapezoid",
  parameters: curveParameters,
  define: ({ y, x, dx, dim }) => {
    const axis = curveDim(dim, y);
    refuseBools("cumulative_trapezoid", { y, x });
    if (y.shape[axis] === 0) return y.clone();
    if (x === null) return div(mul(cumsum(doubledHeights(y, axis), axis), dx), 2);
    const distances = distancesOf("cumulative_trapezoid", x, y, axis);
    return div(cumsum(mul(distances, doubledHeights(y, axis)), axis), 2);
  },
  samples: curveSamples,
  errors: curveErrors,
});
