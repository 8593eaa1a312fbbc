/** Questions about tensors and values. */
import { describe } from "./binding.ts";
import { dtypes, type DType } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { ValueError } from "./errors/valueError.ts";
import { numberTensor } from "./parameters.ts";
import { promoteTensors } from "./settle.ts";
import { formatShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import type { Operand } from "./types.ts";

/** @throws TypeError for anything but a tensor. */
function checkTensor(name: string, input: unknown): asserts input is Tensor {
  if (!(input instanceof Tensor))
    throw new TypeError(`${name}(): argument 'input' (position 1) must be Tensor, not ${describe(input)}.`);
}

/** @throws TypeError for anything but a tensor or a number. */
function asOperand(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return numberTensor(value);
  throw new TypeError(
    `result_type() received an invalid combination of arguments: expected tensors or numbers, not ${describe(value)}.`,
  );
}

/**
 * The dtype that a computation with both operands gives: tensors with dimensions weigh more than those without, and these more than numbers.
 *
 * `torch.result_type(x, 2.5)`.
 *
 * @throws TypeError for anything but tensors and numbers.
 * Source: `torch.result_type`.
 */
export function result_type(tensor1: Operand, tensor2: Operand): DType {
  return promoteTensors([asOperand(tensor1), asOperand(tensor2)]);
}

/** Whether a value is a tensor. Source: `torch.is_tensor`. */
export function is_tensor(obj: unknown): obj is Tensor {
  return obj instanceof Tensor;
}

/** Whether the elements have fractions. @throws TypeError for anything but a tensor. Source: `torch.is_floating_point`. */
export function is_floating_point(input: Tensor): boolean {
  checkTensor("is_floating_point", input);
  return input.dtype.is_floating_point;
}

/** Whether the elements are complex numbers: false, there are none here. @throws TypeError for anything but a tensor. Source: `torch.is_complex`. */
export function is_complex(input: Tensor): boolean {
  checkTensor("is_complex", input);
  return input.dtype.is_complex;
}

/** Whether the dtype has negative numbers. @throws TypeError for anything but a tensor. Source: `torch.is_signed`. */
export function is_signed(input: Tensor): boolean {
  checkTensor("is_signed", input);
  return input.dtype.is_signed;
}

/** Number of elements. @throws TypeError for anything but a tensor. Source: `torch.numel`. */
export function numel(input: Tensor): number {
  checkTensor("numel", input);
  return input.numel();
}

/**
 * Whether the only element is not zero.
 *
 * @throws RuntimeError when there is not exactly one, TypeError for anything but a tensor.
 * Source: `torch.is_nonzero`.
 */
export function is_nonzero(input: Tensor): boolean {
  checkTensor("is_nonzero", input);
  const count = input.numel();
  if (count !== 1)
    throw new RuntimeError(
      `Boolean value of Tensor with ${count === 0 ? "no values" : "more than one value"} is ambiguous: the shape is ${formatShape(input.shape)}. Use any() or all().`,
    );
  return Boolean(input.item());
}

/** The dtype of a tensor type's name, `"torch.FloatTensor"`. @throws ValueError for a name that is none. */
export function dtypeNamed(name: string): DType {
  const found = Object.values(dtypes).find(({ typeName }) => name === `torch.${typeName}Tensor`);
  if (found === undefined)
    throw new ValueError(
      `invalid type: '${name}'. Names are ${Object.values(dtypes)
        .map(({ typeName }) => `torch.${typeName}Tensor`)
        .join(", ")}; or pass a dtype.`,
    );
  return found;
}

/** The name of a value's type: `"torch.FloatTensor"`, or what JavaScript calls it. Source: `torch.typename`. */
export function typename(obj: unknown): string {
  if (obj instanceof Tensor) return `torch.${obj.dtype.typeName}Tensor`;
  if (typeof obj === "object" && obj !== null) return obj.constructor.name;
  return typeof obj;
}
