/** Other dtypes and devices, and writing one tensor into another. */
import { Device, toDevice } from "../device.ts";
import { bool, DType, float32, float64, int32, int64, uint8 } from "../dtype.ts";
import { composite, operator, type Operator, type InPlaceOperator } from "../operator.ts";
import { dtype as dtypeParameter, operand, tensor, type Parameter } from "../parameters.ts";
import { allocate, broadcastTo, convert, copyInto, duplicate } from "../settle.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../signatures.ts";
import { Tensor } from "../tensor.ts";
import type { Operand } from "../types.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { formatShape } from "../shape.ts";
import { sample } from "./samples.ts";

/** A copy in another dtype; the gradient comes back in the input's. @internal */
export const toCopy: Operator<FunctionSignature<(input: Tensor, options: { dtype: DType }) => Tensor>> =
  operator({
    name: "_to_copy",
    parameters: { input: tensor, dtype: dtypeParameter },
    gradFn: "ToCopyBackward0",
    forward: ({ input, dtype }) => duplicate(input, dtype ?? input.dtype),
    // The engine converts every gradient to the dtype of what it belongs to.
    vjp: { input: (g) => g },
    samples: [() => [sample([2, 3]), { dtype: float64 }]],
  });

/** What `to` accepts first: a dtype, a device, or a tensor to be like. */
type Target = DType | Device | string | Tensor;

const target: Parameter<Target | null> = {
  expects: 'a torch.dtype, a device such as "cpu", or a Tensor',
  fallback: null,
  convert: (value) =>
    value === null ||
    value instanceof DType ||
    value instanceof Device ||
    value instanceof Tensor ||
    typeof value === "string"
      ? value
      : undefined,
};

interface ToOptions {
  readonly dtype?: DType;
  readonly device?: Device | string;
}

type ToSignature = GeneralSignature<[target: Target | ToOptions, dtypeOrOptions?: DType | ToOptions]>;

/**
 * The tensor in another dtype or on another device; itself where it is so already.
 *
 * `x.to(torch.float64)`, `x.to("cpu")`, `x.to({dtype: torch.int64})`, `x.to(other)`.
 *
 * @throws RuntimeError when there is no such device.
 * Source: `torch.Tensor.to`.
 */
export const to: Operator<ToSignature> = composite({
  name: "to",
  parameters: {
    input: tensor,
    target,
    dtype: { ...dtypeParameter, keywordOnly: false as never },
    device: { ...target, keywordOnly: true },
  },
  define: ({ input, target, dtype, device }) => {
    const place = [target, device].find((value) => value instanceof Device || typeof value === "string");
    if (place !== undefined) toDevice(place as Device | string);
    const wanted =
      dtype ?? (target instanceof DType ? target : target instanceof Tensor ? target.dtype : input.dtype);
    return wanted === input.dtype ? input : toCopy(input, { dtype: wanted });
  },
  samples: [
    () => [sample([2, 3]), float32],
    () => [sample([2, 3]), "cpu"],
    () => [sample([2, 3]), { dtype: float64 }],
  ],
  errors: [{ args: () => [sample([2]), "tpu"], error: "RuntimeError", message: /no device "tpu"/ }],
});

function conversionTo(name: string, dtype: DType): Operator<GeneralSignature<[]>> {
  return composite({
    name,
    parameters: { input: tensor },
    define: ({ input }) => to(input, dtype),
    samples: [() => [sample([2])]],
  });
}

/** As `float32`. Source: `torch.Tensor.float`. */
export const float: Operator<GeneralSignature<[], "float32">> = conversionTo("float", float32) as Operator<
  GeneralSignature<[], "float32">
>;
/** As `float64`. Source: `torch.Tensor.double`. */
export const double: Operator<GeneralSignature<[], "float64">> = conversionTo("double", float64) as Operator<
  GeneralSignature<[], "float64">
>;
/** As `int32`, cut towards zero. Source: `torch.Tensor.int`. */
export const int: Operator<GeneralSignature<[], "int32">> = conversionTo("int", int32) as Operator<
  GeneralSignature<[], "int32">
>;
/** As `int64`, cut towards zero. Source: `torch.Tensor.long`. */
export const long: Operator<GeneralSignature<[], "int64">> = conversionTo("long", int64) as Operator<
  GeneralSignature<[], "int64">
>;
/** As `uint8`, modulo 256. Source: `torch.Tensor.byte`. */
export const byte: Operator<GeneralSignature<[], "uint8">> = conversionTo("byte", uint8) as Operator<
  GeneralSignature<[], "uint8">
>;
const toBool: Operator<GeneralSignature<[], "bool">> = conversionTo("bool", bool) as Operator<
  GeneralSignature<[], "bool">
>;

export {
  /** As truth values: everything but zero is true. Source: `torch.Tensor.bool`. */
  toBool as bool,
};

/** On the CPU. Source: `torch.Tensor.cpu`. */
export const cpu: Operator<GeneralSignature<[]>> = composite({
  name: "cpu",
  parameters: { input: tensor },
  define: ({ input }) => to(input, "cpu"),
  samples: [() => [sample([2])]],
});

/** With the dtype of another tensor. Source: `torch.Tensor.type_as`. */
export const type_as: Operator<GeneralSignature<[other: Tensor]>> = composite({
  name: "type_as",
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => to(input, other.dtype),
  samples: [() => [sample([2]), sample([1])]],
});

/**
 * The elements of `other`, broadcast and converted to the dtype and shape of `input`: what `input.copy_(other)` writes.
 *
 * @throws RuntimeError when `other` does not broadcast to the shape.
 * Source: `torch.Tensor.copy_`.
 */
export const copy: InPlaceOperator<GeneralSignature<[other: Operand]>> = operator({
  name: "copy",
  parameters: { input: tensor, other: operand },
  gradFn: "CopyBackwards",
  forward: ({ input, other }, output) => {
    if (!sameShape(broadcastShapes(input.shape, other.shape), input.shape))
      throw new RuntimeError(
        `output with shape ${formatShape(input.shape)} doesn't match the broadcast shape ${formatShape(broadcastShapes(input.shape, other.shape))}: what is copied must fit.`,
      );
    // What overlaps with the output must be read before it is written.
    const separate = output !== undefined && output !== null && output.storage !== other.storage;
    const result = separate ? output : allocate(input.shape, input.dtype);
    copyInto(result, broadcastTo(other, input.shape));
    return result;
  },
  vjp: { input: null, other: (g) => g },
  inPlace: true,
  samples: [() => [sample([2, 3], { requiresGrad: false }), sample([3], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2]), sample([2, 2])],
      error: "RuntimeError",
      message: /doesn't match the broadcast shape/,
    },
  ],
});

/** All elements equal to `value`, a number or a 0-d tensor: what `input.fill_(value)` writes. Source: `torch.fill`. */
export const fill: InPlaceOperator<GeneralSignature<[value: Operand]>> = operator({
  name: "fill",
  parameters: { input: tensor, value: operand },
  forward: ({ input, value }, output) => {
    if (value.ndim > 0)
      throw new RuntimeError(
        `fill only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions. Use copy_ for several values.`,
      );
    const result = output ?? allocate(input.shape, input.dtype);
    copyInto(result, broadcastTo(convert(value, input.dtype), input.shape));
    return result;
  },
  vjp: { input: null, value: (g) => g.sum() },
  inPlace: true,
  samples: [() => [sample([2, 3], { requiresGrad: false }), sample([])]],
  errors: [
    { args: () => [sample([2]), sample([2])], error: "RuntimeError", message: /0-dimension value tensor/ },
  ],
});
