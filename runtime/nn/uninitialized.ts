/** Parameters and buffers whose shapes are not known yet. */
import { empty, type TensorOptions } from "../create.ts";
import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { inspectAs } from "../inspect.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Parameter } from "./parameter.ts";

/** Where and in which dtype something is to be, by name. */
interface Target {
  readonly device?: Device | string | null;
  readonly dtype?: DType | null;
}

/** Lets a tensor without elements change where it is and its dtype: `moved` makes what it becomes. */
function letMove(kind: { readonly prototype: object }, moved: (target: Required<Target>) => Tensor): void {
  Object.defineProperties(kind.prototype, {
    detach: {
      value(this: Tensor): Tensor {
        return this;
      },
    },
    to: {
      value(this: Tensor, { device, dtype }: Target): Tensor {
        return moved({ device: device ?? this.device, dtype: dtype ?? this.dtype });
      },
    },
  });
}

/** Hides the shape of a tensor without elements. */
function hideShape(tensor: Tensor): void {
  Object.defineProperty(tensor, "shape", {
    configurable: true,
    get(): never {
      throw new RuntimeError(
        "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.",
      );
    },
    // Moving it gives it the shape of nothing again, which stays hidden.
    set(): void {},
  });
}

/** Gives a tensor the elements of another one, and makes it what others of `kind` are. */
function become(tensor: Tensor, source: Tensor, kind: { readonly prototype: object }): void {
  Reflect.deleteProperty(tensor, "shape");
  tensor.become(source);
  Object.setPrototypeOf(tensor, kind.prototype);
}

/**
 * A parameter whose shape follows from the first input: lazy modules have them. It has no elements; `materialize` makes it an ordinary `Parameter`, the same object, so that an optimizer keeps it.
 *
 * Source: `torch.nn.UninitializedParameter`.
 */
export class UninitializedParameter extends Parameter {
  constructor(requires_grad = true, options: TensorOptions = {}) {
    super(empty([0], options), requires_grad);
    hideShape(this);
  }

  /** Makes it a parameter of that shape, with arbitrary elements. Source: `materialize`. */
  materialize(shape: Shape, { device, dtype }: Target = {}): void {
    become(this, empty(shape, { device: device ?? this.device, dtype: dtype ?? this.dtype }), Parameter);
  }

  override toString(): string {
    return "<UninitializedParameter>";
  }
}

/** As `UninitializedParameter`, for what is not learned. Source: `torch.nn.UninitializedBuffer`. */
export class UninitializedBuffer extends Tensor {
  constructor(options: TensorOptions = {}) {
    const { storage, dtype } = empty([0], options);
    super({ storage, dtype, shape: [0] });
    hideShape(this);
  }

  /** Makes it a tensor of that shape, with arbitrary elements. Source: `materialize`. */
  materialize(shape: Shape, { device, dtype }: Target = {}): void {
    become(this, empty(shape, { device: device ?? this.device, dtype: dtype ?? this.dtype }), Tensor);
  }

  override toString(): string {
    return "<UninitializedBuffer>";
  }
}

// A module gives its parameters the elements of what they are moved to, and takes other buffers.
letMove(UninitializedParameter, (target) => empty([0], target));
letMove(UninitializedBuffer, (target) => new UninitializedBuffer(target));
inspectAs(UninitializedParameter, (tensor) => tensor.toString());
inspectAs(UninitializedBuffer, (tensor) => tensor.toString());

/** Whether a value is a tensor without a shape. */
export function isUninitialized(value: unknown): value is UninitializedParameter | UninitializedBuffer {
  return value instanceof UninitializedParameter || value instanceof UninitializedBuffer;
}
