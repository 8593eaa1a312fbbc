/** Elements at a given fraction of the way through the order. Source: `quantile_compute` in `ATen/native/Sorting.cpp`. */
import { full } from "../../create.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, keywordOnly, optionalInteger, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, normalizeDim } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { add, clamp, mul, sub, where } from "../elementwise/arithmetic.ts";
import { lerp } from "../elementwise/combining.ts";
import { isnan, logical_not } from "../elementwise/comparison.ts";
import { long, to } from "../shaping/conversion.ts";
import { detach } from "../shaping/copying.ts";
import { any, sum } from "./reduction.ts";
import { sample } from "../samples.ts";
import { gather } from "../shaping/scattering.ts";
import { sort } from "./sorting.ts";
import { ceil, floor, round } from "../elementwise/unary.ts";
import { expand, movedim, reshape, squeezeResult, unsqueeze } from "../shaping/view.ts";
import { numbersOf } from "./elements.ts";

const interpolations = ["linear", "lower", "higher", "midpoint", "nearest"] as const;

type Interpolation = (typeof interpolations)[number];

interface QuantileOptions {
  readonly dim?: number | null;
  readonly keepdim?: boolean;
  readonly interpolation?: Interpolation;
}

type QuantileSignature = GeneralSignature<
  [
    q: Tensor | number | (QuantileOptions & { readonly q: Tensor | number }),
    dim?: number | null | QuantileOptions,
    keepdim?: boolean | QuantileOptions,
    options?: QuantileOptions,
  ]
>;

const fractions: Parameter<Tensor | number> = {
  expects: "a Tensor or a number",
  convert: (value) => (value instanceof Tensor || typeof value === "number" ? value : undefined),
};

const interpolationParameter: Parameter<string> = keywordOnly({
  expects: interpolations.map((name) => `"${name}"`).join(" or "),
  fallback: "linear",
  convert: (value) => (typeof value === "string" ? value : undefined),
});

/** @throws RuntimeError when there are no such quantiles. */
function checkQuantile(name: string, input: Tensor, q: Tensor | number, interpolation: string): void {
  const complain = (message: string): never => {
    throw new RuntimeError(`${name}() ${message}`);
  };
  if (input.numel() === 0) complain(`input tensor must be non-empty, got shape ${formatShape(input.shape)}.`);
  if (input.dtype.category !== "floating" || input.dtype.itemsize < 4)
    complain(
      `input tensor must be either float or double dtype, got ${input.dtype.toString()}. Call .float() first.`,
    );
  if (q instanceof Tensor && q.ndim > 1)
    complain(`q must be a scalar or 1D tensor, got shape ${formatShape(q.shape)}.`);
  if (q instanceof Tensor && q.dtype !== input.dtype)
    complain(
      `q tensor must be same dtype as the input tensor: got ${q.dtype.toString()} for ${input.dtype.toString()}.`,
    );
  if (!interpolations.some((known) => known === interpolation))
    complain(
      `interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}.`,
    );
  if (typeof q === "number" && !(q >= 0 && q <= 1)) complain(`q must be in the range [0, 1] but got ${q}.`);
  if (q instanceof Tensor && !numbersOf(q).every((fraction) => fraction >= 0 && fraction <= 1))
    complain("q values must be in the range [0, 1].");
}

/** Where, in each row in order, the quantiles lie: a fraction lies between two elements. Rows with NaN lead to it, unless it is left out. */
function ranksOf(rows: Tensor, q: Tensor, skipNaN: boolean): Tensor {
  const missing = isnan(rows);
  if (skipNaN) {
    const last = sub(sum(logical_not(missing), -1, true), 1);
    // Only rows of nothing but NaN come below 0, and then any will do.
    return clamp(mul(q, to(last, { dtype: q.dtype })), { min: 0 });
  }
  const last = rows.size(-1) - 1;
  return where(any(missing, -1, true), last, mul(q, last));
}

