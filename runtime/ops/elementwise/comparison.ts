/** Questions about elements: results are bool and have no derivative. */
import { operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type { ComparisonSignature, GeneralSignature, TestSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Expression } from "../../expression.ts";
import { binary, E, tensorSamples, unary, x, y } from "./pointwise.ts";

function comparison(name: string, expression: Expression): InPlaceOperator<ComparisonSignature> {
  return binary({ name, expression, dtype: "bool", vjp: null });
}

/** Whether elements are equal; NaN equals nothing. Source: `torch.eq`. */
export const eq: InPlaceOperator<ComparisonSignature> = comparison("eq", E.eq(x, y));

/** Whether elements differ; NaN differs from everything. Source: `torch.ne`. */
export const ne: InPlaceOperator<ComparisonSignature> = comparison("ne", E.ne(x, y));

/** Whether elements of `input` are less than those of `other`. Source: `torch.lt`. */
export const lt: InPlaceOperator<ComparisonSignature> = comparison("lt", E.lt(x, y));

/** Whether elements of `input` are less than or equal to those of `other`. Source: `torch.le`. */
export const le: InPlaceOperator<ComparisonSignature> = comparison("le", E.le(x, y));

/** Whether elements of `input` are greater than those of `other`. Source: `torch.gt`. */
export const gt: InPlaceOperator<ComparisonSignature> = comparison("gt", E.gt(x, y));

/** Whether elements of `input` are greater than or equal to those of `other`. Source: `torch.ge`. */
export const ge: InPlaceOperator<ComparisonSignature> = comparison("ge", E.ge(x, y));

/** Unlike the comparisons, PyTorch's logical operators take no plain numbers. */
type LogicalSignature = GeneralSignature<[other: Tensor], "bool", ["other"]>;

function logical(name: string, expression: Expression): InPlaceOperator<LogicalSignature> {
  return operator({
    name,
    out: true,
    parameters: { input: tensor, other: tensor },
    forward: ({ input, other }) => elementwise(expression, [input, other], "bool"),
    vjp: null,
    inPlace: true,
    samples: tensorSamples,
  });
}

/** True where both are true (not zero). Source: `torch.logical_and`. */
export const logical_and: InPlaceOperator<LogicalSignature> = logical("logical_and", E.and(x, y));

/** True where at least one is true (not zero). Source: `torch.logical_or`. */
export const logical_or: InPlaceOperator<LogicalSignature> = logical("logical_or", E.or(x, y));

/** True where exactly one is true (not zero). Source: `torch.logical_xor`. */
export const logical_xor: InPlaceOperator<LogicalSignature> = logical("logical_xor", E.xor(x, y));

function test(name: string, expression: Expression): InPlaceOperator<TestSignature> {
  return unary({ name, expression, dtype: "bool", vjp: null });
}

/** True where the element is false (zero). Source: `torch.logical_not`. */
export const logical_not: InPlaceOperator<TestSignature> = test("logical_not", E.eq(x, 0));

/** Unlike `logical_not`, these write neither in place nor into other tensors. */
function property(name: string, expression: Expression): Operator<TestSignature> {
  return unary({ name, expression, dtype: "bool", vjp: null, inPlace: false, out: false });
}

/** True where the element is not a number. Source: `torch.isnan`. */
export const isnan: Operator<TestSignature> = property("isnan", E.ne(x, x));

/** True where the element is +∞ or −∞. Source: `torch.isinf`. */
export const isinf: Operator<TestSignature> = property("isinf", E.eq(E.abs(x), Infinity));

/** True where the element is neither infinite nor NaN. Source: `torch.isfinite`. */
export const isfinite: Operator<TestSignature> = property("isfinite", E.lt(E.abs(x), Infinity));
