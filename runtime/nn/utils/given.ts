/** What the functions of `torch.nn.utils` take. */
import type { Parameter } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";
import { Module } from "../module.ts";

/** One tensor or several. */
export type TensorOrTensors = Tensor | Iterable<Tensor>;

/** One tensor or several, as an array. */
export const someTensors: Parameter<readonly Tensor[]> = {
  expects: "a Tensor, or an array of Tensors or another iterable, such as net.parameters()",
  convert: (value) => {
    if (value instanceof Tensor) return [value];
    if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return undefined;
    const list: unknown[] = [...(value as Iterable<unknown>)]; // it says that it can be iterated
    return list.every((item) => item instanceof Tensor) ? list : undefined;
  },
};

/** A module. */
export const someModule: Parameter<Module> = {
  expects: "a Module",
  convert: (value) => (value instanceof Module ? value : undefined),
};

/** A string. */
export function word(fallback: string): Parameter<string> {
  return {
    expects: "a string",
    fallback,
    convert: (value) => (typeof value === "string" ? value : undefined),
  };
}