function interpolated(rows: Tensor, exact: Tensor, interpolation: string): Tensor {
  const shape = [...rows.shape.slice(0, -1), exact.size(-1)];
  const at = (ranks: Tensor): Tensor => gather(rows, -1, long(expand(ranks, shape)));
  if (interpolation === "lower") return at(floor(exact));
  if (interpolation === "higher") return at(ceil(exact));
  if (interpolation === "nearest") return at(round(exact));
  const below = floor(exact);
  const weight = interpolation === "midpoint" ? add(mul(detach(exact), 0), 0.5) : sub(exact, detach(below));
  return lerp(at(below), at(ceil(exact)), expand(weight, shape));
}

interface QuantileArguments {
  readonly input: Tensor;
  readonly q: Tensor | number;
  readonly dim: number | null;
  readonly keepdim: boolean;
  readonly interpolation: string;
}

function computeQuantile(
  name: string,
  { input, q, dim, keepdim, interpolation }: QuantileArguments,
  skipNaN: boolean,
): Tensor {
  const axis = dim === null ? null : normalizeDim(dim, input.ndim);
  checkQuantile(name, input, q, interpolation);
  const wanted = q instanceof Tensor ? q : full([], q, { dtype: input.dtype });
  const rows = sort(
    axis === null || input.ndim === 0 ? reshape(input, [-1]) : movedim(input, axis, -1),
    -1,
  )[0];
  const ranks = ranksOf(rows, wanted.ndim === 0 ? unsqueeze(wanted, 0) : wanted, skipNaN);
  const values = interpolated(rows, ranks, interpolation);
  const kept = keepdim ? withDims(values, input.ndim, axis) : values;
  return wanted.ndim === 0 ? squeezeResult(kept, -1) : movedim(kept, -1, 0);
}

/** Puts back the reduced dimension, or all of them; the last one is that of the quantiles. */
function withDims(values: Tensor, rank: number, axis: number | null): Tensor {
  if (axis !== null && rank > 0) return unsqueeze(values, axis);
  return reshape(values, [...Array.from({ length: rank }, () => 1), -1]);
}

function quantileOperator(name: string, skipNaN: boolean): Operator<QuantileSignature> {
  return composite({
    name,
    out: true,
    parameters: {
      input: tensor,
      q: fractions,
      dim: optionalInteger,
      keepdim: flag(false),
      interpolation: interpolationParameter,
    },
    define: (args) => computeQuantile(name, args, skipNaN),
    samples: [
      () => [sample([5]), 0.3],
      () => [sample([2, 4]), sample([2], { low: 0, high: 1, requiresGrad: false }), 1, true],
      () => [sample([2, 4]), 0.4, { dim: 0, interpolation: "midpoint" }],
    ],
    errors: [
      { args: () => [sample([2]), 1.5], error: "RuntimeError", message: /in the range \[0, 1\] but got 1.5/ },
      {
        args: () => [sample([2]), 0.5, { interpolation: "cubic" }],
        error: "RuntimeError",
        message: /must be one of linear/,
      },
    ],
  });
}

/**
 * The elements at the fractions `q` of the way through the order, from 0 to 1: of everything, or along `dim`. Between two elements, `interpolation` says what is taken.
 * The quantiles are the first dimension of the result, unless `q` is a number.
 *
 * @throws RuntimeError for fractions outside of 0 to 1, for whole numbers, and when there are no elements.
 * Source: `torch.quantile`.
 */
export const quantile: Operator<QuantileSignature> = quantileOperator("quantile", false);

/**
 * As `quantile`, of the elements that are not NaN; NaN where there are none.
 *
 * @throws RuntimeError for fractions outside of 0 to 1, for whole numbers, and when there are no elements.
 * Source: `torch.nanquantile`.
 */
export const nanquantile: Operator<QuantileSignature> = quantileOperator("nanquantile", true);
