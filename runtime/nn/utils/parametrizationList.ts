import { no_grad } from "../../autograd/modes.ts";
import { describe } from "../../binding.ts";
import type { DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { formatShape, sameShape, type Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { ModuleList } from "../container.ts";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** A parametrization that knows from what its value comes. */
interface Invertible {
  right_inverse(value: Tensor): Tensor | readonly Tensor[];
}

function isInvertible(module: object): module is Invertible {
  return "right_inverse" in module && typeof module.right_inverse === "function";
}

/** Adds a tensor to a module: a parameter, or a buffer. */
export function register(module: Module, name: string, tensor: Tensor): void {
  if (tensor instanceof Parameter) module.register_parameter(name, tensor);
  else module.register_buffer(name, tensor);
}

/** Gives a tensor another one's elements. It stays the same tensor, which an optimizer knows. */
function replaceElements(tensor: Tensor, { storage, shape, strides, offset }: Tensor): void {
  tensor.become({ storage, shape, strides, offset });
}

/**
 * The parametrizations of one tensor, one after the other, with what it is computed from: `layer.parametrizations.weight`. `register_parametrization` makes it.
 *
 * Source: `torch.nn.utils.parametrize.ParametrizationList`.
 */
export class ParametrizationList extends ModuleList {
  /** What the tensor is computed from, where that is one tensor. */
  declare original: Tensor;
  /** Whether the parametrizations may change shape and dtype. */
  unsafe: boolean;
  /** Whether the tensor is computed from one tensor. */
  readonly is_tensor: boolean;
  /** From how many tensors it is computed. */
  readonly ntensors: number;

  /** @throws ValueError when the parametrization gives something that does not fit. */
  constructor(modules: readonly Module[], original: Tensor, unsafe: boolean) {
    super(modules);
    this.unsafe = unsafe;
    const { dtype, shape } = original;
    const before = no_grad(() => inverseOf([...this].toReversed(), original));
    this.is_tensor = before instanceof Tensor;
    this.ntensors = before instanceof Tensor ? 1 : before.length;
    if (before instanceof Tensor) {
      if (before.dtype !== original.dtype)
        throw new ValueError(
          `When \`right_inverse\` outputs one tensor, it may not change the dtype.\noriginal.dtype: ${original.dtype.toString()}\nright_inverse(original).dtype: ${before.dtype.toString()}`,
        );
      if (before !== original) replaceElements(original, before.detach());
      register(this, "original", original);
    } else
      for (const [position, tensor] of before.entries()) {
        const isLearned = original instanceof Parameter;
        const own = isLearned ? new Parameter(tensor, original.requires_grad) : tensor.detach();
        register(this, `original${position}`, own);
      }
    if (!unsafe)
      checkValue(
        no_grad(() => this.forward()),
        dtype,
        shape,
      );
  }

  /** The tensors that the value is computed from. */
  originals(): readonly Tensor[] {
    if (this.is_tensor) return [this.original];
    // The constructor put them there.
    return Array.from(
      { length: this.ntensors },
      (_, position) => Reflect.get(this, `original${position}`) as Tensor,
    );
  }

  /** The value. */
  override forward(): Tensor {
    const [first, ...others] = this;
    // What a parametrization takes and gives was checked when it was registered.
    let value = (first as unknown as (...tensors: readonly Tensor[]) => Tensor)(...this.originals());
    for (const module of others) value = (module as unknown as (tensor: Tensor) => Tensor)(value);
    return value;
  }

  /**
   * Sets what the tensor is computed from, so that it has that value.
   *
   * @throws RuntimeError when a parametrization has no `right_inverse`, ValueError when that gives something that does not fit. Source: `ParametrizationList.right_inverse`.
   */
  right_inverse(value: Tensor): void {
    const missing = [...this].find((module) => !isInvertible(module));
    if (missing !== undefined)
      throw new RuntimeError(
        `parametrization ${missing.constructor.name} does not implement right_inverse. Add right_inverse(value) { … } to the class, which gives the tensor that its forward makes this value of.`,
      );
    no_grad(() => {
      const before = inverseOf([...this].toReversed(), value);
      const given = before instanceof Tensor ? [before] : before;
      const originals = this.originals();
      if (given.length !== originals.length)
        throw new ValueError(
          `'right_inverse' must return a sequence of tensors of length ${originals.length}. Got a sequence of length ${given.length}.`,
        );
      for (const [position, original] of originals.entries())
        if (given[position]!.dtype !== original.dtype)
          throw new ValueError(
            `The tensor returned by \`right_inverse\` has dtype ${given[position]!.dtype.toString()} while \`original\` has dtype ${original.dtype.toString()}`,
          );
      for (const [position, original] of originals.entries())
        replaceElements(original, given[position]!.detach());
    });
  }

  /** What stands in the module when the parametrizations are gone. @throws ValueError when that would be several tensors. */
  removed(keepsValue: boolean): Tensor {
    if (!this.is_tensor && !keepsValue)
      throw new ValueError(
        "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.",
      );
    if (!keepsValue) return this.original;
    if (this.is_tensor) {
      replaceElements(
        this.original,
        no_grad(() => this.forward()),
      );
      return this.original;
    }
    const value = this.forward();
    return value.requires_grad ? new Parameter(value.detach()) : value;
  }
}

/** @throws ValueError when the value has another dtype or shape than the tensor before. */
function checkValue(value: unknown, dtype: DType, shape: Shape): void {
  if (!(value instanceof Tensor))
    throw new ValueError(`A parametrization must return a tensor. Got ${describe(value)}.`);
  const changes = "Registering a parametrization may not change the";
  if (value.dtype !== dtype)
    throw new ValueError(
      `${changes} dtype of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized dtype: ${dtype.toString()}\nparametrized dtype: ${value.dtype.toString()}`,
    );
  if (!sameShape(value.shape, shape))
    throw new ValueError(
      `${changes} shape of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized shape: ${formatShape(shape)}\nparametrized shape: ${formatShape(value.shape)}`,
    );
}

/** What a value comes from. A parametrization without `right_inverse`, or one that does not implement it, counts as the identity. */
function inverseOf(backward: readonly Module[], value: Tensor): Tensor | readonly Tensor[] {
  let current: Tensor | readonly Tensor[] = value;
  for (const module of backward) {
    if (!isInvertible(module)) continue;
    try {
      current = module.right_inverse(current as Tensor); // only the first parametrization may give several
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error;
    }
  }
  const isKnown =
    current instanceof Tensor || (Array.isArray(current) && current.every((item) => item instanceof Tensor));
  if (!isKnown)
    throw new ValueError(
      `'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got ${describe(current)}`,
    );
  return current;
}
