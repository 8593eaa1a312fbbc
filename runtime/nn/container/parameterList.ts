import { describe } from "../../binding.ts";
import { cpu } from "../../device.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { Tensor } from "../../tensor.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { positionOf, put } from "./places.ts";

/** A tensor becomes a parameter; everything else stays as it is. */
export function asParameter(value: unknown): unknown {
  return value instanceof Tensor && !(value instanceof Parameter) ? new Parameter(value) : value;
}

/** What a container holds at a place, in a line. @param type what stands for the dtype: the list writes the dtype, the dictionary the type of the tensor. */
export function lineOf(place: string | number, value: unknown, type: (tensor: Tensor) => string): string {
  if (!(value instanceof Tensor))
    return `  (${place}): Object of type: ${value === null ? "NoneType" : typeof value === "object" ? value.constructor.name : typeof value}`;
  const kind = value instanceof Parameter ? "Parameter" : "Tensor";
  const device = value.device === cpu ? "" : ` (${value.device.toString()})`;
  return `  (${place}): ${kind} containing: [${type(value)} of size ${value.shape.join("x")}${device}]`;
}

/**
 * A list of parameters, which a module that holds it counts among its own: `new nn.ParameterList([torch.randn(2, 2), …])`, `list[0]`, `for (const weight of list)`. Tensors become
 * Parameters; what else is put in is kept as it is.
 *
 * Source: `torch.nn.ParameterList`.
 */
export class ParameterList<T = Parameter> extends Module {
  /** An element by its position: `list[0]`; `list.set(0, value)` writes it. */
  readonly [position: number]: T;

  /** @throws TypeError when the values cannot be iterated. */
  constructor(values: Iterable<T | (T extends Parameter ? Tensor : never)> = []) {
    super();
    this.extend(values);
  }

  /** Number of elements: Python's `len(list)`. */
  override get length(): number {
    let length = 0;
    while (Object.hasOwn(this, length)) length++;
    return length;
  }

  /** The elements, in order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let position = 0; position < this.length; position++) yield this[position]!;
  }

  /** The element at a position, from the end where it is negative: Python's `list[index]`. @throws IndexError when there is none. */
  at(index: number): T {
    return this[positionOf("ParameterList", index, this.length)]!;
  }

  /** Some of the elements: Python's `list[start:end]`. */
  slice(start?: number, end?: number): ParameterList<T> {
    return new ParameterList<T>([...this].slice(start, end));
  }

  /** Puts an element in place of the one at a position: Python's `list[index] = value`. @throws IndexError when there is none. */
  set(index: number, value: T | (T extends Parameter ? Tensor : never)): this {
    put(this, "ParameterList", positionOf("ParameterList", index, this.length), asParameter(value));
    return this;
  }

  /** Adds an element at the end. Source: `torch.nn.ParameterList.append`. */
  append(value: T | (T extends Parameter ? Tensor : never)): this {
    put(this, "ParameterList", this.length, asParameter(value));
    return this;
  }

  /** Adds elements at the end. @throws TypeError when the values cannot be iterated, or are one tensor. Source: `torch.nn.ParameterList.extend`. */
  extend(values: Iterable<T | (T extends Parameter ? Tensor : never)>): this {
    if (values instanceof Tensor || typeof values !== "object" || !(Symbol.iterator in values))
      throw new TypeError(
        `ParameterList.extend should be called with an iterable, but got ${describe(values)}. Pass an array of Parameters.`,
      );
    // They may be those of this list.
    const all = [...values];
    for (const value of all) this.append(value);
    return this;
  }

  /** @throws RuntimeError always: a list of parameters computes nothing. */
  override forward(..._inputs: never[]): never {
    throw new RuntimeError("ParameterList should not be called. Use its elements: list[0].");
  }

  override extra_repr(): string {
    return [...this].map((value, place) => lineOf(place, value, ({ dtype }) => dtype.toString())).join("\n");
  }
}
