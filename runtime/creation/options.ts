/** What functions that make tensors take by name. */
import { binderFor, type Binder } from "../binder.ts";
import { Device } from "../device.ts";
import { checkHolds, toDevice } from "../devices.ts";
import { get_default_dtype, type DType, type DTypeName } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { Layout } from "../storageLayout.ts";
import { MemoryFormat } from "../memoryFormat.ts";
import { withOut } from "../out.ts";
import {
  dtype as dtypeParameter,
  flag,
  keywordOnly,
  sizes,
  type ArgumentsOf,
  type Parameter,
  type Parameters,
} from "../parameters.ts";
import { accelerated, currentDevice, placedOn } from "../placement.ts";
import { Generator } from "../random.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What every creation function takes by name. */
export interface TensorOptions<D extends DTypeName = DTypeName> {
  readonly dtype?: DType<D> | null;
  readonly device?: Device | string | null;
  /** Whether operations on the tensor are recorded for `backward`. */
  readonly requires_grad?: boolean | null;
  /** Only `torch.strided` exists. */
  readonly layout?: Layout | null;
  /** Has no effect: memory is never pinned here. */
  readonly pin_memory?: boolean | null;
}

/** Options of functions that can write into a tensor of the caller. */
export interface OutOptions<D extends DTypeName = DTypeName> extends TensorOptions<D> {
  readonly out?: Tensor | null;
}

/** Options that also choose the source of random numbers. */
export interface RandomOptions<D extends DTypeName = DTypeName> extends OutOptions<D> {
  readonly generator?: Generator | null;
}

/** Options of functions that make a tensor like another one. */
export interface LikeOptions<D extends DTypeName = DTypeName> extends TensorOptions<D> {
  readonly memory_format?: MemoryFormat | null;
}

/** A keyword that may be `null` for its default. */
function optional<T>(expects: string, accepts: (value: unknown) => value is T): Parameter<T | null> {
  return {
    expects,
    fallback: null,
    keywordOnly: true,
    convert: (value) => (value === null || accepts(value) ? value : undefined),
  };
}

const device: Parameter<Device | string | null> = optional(
  'a device such as "cpu"',
  (value) => typeof value === "string" || value instanceof Device,
);

/** The source of random numbers; the default one when `null`. */
export const generatorParameter: Parameter<Generator | null> = optional(
  "a torch.Generator",
  (value) => value instanceof Generator,
);

/** In which order the dimensions lie in memory. */
export const memoryFormatParameter: Parameter<MemoryFormat | null> = optional(
  "a torch.memory_format such as torch.contiguous_format",
  (value) => value instanceof MemoryFormat,
);

const orNull = { ...keywordOnly(flag(false)), convert: (value: unknown) => toFlag(value) };

function toFlag(value: unknown): boolean | undefined {
  return value === null ? false : typeof value === "boolean" ? value : undefined;
}

interface OptionParameters extends Parameters {
  readonly dtype: Parameter<DType | null>;
  readonly layout: Parameter<Layout | null>;
  readonly device: Parameter<Device | string | null>;
  readonly pin_memory: Parameter<boolean>;
  readonly requires_grad: Parameter<boolean>;
}

/** The parameters behind the positional ones. */
export const optionParameters: OptionParameters = {
  dtype: dtypeParameter,
  layout: optional("torch.strided", (value) => value instanceof Layout),
  device,
  pin_memory: orNull,
  requires_grad: orNull,
};

/** Options as they come out of binding. */
export type Options = ArgumentsOf<OptionParameters>;

/**
 * Runs `make`, whose tensors are made where the options say; without a device in them, on that of `pattern`, or wherever tensors are made now.
 *
 * @throws as `toDevice`; TypeError for a dtype that the device does not have.
 */
export function made<T extends Tensor>(
  options: { readonly device?: Device | string | null },
  pattern: Tensor | null,
  make: () => T,
): T {
  const named = options.device ?? null;
  // First: naming the accelerator opens it.
  const device = named === null ? (pattern?.device ?? null) : toDevice(named);
  if (!accelerated) return make();
  return placedOn(device ?? currentDevice(), () => {
    const result = make();
    checkHolds(currentDevice(), result.dtype);
    return result;
  });
}

/**
 * Gives a new tensor what the options ask for, but the device.
 *
 * @throws RuntimeError for a gradient of a dtype without fractions.
 */
export function finish<T extends Tensor>(tensor: T, options: Options): T {
  return options.requires_grad ? tensor.requires_grad_(true) : tensor;
}

/** The dtype that was asked for, or the default one. */
export function floatDtype(options: Options): DType {
  return options.dtype ?? get_default_dtype();
}

/** @throws RuntimeError when a size is negative. */
export function checkSize(shape: Shape): void {
  for (const size of shape)
    if (size < 0)
      throw new RuntimeError(
        `Trying to create tensor with negative dimension ${size}: [${shape.join(", ")}]. Sizes are 0 or more.`,
      );
}

/** Whole numbers in one array; a single number stands for an array of one. */
export const sizeList: Parameter<readonly number[]> = {
  expects: "an array of whole numbers",
  convert: (value) => sizes.convert(typeof value === "number" ? [value] : value),
};

/**
 * Makes a function that creates tensors: its arguments are matched with `parameters`, the options are applied, and `{out}` is written into.
 *
 * @param make computes the tensor from the bound arguments.
 */
export function creation<P extends Parameters>(
  name: string,
  parameters: P,
  make: (args: ArgumentsOf<P> & Options) => Tensor,
): (...args: unknown[]) => Tensor {
  const all = { ...parameters, ...optionParameters };
  let binder: Binder<typeof all> | null = null;
  const named = withOut(name, (args) => {
    // Both tables are in `all`.
    const bound = (binder ??= binderFor(name, all))(args) as ArgumentsOf<P> & Options;
    const pattern = bound["input"] ?? bound["self"];
    return finish(
      made(bound, pattern instanceof Tensor ? pattern : null, () => make(bound)),
      bound,
    );
  });
  Object.defineProperty(named, "name", { value: name });
  return named as (...args: unknown[]) => Tensor; // what `make` gives
}
