import { webgl } from "../../device.ts";
import type { DType, TypedArray } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { Storage } from "../../storage.ts";
import { allocate, type CpuStorage } from "../cpu/memory/storage.ts";
import { arrayOf, elementOf, fitsTexture, readiness, textureOf } from "./evaluate.ts";
import { Value } from "./values.ts";

/** Elements on the device: a reference to a value, which is replaced whenever the elements are written. */
export class WebGLStorage extends Storage {
  readonly dtype: DType;
  readonly length: number;
  #value: Value | null = null;
  #released = false;

  constructor(dtype: DType, length: number, value: Value | null = null) {
    super(webgl);
    this.dtype = dtype;
    this.length = length;
    if (value !== null) this.replace(value);
  }

  /** The elements. A storage that was never written has arbitrary ones. */
  get value(): Value {
    if (this.#released)
      throw new Error(
        `A storage of ${this.length} elements of ${this.dtype.toString()} is used after its memory was given back: a defect of an operator.`,
      );
    if (this.#value === null) this.replace(new Value(this.dtype, this.length));
    return this.#value!; // just set
  }

  /** Whether anything has been written. */
  get isWritten(): boolean {
    return this.#value !== null;
  }

  /** Makes `value` the elements. */
  replace(value: Value): void {
    value.hold();
    this.#value?.drop();
    this.#value = value;
  }

  /** The elements in the processor's memory, to be read only: the texture stays. */
  override peek(): TypedArray {
    return arrayOf(this.value).data;
  }

  override async peekLater(): Promise<TypedArray> {
    const { value } = this;
    // Whatever is written meanwhile makes another value.
    value.hold();
    try {
      await readiness(value);
      const { data } = arrayOf(value);
      // Nobody else has it any more: its memory is given back before whoever waits can look.
      return value.holders === 1 ? data.slice() : data;
    } finally {
      value.drop();
    }
  }

  /** A single number stays with the processor: programs are given it. */
  override settle(): void {
    if (this.length > 1 && fitsTexture(this.value)) textureOf(this.value);
  }

  /** One element, without bringing the others. */
  at(index: number): number | bigint {
    return elementOf(this.value, index);
  }

  /** The elements in the processor's memory, to be read or written at once: they are the only ones until a kernel wants a texture again. */
  get data(): TypedArray {
    return this.writable().data;
  }

  /** The processor's storage that has the elements, for nobody else to see what is written into it. */
  writable(): CpuStorage {
    const { value } = this;
    const array = this.isWritten ? arrayOf(value) : allocate(this.dtype, this.length);
    if (value.holders === 1) {
      value.array = array;
      value.dropTexture();
      value.dropStage();
      value.reach = null;
      return array;
    }
    const own = allocate(this.dtype, this.length);
    own.data.set(array.data as never); // both are arrays of this dtype
    this.replace(Value.ofArray(own));
    return own;
  }

  override reinterpret(dtype: DType): Storage {
    throw new NotImplementedError(
      `view(dtype): a tensor of ${this.dtype.toString()} on device webgl cannot be seen as ${dtype.toString()}, because textures have no bytes. Write x.cpu().view(…), or x.to(…) to convert the numbers.`,
    );
  }

  override get releasable(): boolean {
    return !this.#released;
  }

  override release(): void {
    this.#released = true;
    this.#value?.drop();
    this.#value = null;
  }
}
