/** Other dtypes and devices, and writing one tensor into another. */
import type { ByName } from "../../keywords.ts";
import { cpu as processor, Device } from "../../device.ts";
import { toDevice } from "../../devices.ts";
import {
  bfloat16,
  bool,
  DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
  type DTypeName,
} from "../../dtype.ts";
import { composite, operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import {
  dtype as dtypeParameter,
  flag,
  keywordOnly,
  memoryFormat,
  numberTensor,
  operand,
  optionalTensor,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { suggestedFormat } from "../../layout.ts";
import { preserve_format, type MemoryFormat } from "../../memoryFormat.ts";
import { allocate, allocateZeros, broadcastTo, convert, copyInto } from "../../settle.ts";
import { broadcastShapes, sameShape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { formatShape } from "../../shape.ts";
import { checkFits } from "../../elements.ts";
import { copyTo } from "./copying.ts";
import { sample } from "../samples.ts";

interface CopyOptions {
  readonly dtype: DType;
  readonly memory_format: MemoryFormat;
  readonly device?: Device;
}

const deviceParameter: Parameter<Device | null> = {
  expects: "a torch.device",
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null || value instanceof Device ? value : undefined),
};

/** A copy in another dtype or memory format, or on another device; the gradient comes back in the input's dtype, on its device. @internal */
export const toCopy: Operator<FunctionSignature<(input: Tensor, options: CopyOptions) => Tensor>> = operator({
  name: "_to_copy",
  parameters: {
    input: tensor,
    dtype: dtypeParameter,
    memory_format: memoryFormat(preserve_format),
    device: deviceParameter,
  },
  gradFn: "ToCopyBackward0",
  forward: ({ input, dtype, memory_format, device }) =>
    copyTo(device ?? input.device, input, dtype ?? input.dtype, memory_format),
  // The engine brings every gradient to the dtype and the device of what it belongs to.
  vjp: { input: (g) => g },
  samples: [() => [sample([2, 3]), { dtype: float64 }]],
});

/** The tensor in the dtype that fractions of 16 bits are computed in, for operators that take several steps and round once. */
export function widened(tensor: Tensor): Tensor {
  return tensor.dtype.bits === null
    ? tensor
    : toCopy(tensor, { dtype: float32, memory_format: preserve_format });
}

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

/** What follows the target: a dtype after a device, and the flags `non_blocking` and `copy`. */
const dtypeOrFlag: Parameter<DType | boolean | null> = {
  expects: "a torch.dtype after a device, or true or false",
  fallback: null,
  convert: (value) =>
    value === null || value instanceof DType || typeof value === "boolean" ? value : undefined,
};

interface ToOptions {
  readonly dtype?: DType | null;
  readonly device?: Device | string | null;
  readonly tensor?: Tensor | null;
  readonly non_blocking?: boolean;
  readonly copy?: boolean;
  readonly memory_format?: MemoryFormat | null;
}

type ToSignature = GeneralSignature<
  [
    target?: Target | ToOptions | null,
    dtypeOrFlag?: DType | boolean | ToOptions | null,
    flag?: boolean | ToOptions,
    copy?: boolean | ToOptions,
    options?: ToOptions,
  ]
>;

/** @throws TypeError for a dtype that follows no device, or follows another dtype. */
function wantedDtype(
  target: Target | null,
  second: DType | boolean | null,
  named: DType | null,
): DType | null {
  const first = target instanceof DType ? target : target instanceof Tensor ? target.dtype : null;
  const given = [first, second instanceof DType ? second : null, named].filter((each) => each !== null);
  if (given.length > 1)
    throw new TypeError(
      `to() received an invalid combination of arguments: more than one dtype (${given.map(String).join(", ")}). Write x.to(dtype), x.to(device, dtype) or x.to(other).`,
    );
  return given[0] ?? null;
}

/** Where the tensor is to be: with another one, on a device that was named first or by name, or where it is. */
function wantedDevice(input: Tensor, target: Target | null, named: Target | null): Device {
  for (const each of [target, named]) {
    if (each instanceof Tensor) return each.device;
    if (each instanceof Device || typeof each === "string") return toDevice(each);
  }
  return input.device;
}

/**
 * The tensor in another dtype or on another device; itself where it is so already, unless `copy` is true.
 *
 * `x.to(torch.float64)`, `x.to("cpu")`, `x.to("cpu", torch.float64)`, `x.to({dtype: torch.int64})`, `x.to(other)`. A copy lies in memory as the tensor does, unless
 * `memory_format` says otherwise. `non_blocking` makes no difference: what goes to the accelerator is never waited for, and what comes from it always is
 * (`to_async` does not wait).
 *
 * @throws RuntimeError when there is no such device, TypeError when two dtypes are given, or for float64 on an accelerator.
 * Source: `torch.Tensor.to`.
 */
export const to: Operator<ToSignature> = composite({
  name: "to",
  parameters: {
    input: tensor,
    target,
    second: dtypeOrFlag,
    third: flag(false),
    fourth: flag(false),
    dtype: dtypeParameter,
    device: keywordOnly(target),
    tensor: keywordOnly(optionalTensor),
    non_blocking: keywordOnly(flag(false)),
    copy: keywordOnly(flag(false)),
    memory_format: memoryFormat(preserve_format),
  },
  define: ({ input, target, second, third, fourth, dtype, device, tensor: like, copy, memory_format }) => {
    const first = target ?? like;
    const place = wantedDevice(input, first, device);
    const wanted = wantedDtype(first, second, dtype) ?? input.dtype;
    // After a device or none, a dtype has a place of its own before the flags.
    const copies = copy || (first instanceof DType || first instanceof Tensor ? third : fourth);
    const asItLies =
      memory_format === preserve_format || memory_format === suggestedFormat(input.shape, input.strides);
    return wanted === input.dtype && place === input.device && asItLies && !copies
      ? input
      : toCopy(input, { dtype: wanted, memory_format, device: place });
  },
  samples: [
    () => [sample([2, 3]), float32],
    () => [sample([2, 3]), "cpu"],
    () => [sample([2, 3]), { dtype: float64 }],
    () => [sample([2, 3]), "cpu", float64, false, true],
  ],
  errors: [
    { args: () => [sample([2]), "tpu"], error: "RuntimeError", message: /There is no device "tpu"/ },
    { args: () => [sample([2]), "xpu"], error: "AssertionError", message: /tensors cannot be on xpu here/ },
    { args: () => [sample([2]), float64, float32], error: "TypeError", message: /more than one dtype/ },
  ],
});

/** How the copy lies in memory, where there is one. */
interface FormatOptions {
  readonly memory_format?: MemoryFormat | null;
}

type ConversionSignature<D extends DTypeName> = GeneralSignature<[options?: FormatOptions], D>;

function conversionTo<D extends DTypeName>(dtype: DType<D>, name: string): Operator<ConversionSignature<D>> {
  return composite<ConversionSignature<D>>({
    name,
    parameters: { input: tensor, memory_format: memoryFormat(preserve_format) },
    define: ({ input, memory_format }) => to(input, dtype, { memory_format }),
    // A dtype of few digits has no derivative that could be checked.
    samples: [() => [sample([2], { requiresGrad: dtype.itemsize > 2 })]],
  });
}

/** As `float16`. Source: `torch.Tensor.half`. */
export const half: Operator<ConversionSignature<"float16">> = conversionTo(float16, "half");
const toBfloat16: Operator<ConversionSignature<"bfloat16">> = conversionTo(bfloat16, "bfloat16");
/** As `float32`. Source: `torch.Tensor.float`. */
export const float: Operator<ConversionSignature<"float32">> = conversionTo(float32, "float");
/** As `float64`. Source: `torch.Tensor.double`. */
export const double: Operator<ConversionSignature<"float64">> = conversionTo(float64, "double");
/** As `int8`, cut towards zero, modulo 256. Source: `torch.Tensor.char`. */
export const char: Operator<ConversionSignature<"int8">> = conversionTo(int8, "char");
/** As `int16`, cut towards zero, modulo 65536. Source: `torch.Tensor.short`. */
export const short: Operator<ConversionSignature<"int16">> = conversionTo(int16, "short");
/** As `int32`, cut towards zero. Source: `torch.Tensor.int`. */
export const int: Operator<ConversionSignature<"int32">> = conversionTo(int32, "int");
/** As `int64`, cut towards zero. Source: `torch.Tensor.long`. */
export const long: Operator<ConversionSignature<"int64">> = conversionTo(int64, "long");
/** As `uint8`, modulo 256. Source: `torch.Tensor.byte`. */
export const byte: Operator<ConversionSignature<"uint8">> = conversionTo(uint8, "byte");
const toBool: Operator<ConversionSignature<"bool">> = conversionTo(bool, "bool");

export {
  /** As `bfloat16`. Source: `torch.Tensor.bfloat16`. */
  toBfloat16 as bfloat16,
  /** As truth values: everything but zero is true. Source: `torch.Tensor.bool`. */
  toBool as bool,
};

/** On the CPU. Source: `torch.Tensor.cpu`. */
export const cpu: Operator<GeneralSignature<[options?: FormatOptions]>> = composite({
  name: "cpu",
  parameters: { input: tensor, memory_format: memoryFormat(preserve_format) },
  define: ({ input, memory_format }) => to(input, processor, { memory_format }),
  samples: [() => [sample([2])]],
});

/** With the dtype of another tensor, on its device. Source: `torch.Tensor.type_as`. */
export const type_as: Operator<GeneralSignature<[other: Tensor], "same", ["other"]>> = composite({
  name: "type_as",
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => to(input, other),
  samples: [() => [sample([2]), sample([1])]],
});

/**
 * The elements of `src`, broadcast and converted to the dtype and shape of `input`: what `input.copy_(src)` writes. `non_blocking` changes nothing.
 *
 * @throws RuntimeError when `src` does not broadcast to the shape.
 * Source: `torch.Tensor.copy_`.
 */
export const copy: InPlaceOperator<
  GeneralSignature<[src: Operand, non_blocking?: boolean], "same", ["src", "non_blocking"]>
> = operator({
  name: "copy",
  parameters: { input: tensor, src: operand, non_blocking: flag(false) },
  anywhere: ["src"],
  gradFn: "CopyBackwards",
  forward: ({ input, src }, output) => {
    if (!sameShape(broadcastShapes(input.shape, src.shape), input.shape))
      throw new RuntimeError(
        `output with shape ${formatShape(input.shape)} doesn't match the broadcast shape ${formatShape(broadcastShapes(input.shape, src.shape))}: what is copied must fit.`,
      );
    // What overlaps with the output must be read before it is written.
    const separate = output !== undefined && output !== null && output.storage !== src.storage;
    const result = separate ? output : allocate(input.shape, input.dtype);
    copyInto(result, broadcastTo(src, input.shape));
    return result;
  },
  vjp: { input: null, src: (g) => g },
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

/**
 * All elements equal to `value`, a number or a 0-d tensor: what `input.fill_(value)` writes.
 *
 * @throws RuntimeError when `value` is a tensor with dimensions.
 * Source: `torch.fill`.
 */
export const fill: InPlaceOperator<GeneralSignature<[value: Operand], "same", ["value"]>> = operator({
  name: "fill",
  gradFnInPlace: "FillBackward2",
  parameters: { input: tensor, value: operand },
  forward: ({ input, value }, output) => {
    if (value.ndim > 0)
      throw new RuntimeError(
        `fill only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions. Use copy_ for several values.`,
      );
    checkFits(value, input.dtype);
    const result = output ?? allocate(input.shape, input.dtype);
    copyInto(result, broadcastTo(convert(value, input.dtype), input.shape));
    return result;
  },
  vjp: { input: (g) => allocateZeros(g.shape, g.dtype), value: (g) => g.sum() },
  inPlace: true,
  samples: [() => [sample([2, 3]), sample([])]],
  errors: [
    { args: () => [sample([2]), sample([2])], error: "RuntimeError", message: /0-dimension value tensor/ },
  ],
});

/** All elements zero: what `input.zero_()` writes. Source: `torch.Tensor.zero_`. */
export const zero: InPlaceOperator<ByName<GeneralSignature<[]>, "input">> = operator({
  name: "zero",
  parameters: { input: tensor },
  forward: ({ input }, output) => {
    if (output === undefined || output === null) return allocateZeros(input.shape, input.dtype);
    copyInto(output, broadcastTo(convert(numberTensor(0), output.dtype), output.shape));
    return output;
  },
  vjp: { input: (g) => allocateZeros(g.shape, g.dtype) },
  inPlace: true,
  samples: [() => [sample([2, 3])]],
});
