/** Pointwise computations as data, before they are done: a stage takes numbers, and elements of values, and gives one element for each position. */
import type { DType } from "../../dtype.ts";
import type { Access } from "./access.ts";
import type { Template } from "./glsl/templates.ts";
import type { Value } from "./values.ts";

/** Elements of a value; without an access, the element at each position itself. */
export interface ValueInput {
  readonly value: Value;
  readonly access: Access | null;
}

/** One number for all positions, already in the compute dtype. */
export interface NumberInput {
  readonly number: number;
}

export type StageInput = ValueInput | NumberInput;

/** An expression for each of `length` positions. */
export interface Stage {
  readonly template: Template;
  /** The expression's own constants. */
  readonly constants: readonly number[];
  readonly parameters: readonly number[];
  /** In which its arithmetic is done; inputs are converted to it. */
  readonly compute: DType;
  /** Of the results: the compute dtype, or bool. */
  readonly dtype: DType;
  readonly length: number;
  readonly inputs: readonly StageInput[];
  /** Operations in it and in the stages that it takes in, at most. */
  readonly cost: number;
  /** Values that it reads from textures, those of the stages that it takes in included. */
  readonly leaves: readonly Value[];
  /** The largest size of whole numbers, where it is known. */
  readonly reach: number | null;
}
